// Policies of continuous deployment.
#include "base/members.hpp"
#include "world/aws/cloudfront_policy.hpp"

#include <algorithm>
#include <cstdlib>

namespace shipflow::cloud {
namespace {

json::object shown(const deployment_policy& p) {
  return {{"Id", p.id},
          {"LastModifiedTime", "2026-03-03T10:00:00Z"},
          {"ContinuousDeploymentPolicyConfig", p.config}};
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

std::string etag_text(std::uint64_t version) { return "E" + std::to_string(version) + "ETAG"; }

std::string staging_name(const json::object& policy) {
  const auto& names = members::object(members::object(policy, "StagingDistributionDnsNames"), "Items");
  const auto* name = members::find(names, "DnsName");
  if (name != nullptr && name->is_array() && !name->get_array().empty()) name = &name->get_array().front();
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string{};
}

std::optional<refusal> precondition(const std::string& match, const std::string& etag) {
  if (match.empty()) return refused("InvalidIfMatchVersion", "The If-Match version is missing or not valid.");
  if (match == etag) return std::nullopt;
  return refused("PreconditionFailed", "The request failed because it didn't meet the preconditions.");
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
                      {"ETag", etag_text(kept_there.version)}};
}

reply cloudfront::get_policy(const json::object& in) {
  const auto* p = find_policy(members::text(in, "Id"));
  if (p == nullptr)
    return refused("NoSuchContinuousDeploymentPolicy", "The continuous deployment policy doesn't exist.");
  return json::object{{"ContinuousDeploymentPolicy", shown(*p)}, {"ETag", etag_text(p->version)}};
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
  if (auto why = precondition(members::text(in, "IfMatch"), etag_text(p->version))) return *why;
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
  return json::object{{"ContinuousDeploymentPolicy", shown(*p)}, {"ETag", etag_text(p->version)}};
}

}  // namespace shipflow::cloud
