// launch: a staging distribution that is as the primary, but serves the new release, and a policy that sends nobody to it
// yet. One write per call, each after a look at what stands: a crash in between is a pause.
#include "aws/operations.hpp"
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"
#include "provider/cloudfront/pace.hpp"
#include "provider/cloudfront/standing.hpp"

namespace shipflow::cloudfront {
namespace {

struct aim {
  std::string path, version;
  bool back = false;
  time_point begun{};
};

under_way at(const aim& a) {
  return {{{"path", a.path}, {"version", a.version}, {"back", a.back}, {"begun", to_ms(a.begun)}}, a.begun};
}

/// The staging distribution's path before; where there was none, that of the primary, of which it is a copy.
std::string path_before(const session& s) {
  return members::text(members::object(members::as_object(s.q.baseline), "restores"), "staging_path");
}

result<aim> wanted(const session& s) {
  aim a;
  a.version = members::text(s.q.inputs, "version");
  a.path = s.q.inputs.contains("path") ? members::text(s.q.inputs, "path")
                                       : path_of_version(*s.bound.tried, a.version);
  a.begun = s.on.now();
  if (!a.version.empty() && is_origin_path(a.path)) return a;
  return make_error(errc::invalid_argument,
                    s.q.component +
                        ": launch needs `version`, and a path that begins with a slash and does not "
                        "end with one, not \"" +
                        a.path + "\"");
}

answer make_staging(session& s, const standing& now, const aim& a) {
  const auto said =
      s.attempt(aws::cloudfront, "CopyDistribution",
                {{"PrimaryDistributionId", s.bound.distribution},
                 {"IfMatch", now.primary.etag},
                 {"Staging", "true"},
                 {"CopyDistributionRequest",
                  {{"CallerReference", staging_reference(s.bound.distribution)}, {"Enabled", "true"}}}});
  if (said || said.error().aws_code != "DistributionAlreadyExists")
    return written(s, at(a), said, "a staging distribution is made");
  // Made by a call whose answer was lost, or by somebody who took the reference.
  const auto again = look_around(s);
  if (!again) return again.error();
  if (!again->staging.id.empty()) return next(s, at(a), "a staging distribution is made");
  return s.refuse(errc::conflict, "a staging distribution of " + s.bound.distribution +
                                      " was made before and is not to be found; name one as `canary.staging` "
                                      "in the binding");
}

answer make_policy(session& s, const standing& now, const aim& a) {
  const json::object config{
      {"StagingDistributionDnsNames",
       {{"Quantity", "1"}, {"Items", {{"DnsName", json::array{json::string(now.staging.domain)}}}}}},
      {"Enabled", "false"}};
  const auto said =
      s.attempt(aws::cloudfront, "CreateContinuousDeploymentPolicy",
                {{"ContinuousDeploymentPolicyConfig", with_share(config, {}, s.bound.tried->stay)}});
  const bool in_use = !said && (said.error().aws_code == "StagingDistributionInUse" ||
                                said.error().aws_code == "ContinuousDeploymentPolicyAlreadyExists");
  if (!in_use) return written(s, at(a), said, "a policy is made");
  const auto again = look_around(s);
  if (!again) return again.error();
  if (!again->rule.id.empty()) return next(s, at(a), "a policy is made");
  return aws::visit::not_written(said.error());
}

answer update(session& s, const aim& a, const distribution& what, json::object config,
              const std::string& text) {
  return written(s, at(a), write_config(s, what, std::move(config)), text);
}

answer goes_on_already(const session& s, const standing& now) {
  return answer::conflict(s.q.component + ": a canary of distribution " + s.bound.distribution +
                              " goes on already for " + text_of(now.given()) + "; switch policy " +
                              now.rule.id + " off first",
                          {{"policy", now.rule.id}, {"found", to_json(now.given())}});
}

answer found_other(const session& s, const standing& now, const std::string& expected) {
  return answer::conflict(s.q.component + ": the staging distribution " + now.staging.id + " serves \"" +
                              now.staging_path() + "\" and not \"" + expected +
                              "\"; somebody else changed it",
                          {{"expected", expected}, {"found", now.staging_path()}});
}

bool is_on(const share& given) { return given != share{} && !given.stopped; }

json::object outputs_of(const standing& now, const aim& a) {
  return {{"staging", now.staging.id}, {"version", a.version}, {"path", a.path}};
}

answer flushed(session& s, const standing& now, const aim& a) {
  const auto f = flush_within(s, now.staging.id, {"/*"}, reference_of(s.q, false), s.on.now() - a.begun);
  if (!f) return f.error();
  if (f->over) return answer::done(outputs_of(now, a));
  return goes_on(s, at(a), "caches of the staging distribution are invalidated");
}

/// The next thing to do on the way there.
answer advance(session& s, const aim& a) {
  const auto now = look_around(s);
  if (!now) return now.error();
  if (now->staging.id.empty()) return make_staging(s, *now, a);
  if (now->rule.id.empty()) return make_policy(s, *now, a);
  if (is_on(now->given())) return goes_on_already(s, *now);
  if (now->given().stopped)
    return written(s, at(a), write_share(s, now->rule, {}), "the policy sends nobody there");
  if (!now->attached) {
    auto config = now->primary.config;
    config["ContinuousDeploymentPolicyId"] = now->rule.id;
    return update(s, a, now->primary, std::move(config), "the policy is attached");
  }
  const auto before = path_before(s);
  const auto found = now->staging_path();
  if (found != before && found != a.path) return found_other(s, *now, before);
  auto config = staged(now->primary.config, now->staging.config, now->origin, a.path);
  if (config != now->staging.config)
    return update(s, a, now->staging, std::move(config), "the staging distribution gets the new release");
  if (!now->deployed()) return goes_on(s, at(a), "distribution " + now->staging.id + " is being deployed");
  return flushed(s, *now, a);
}

answer go_back(session& s, const aim& a, const std::string& from) {
  const auto now = look_around(s);
  if (!now) return now.error();
  const auto& base = members::as_object(s.q.baseline);
  if (now->staging.id.empty() && members::text(base, "staging").empty()) return answer::done();
  if (now->staging.id.empty())
    return s.refuse(errc::not_found, "the staging distribution of " + s.bound.distribution + " is gone");
  const auto found = now->staging_path();
  if (found == a.path && now->staging.deployed) return answer::done(outputs_of(*now, a));
  if (found == a.path) return goes_on(s, at(a), "distribution " + now->staging.id + " is being deployed");
  if (found != from) return found_other(s, *now, from);
  auto config = now->staging.config;
  if (!put_path(config, now->origin, a.path))
    return s.refuse(errc::not_found, "origin " + now->origin + " is gone from " + now->staging.id);
  return update(s, a, now->staging, std::move(config), "the staging distribution gets its former release");
}

answer undo(session& s, const aim& there) {
  aim a = there;
  a.path = path_before(s);
  a.back = true;
  return go_back(s, a, there.path);
}

answer settle(session& s, const aim& there) {
  const auto& handle = members::as_object(s.q.handle);
  if (!handle.contains("path")) return s.refuse(errc::invalid_argument, "the handle is not one of a launch");
  if (s.q.stop.stop_requested())
    return s.refuse(errc::cancelled, "the staging distribution is not waited for any more");
  aim a = there;
  a.begun = from_ms(members::whole(handle, "begun"));
  a.back = members::truth(handle, "back");
  a.path = members::text(handle, "path");
  return a.back ? go_back(s, a, there.path) : advance(s, a);
}

answer resolve(session& s, const aim& a) {
  const auto now = look_around(s);
  if (!now) return now.error();
  const bool there = now->complete() && now->given() == share{} && now->staging_path() == a.path;
  return there ? begun(at(a)) : answer::not_applied();
}

answer ready(session& s, const aim& a) {
  const auto now = look_around(s);
  if (!now) return now.error();
  const auto found = now->staging_path();
  if (!now->staging.id.empty() && found != path_before(s) && found != a.path)
    return found_other(s, *now, a.path);
  return answer::done({{"takes_ms", 300'000}});
}

}  // namespace

answer launch(session& s) {
  const auto a = wanted(s);
  if (!a) return answer::failed(a.error());
  if (s.q.what != verb::resolve && !members::as_object(s.q.baseline).contains("restores"))
    return s.refuse(errc::invalid_argument, std::string(name_of(s.q.what)) + " of launch needs its baseline");
  switch (s.q.what) {
    case verb::apply: return advance(s, *a);
    case verb::undo: return undo(s, *a);
    case verb::settle: return settle(s, *a);
    case verb::resolve: return resolve(s, *a);
    default: return ready(s, *a);
  }
}

answer observe_launch(session& s) {
  const auto now = look_around(s);
  if (!now) return now.error();
  if (s.q.baseline.is_null() && is_on(now->given())) return goes_on_already(s, *now);
  const auto path = now->staging.id.empty() ? now->path() : now->staging_path();
  return answer::done({{"distribution", s.bound.distribution},
                       {"domain", now->primary.domain},
                       {"origin_path", now->path()},
                       {"version", version_at_path(*s.bound.tried, now->path())},
                       {"staging", now->staging.id},
                       {"restores", {{"staging_path", path}}}});
}

}  // namespace shipflow::cloudfront
