// Continuous deployment: staging distributions, policies, promotion, and which viewer gets what.
#include "base/members.hpp"
#include "world/aws/cloudfront_policy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <random>

namespace shipflow::cloud {
namespace {

/// What an update may change while a policy is attached, or of a staging distribution.
constexpr std::array<std::string_view, 10> changeable{"Origins",
                                                      "OriginGroups",
                                                      "DefaultCacheBehavior",
                                                      "CacheBehaviors",
                                                      "CustomErrorResponses",
                                                      "Restrictions",
                                                      "DefaultRootObject",
                                                      "Logging",
                                                      "Comment",
                                                      "ContinuousDeploymentPolicyId"};

/// What the primary keeps when a staging configuration is promoted.
constexpr std::array<const char*, 4> kept{"CallerReference", "Aliases", "ContinuousDeploymentPolicyId",
                                          "Staging"};

}  // namespace

std::string cloudfront::domain_of(const std::string& id) {
  std::string out = "d";
  for (const char c : id) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out + ".cloudfront.net";
}

deployment_policy* cloudfront::find_policy(const std::string& id) {
  const auto found = policies_.find(id);
  return found == policies_.end() ? nullptr : &found->second;
}

distribution* cloudfront::staging_of(const distribution& d) {
  const auto* rule = find_policy(members::text(d.config, "ContinuousDeploymentPolicyId"));
  if (rule == nullptr) return nullptr;
  for (auto& [id, one] : distributions_)
    if (domain_of(id) == staging_name(rule->config)) return &one;
  return nullptr;
}

std::map<std::string, int> cloudfront::served(const std::string& id, int requests, std::uint64_t seed,
                                              const viewer_headers& headers, const std::string& origin) {
  std::map<std::string, int> out;
  const auto* d = find(id);
  if (d == nullptr) return out;
  const auto* staging = staging_of(*d);
  const auto* rule = find_policy(members::text(d->config, "ContinuousDeploymentPolicyId"));
  const bool on = staging != nullptr && members::truth(rule->config, "Enabled");
  const auto& traffic = on ? members::object(rule->config, "TrafficConfig") : d->config;
  const auto& by_header = members::object(traffic, "SingleHeaderConfig");
  const auto weight =
      std::strtod(members::text(members::object(traffic, "SingleWeightConfig"), "Weight").c_str(), nullptr);
  const auto sent = headers.find(members::text(by_header, "Header"));
  const bool asked = sent != headers.end() && sent->second == members::text(by_header, "Value");
  std::mt19937_64 dice(seed);
  for (int i = 0; i < requests; ++i) {
    const bool drawn = std::generate_canonical<double, 53>(dice) < weight;
    ++out[origin_path(on && (asked || drawn) ? *staging : *d, origin)];
  }
  return out;
}

std::optional<refusal> cloudfront::illegal(const distribution& d, const json::object& config) {
  const bool staging = members::truth(d.config, "Staging");
  if (staging != members::truth(config, "Staging"))
    return refused("IllegalUpdate",
                   "A distribution cannot become a staging distribution, or stop being one.");
  if (staging && members::whole(members::object(config, "Aliases"), "Quantity") > 0)
    return refused("InvalidArgument", "A staging distribution has no alternate domain names.");
  const auto policy = members::text(config, "ContinuousDeploymentPolicyId");
  if (!policy.empty() && find_policy(policy) == nullptr)
    return refused("NoSuchContinuousDeploymentPolicy", "The continuous deployment policy doesn't exist.");
  if (!policy.empty() && members::text(config, "HttpVersion").find('3') != std::string::npos)
    return refused("InvalidArgument", "Continuous deployment is not supported with HTTP/3.");
  if (!staging && members::text(d.config, "ContinuousDeploymentPolicyId").empty()) return std::nullopt;
  for (const auto& m : config) {
    const auto* now = d.config.if_contains(m.key());
    if (std::find(changeable.begin(), changeable.end(), std::string_view(m.key())) != changeable.end())
      continue;
    if (now == nullptr || *now != m.value())
      return refused("IllegalUpdate",
                     "One or more fields updated are not supported for continuous deployment.");
  }
  return std::nullopt;
}

reply cloudfront::copy(distribution& d, const json::object& in) {
  if (auto why = precondition(members::text(in, "IfMatch"), etag_text(d.version))) return *why;
  if (!members::truth(in, "Staging"))
    return refused("InvalidArgument", "A distribution is copied to a staging distribution only.");
  const auto reference = members::text(members::object(in, "CopyDistributionRequest"), "CallerReference");
  if (reference.empty()) return refused("MissingBody", "There is no caller reference.");
  std::size_t staging = 0;
  for (const auto& [id, one] : distributions_) {
    if (members::text(one.config, "CallerReference") == reference)
      return refused("DistributionAlreadyExists",
                     "The caller reference is associated with another distribution.");
    staging += members::truth(one.config, "Staging") ? 1U : 0U;
  }
  if (staging >= options_.most_staging)
    return refused("TooManyDistributions", "The number of staging distributions would be more than allowed.");
  distribution made;
  made.id = "ESTAGING" + std::to_string(++ids_);
  made.config = d.config;
  made.config["CallerReference"] = reference;
  made.config["Aliases"] = json::object{{"Quantity", "0"}};
  made.config["Staging"] = "true";
  made.config["ContinuousDeploymentPolicyId"] = "";
  auto& kept_there = distributions_[made.id] = std::move(made);
  deploy(kept_there);
  return get(kept_there, in);
}

reply cloudfront::promote(distribution& d, const json::object& in) {
  auto* staging = find(members::text(in, "StagingDistributionId"));
  if (staging == nullptr) return refused("NoSuchDistribution", "The staging distribution does not exist.");
  if (auto why = precondition(members::text(in, "IfMatch"),
                              etag_text(d.version) + ", " + etag_text(staging->version)))
    return *why;
  if (staging_of(d) != staging)
    return refused("IllegalUpdate", "The distribution is not the staging distribution of this one.");
  auto config = staging->config;
  for (const auto* name : kept) config[name] = d.config[name];
  d.config = std::move(config);
  find_policy(members::text(d.config, "ContinuousDeploymentPolicyId"))->config["Enabled"] = "false";
  ++find_policy(members::text(d.config, "ContinuousDeploymentPolicyId"))->version;
  deploy(d);
  return get(d, in);
}

reply cloudfront::list(const json::object& in) {
  json::array all;
  const auto marker = members::text(in, "Marker");
  std::string next;
  for (auto at = distributions_.upper_bound(marker); at != distributions_.end(); ++at) {
    if (all.size() == options_.page) {
      next = members::text(all.back().as_object(), "Id");
      break;
    }
    const auto& d = at->second;
    all.push_back({{"Id", d.id},
                   {"Status", d.deploying ? "InProgress" : "Deployed"},
                   {"DomainName", domain_of(d.id)},
                   {"Comment", members::text(d.config, "Comment")},
                   {"Enabled", "true"},
                   {"Staging", members::text(d.config, "Staging")}});
  }
  json::object list{{"Marker", marker},
                    {"MaxItems", std::to_string(options_.page)},
                    {"IsTruncated", next.empty() ? "false" : "true"},
                    {"Quantity", std::to_string(all.size())}};
  if (!next.empty()) list["NextMarker"] = next;
  if (!all.empty()) list["Items"] = json::object{{"DistributionSummary", std::move(all)}};
  return json::object{{"DistributionList", std::move(list)}};
}

}  // namespace shipflow::cloud
