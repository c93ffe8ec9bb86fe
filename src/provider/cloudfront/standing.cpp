#include "provider/cloudfront/standing.hpp"

#include "aws/operations.hpp"
#include "aws/paging.hpp"
#include "base/members.hpp"

#include <vector>

namespace shipflow::cloudfront {
namespace {

aws::got<distribution> look_at(session& s, const std::string& id) {
  const auto said = s.read(aws::cloudfront, "GetDistribution", {{"Id", id}});
  if (!said) return said.error();
  const auto& seen = members::object(*said, "Distribution");
  return distribution{id, members::text(seen, "DomainName"), members::text(*said, "ETag"),
                      members::object(seen, "DistributionConfig"),
                      members::text(seen, "Status") == "Deployed"};
}

/// The staging distributions of the account: id and domain.
aws::got<std::vector<std::pair<std::string, std::string>>> all_staging(session& s) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto read = aws::read_all_pages(
      s, {aws::cloudfront, "ListDistributions", "Marker"}, {}, [&](const json::object& said) -> std::string {
        const auto& list = members::object(said, "DistributionList");
        for (const auto* one : aws::items(members::object(list, "Items"), "DistributionSummary")) {
          const auto& d = members::as_object(*one);
          if (members::truth(d, "Staging"))
            out.emplace_back(members::text(d, "Id"), members::text(d, "DomainName"));
        }
        return members::truth(list, "IsTruncated") ? members::text(list, "NextMarker") : std::string{};
      });
  if (!read) return read.error();
  return out;
}

std::string domain_of(const json::object& policy_config) {
  const auto& names = members::object(members::object(policy_config, "StagingDistributionDnsNames"), "Items");
  for (const auto* n : aws::items(names, "DnsName"))
    if (n->is_string()) return {n->get_string().data(), n->get_string().size()};
  return {};
}

aws::got<policy> look_at_policy(session& s, const std::string& id) {
  const auto said = s.read(aws::cloudfront, "GetContinuousDeploymentPolicy", {{"Id", id}});
  if (!said) return said.error();
  return policy{id, members::text(*said, "ETag"),
                members::object(members::object(*said, "ContinuousDeploymentPolicy"),
                                "ContinuousDeploymentPolicyConfig")};
}

/// The policy for that staging distribution, attached or not.
aws::got<policy> policy_for(session& s, const std::string& domain) {
  std::string id;
  const auto read = aws::read_all_pages(
      s, {aws::cloudfront, "ListContinuousDeploymentPolicies", "Marker"}, {},
      [&](const json::object& said) -> std::string {
        const auto& list = members::object(said, "ContinuousDeploymentPolicyList");
        for (const auto* one :
             aws::items(members::object(list, "Items"), "ContinuousDeploymentPolicySummary")) {
          const auto& p = members::object(members::as_object(*one), "ContinuousDeploymentPolicy");
          const bool here = domain_of(members::object(p, "ContinuousDeploymentPolicyConfig")) == domain;
          if (here && id.empty()) id = members::text(p, "Id");
        }
        return id.empty() ? members::text(list, "NextMarker") : std::string{};
      });
  if (!read) return read.error();
  if (id.empty()) return policy{};
  return look_at_policy(s, id);
}

/// The staging distribution that the policy sends viewers to.
aws::got<distribution> behind(session& s, const policy& rule) {
  const auto domain = domain_of(rule.config);
  const auto& named = s.bound.tried->staging;
  const auto hint = named.empty() ? members::text(members::as_object(s.q.baseline), "staging") : named;
  if (!hint.empty()) {
    auto seen = look_at(s, hint);
    if (seen && seen->domain == domain) return seen;
    if (!seen && (!named.empty() || seen.error().problem.code != errc::not_found)) return seen;
  }
  if (!named.empty())
    return s.refuse(errc::conflict, "policy " + rule.id + " of distribution " + s.bound.distribution +
                                        " sends viewers to " + domain + ", which is not " + named +
                                        "; take that policy off it, or `staging` out of the binding");
  const auto all = all_staging(s);
  if (!all) return all.error();
  for (const auto& [id, name] : *all)
    if (name == domain) return look_at(s, id);
  return s.refuse(errc::not_found, "policy " + rule.id + " sends viewers to " + domain +
                                       ", which is no staging distribution of this account");
}

/// One that is named, or was made before the policy was.
aws::got<distribution> without_policy(session& s) {
  if (!s.bound.tried->staging.empty()) return look_at(s, s.bound.tried->staging);
  const auto all = all_staging(s);
  if (!all) return all.error();
  for (const auto& [id, domain] : *all) {
    auto seen = look_at(s, id);
    if (!seen) return seen;
    if (members::text(seen->config, "CallerReference") == staging_reference(s.bound.distribution))
      return seen;
  }
  return distribution{};
}

}  // namespace

aws::outcome write_config(session& s, const distribution& seen, json::object config) {
  return s.attempt(aws::cloudfront, "UpdateDistribution",
                   {{"Id", seen.id}, {"IfMatch", seen.etag}, {"DistributionConfig", std::move(config)}});
}

aws::outcome write_share(session& s, const policy& seen, const share& wanted) {
  return s.attempt(
      aws::cloudfront, "UpdateContinuousDeploymentPolicy",
      {{"Id", seen.id},
       {"IfMatch", seen.etag},
       {"ContinuousDeploymentPolicyConfig", with_share(seen.config, wanted, s.bound.tried->stay)}});
}

std::string staging_reference(const std::string& distribution) {
  return "shipflow-staging-of-" + distribution;
}

aws::got<std::string> origin_named(session& s, json::object& config) {
  const auto all = origins_of(config);
  std::string names;
  for (const auto* o : all) {
    auto id = members::text(*o, "Id");
    if (id == s.bound.origin || (s.bound.origin.empty() && all.size() == 1)) return id;
    names += (names.empty() ? "" : ", ") + id;
  }
  return s.refuse(errc::invalid_argument, "distribution " + s.bound.distribution + " has no origin " +
                                              (s.bound.origin.empty() ? "alone" : s.bound.origin) +
                                              "; name one of " + names + " as `origin` in the binding");
}

aws::got<standing> look_around(session& s) {
  standing out;
  auto primary = look_at(s, s.bound.distribution);
  if (!primary) return primary.error();
  out.primary = std::move(*primary);
  if (const auto why = obstacle_in(out.primary.config); !why.empty())
    return s.refuse(errc::invalid_argument, "distribution " + s.bound.distribution + ": " + why);
  auto origin = origin_named(s, out.primary.config);
  if (!origin) return origin.error();
  out.origin = std::move(*origin);
  const auto id = members::text(out.primary.config, "ContinuousDeploymentPolicyId");
  out.attached = !id.empty();
  if (out.attached) {
    auto rule = look_at_policy(s, id);
    if (!rule) return rule.error();
    out.rule = std::move(*rule);
  }
  auto staging = out.attached ? behind(s, out.rule) : without_policy(s);
  if (!staging) return staging.error();
  out.staging = std::move(*staging);
  if (out.staging.id.empty()) return out;
  if (!members::truth(out.staging.config, "Staging"))
    return s.refuse(errc::invalid_argument,
                    "distribution " + out.staging.id +
                        " is no staging distribution; leave `staging` out and one is made");
  if (out.attached) return out;
  auto rule = policy_for(s, out.staging.domain);
  if (!rule) return rule.error();
  out.rule = std::move(*rule);
  return out;
}

}  // namespace shipflow::cloudfront
