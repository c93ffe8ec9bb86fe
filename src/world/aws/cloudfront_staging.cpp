// Continuous deployment: staging distributions, policies, promotion, and which viewer gets what.
#include "base/members.hpp"
#include "world/aws/cloudfront.hpp"

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

std::string etag_of(std::uint64_t version) { return "E" + std::to_string(version) + "ETAG"; }

std::string staging_name(const json::object& policy) {
  const auto& names = members::object(members::object(policy, "StagingDistributionDnsNames"), "Items");
  const auto* name = members::find(names, "DnsName");
  if (name != nullptr && name->is_array() && !name->get_array().empty()) name = &name->get_array().front();
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string{};
}

json::object shown(const deployment_policy& p) {
  return {{"Id", p.id},
          {"LastModifiedTime", "2026-03-03T10:00:00Z"},
          {"ContinuousDeploymentPolicyConfig", p.config}};
}

std::optional<refusal> precondition(const std::string& match, const std::string& etag) {
  if (match.empty()) return refused("InvalidIfMatchVersion", "The If-Match version is missing or not valid.");
  if (match == etag) return std::nullopt;
  return refused("PreconditionFailed", "The request failed because it didn't meet the preconditions.");
}

bool within(const json::object& of, const char* name, double least, double most) {
  const auto text = members::text(of, name);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == 0 && value >= least && value <= most;
}

/// What is wrong with the rule by which viewers are told apart.
std::string wrong_with(const json::object& traffic) {
  const auto type = members::text(traffic, "Type");
  if (type == "SingleHeader") {
    const auto& rule = members::object(traffic, "SingleHeaderConfig");
    const bool good =
        members::text(rule, "Header").starts_with("aws-cf-cd-") && !members::text(rule, "Value").empty();
    return good ? "" : "The header must contain the prefix aws-cf-cd-.";
  }
  if (type != "SingleWeight") return "The type of the traffic configuration is not valid.";
  const auto& rule = members::object(traffic, "SingleWeightConfig");
  if (!within(rule, "Weight", 0, 0.15)) return "The weight must be between 0 and .15.";
  if (!rule.contains("SessionStickinessConfig")) return {};
  const auto& sticky = members::object(rule, "SessionStickinessConfig");
  const bool good = within(sticky, "IdleTTL", 300, 3'600) && within(sticky, "MaximumTTL", 300, 3'600) &&
                    members::whole(sticky, "IdleTTL") <= members::whole(sticky, "MaximumTTL");
  return good ? ""
              : "The session stickiness must be 300 to 3600 seconds, and idle not more than the maximum.";
}

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
  if (auto why = precondition(members::text(in, "IfMatch"), etag_of(d.version))) return *why;
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
  if (auto why =
          precondition(members::text(in, "IfMatch"), etag_of(d.version) + ", " + etag_of(staging->version)))
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

std::optional<refusal> cloudfront::illegal_policy(const json::object& config, const std::string& of) {
  const auto name = staging_name(config);
  if (members::whole(members::object(config, "StagingDistributionDnsNames"), "Quantity") != 1 || name.empty())
    return refused("InconsistentQuantities", "A policy is of one staging distribution.");
  const bool known = std::any_of(distributions_.begin(), distributions_.end(), [&](const auto& d) {
    return domain_of(d.first) == name && members::truth(d.second.config, "Staging");
  });
  if (!known) return refused("InvalidArgument", name + " is not the name of a staging distribution.");
  const bool taken = std::any_of(policies_.begin(), policies_.end(), [&](const auto& p) {
    return p.first != of && staging_name(p.second.config) == name;
  });
  if (taken)
    return refused("StagingDistributionInUse", "A policy for this staging distribution already exists.");
  const bool on = members::truth(config, "Enabled");
  if (!config.contains("TrafficConfig") && !on) return std::nullopt;
  if (const auto why = wrong_with(members::object(config, "TrafficConfig")); !why.empty())
    return refused("InvalidArgument", why);
  return std::nullopt;
}

reply cloudfront::create_policy(const json::object& in) {
  const auto& config = members::object(in, "ContinuousDeploymentPolicyConfig");
  if (auto why = illegal_policy(config, {})) return *why;
  if (policies_.size() >= options_.most_staging)
    return refused("TooManyContinuousDeploymentPolicies", "There are as many policies as are allowed.");
  deployment_policy made{"policy-" + std::to_string(++ids_), config};
  ++changes_;
  const auto& kept_there = policies_[made.id] = std::move(made);
  return json::object{{"ContinuousDeploymentPolicy", shown(kept_there)},
                      {"ETag", etag_of(kept_there.version)}};
}

reply cloudfront::get_policy(const json::object& in) {
  const auto* p = find_policy(members::text(in, "Id"));
  if (p == nullptr)
    return refused("NoSuchContinuousDeploymentPolicy", "The continuous deployment policy doesn't exist.");
  return json::object{{"ContinuousDeploymentPolicy", shown(*p)}, {"ETag", etag_of(p->version)}};
}

reply cloudfront::list_policies(const json::object& /*in*/) {
  json::array all;
  for (const auto& [id, p] : policies_) all.push_back(json::object{{"ContinuousDeploymentPolicy", shown(p)}});
  json::object list{{"MaxItems", "100"}, {"Quantity", std::to_string(all.size())}};
  if (!all.empty()) list["Items"] = json::object{{"ContinuousDeploymentPolicySummary", std::move(all)}};
  return json::object{{"ContinuousDeploymentPolicyList", std::move(list)}};
}

reply cloudfront::update_policy(const json::object& in) {
  auto* p = find_policy(members::text(in, "Id"));
  if (p == nullptr)
    return refused("NoSuchContinuousDeploymentPolicy", "The continuous deployment policy doesn't exist.");
  if (auto why = precondition(members::text(in, "IfMatch"), etag_of(p->version))) return *why;
  const auto& config = members::object(in, "ContinuousDeploymentPolicyConfig");
  if (auto why = illegal_policy(config, p->id)) return *why;
  p->config = config;
  ++p->version;
  ++changes_;
  for (auto& [id, d] : distributions_)
    if (members::text(d.config, "ContinuousDeploymentPolicyId") == p->id) {
      // The policy comes to the edges with the distribution, whose configuration is as it was.
      d.deploying = true;
      d.deployed = now_ + options_.deploys;
    }
  return json::object{{"ContinuousDeploymentPolicy", shown(*p)}, {"ETag", etag_of(p->version)}};
}

}  // namespace shipflow::cloud
