// What the actions are, and from a call to its answer.
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"

namespace shipflow::cloudfront {
namespace {

action_spec invalidation() {
  action_spec s;
  s.name = "invalidate";
  s.repeat = effect_class::token;
  s.rank = restore_rank::cleanup;
  s.help = "ask for what is cached of some paths again";
  s.inputs = {{"paths", "strings", true, false, "names of files, and patterns that end in *"},
              {"variants", "boolean", false, false, "default true: /x/index.html is /x/ and /x too"},
              {"most_paths", "integer", false, false, "more are collapsed to patterns; default 1000"},
              {"way", "string", false, false, "there, back or both (default): on which way it is done"},
              {"within", "duration", false, false, "longer is not waited; default 15m"}};
  s.outputs = {{"invalidation", "string", true, false, "its id"},
               {"paths", "integer", true, false, "how many were named"},
               {"patterns", "integer", true, false, "how many of them were patterns"},
               {"completed", "boolean", true, false, "false: it was not waited for to its end"}};
  s.resources = {"cache:${component}"};
  s.timeout = duration{3'600'000};
  return s;
}

action_spec origin() {
  action_spec s;
  s.name = "switch_origin";
  s.repeat = effect_class::compare_and_set;
  s.rank = restore_rank::traffic;
  s.help = "serve another release of the site: the path in front of the origin's keys";
  s.inputs = {{"path", "string", true, false, "/releases/1.5.0, or empty"},
              {"invalidate", "strings", false, false, "default /*; [] for nothing"},
              {"within", "duration", false, false, "longer is not waited for the caches; default 15m"}};
  s.outputs = {
      {"origin_path", "string", true, false, "what was set"},
      {"completed", "boolean", true, false, "false: the invalidation was not waited for to its end"}};
  s.resources = {"origin:${component}"};
  s.tells_ready = true;
  s.timeout = duration{3'600'000};
  return s;
}

answer observe(session& s) {
  const auto now = look_at_config(s);
  if (!now) return now.error();
  json::object restores;
  if (s.q.action == "switch_origin") restores["origin_path"] = now->path;
  return answer::done({{"distribution", s.bound.distribution},
                       {"origin_path", now->path},
                       {"restores", std::move(restores)}});
}

answer diagnose(session& s) {
  const auto seen = s.read(aws::cloudfront, "GetDistribution", {{"Id", s.bound.distribution}});
  if (!seen) return answer::done({{"not_read", seen.error().problem.message}});
  json::object out{{"distribution", s.bound.distribution}};
  for (const auto* name : {"Status", "DomainName", "InProgressInvalidationBatches", "LastModifiedTime"})
    if (const auto* v = members::find(members::object(*seen, "Distribution"), name)) out[name] = *v;
  return answer::done(std::move(out));
}

}  // namespace

std::vector<action_spec> action_specs() { return {invalidation(), origin()}; }

result<std::vector<action_spec>> actions_for(const json::object& target) {
  const auto bound = read_binding(target);
  if (!bound) return bound.error();
  return action_specs();
}

answer carry_out(aws::desk& on, const request& q) {
  if (q.action != "invalidate" && q.action != "switch_origin")
    return answer::failed(make_error(errc::unsupported, "provider cloudfront has no action " + q.action));
  auto bound = read_binding(q.target);
  if (!bound) return answer::failed(bound.error());
  const auto where = static_cast<const aws::destination&>(*bound);
  session s{{on, q, where}, std::move(*bound)};
  if (q.stop.stop_requested() && q.what != verb::settle)
    return s.refuse(errc::cancelled, "the call was cancelled");
  if (q.what == verb::observe) return observe(s);
  if (q.what == verb::diagnose) return diagnose(s);
  const auto right = s.right_account();
  if (!right) return right.error();
  return q.action == "invalidate" ? invalidate(s) : switch_origin(s);
}

}  // namespace shipflow::cloudfront
