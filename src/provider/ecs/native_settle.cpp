// Looks at a deployment that ECS shifts itself, until it is where it is to be.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/native_wait.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

// containers-roadmap issues 2664 and 2853: a rollback stands still when somebody edited the rule.
constexpr duration most_going_back = std::chrono::minutes(30);

/// Tasks that fail before any request goes there.
got<std::string> trouble(session& s) {
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  for (const auto& d : members::list(*service, "deployments")) {
    const auto& one = members::as_object(d);
    if (members::text(one, "status") != "PRIMARY") continue;
    const auto failed = members::whole(one, "failedTasks");
    const auto desired = static_cast<int>(members::whole(*service, "desiredCount"));
    const auto limit =
        s.bound.failed_tasks > 0 ? s.bound.failed_tasks : std::clamp((desired + 1) / 2, 3, 200);
    if (failed >= limit)
      return std::to_string(failed) + " tasks of deployment " + members::text(one, "id") + " failed";
  }
  return std::string{};
}

answer towards_before(session& s, const wait& w, const staged& now) {
  if (now.status == "ROLLBACK_FAILED") return given_up(s, now.text());
  if (now.goes_back() || now.goes_on()) {
    if (s.on.now() - w.begun > most_going_back)
      return given_up(s, "the rollback makes no progress: " + now.text() +
                             "; see whether somebody changed the listener's rule");
    return answer::in_progress(-1, now.text(), look_soon);
  }
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto is = members::text(*service, "taskDefinition");
  if (is == w.definition) return finished(s, w);
  if (s.on.now() - w.begun < catching_up)
    return answer::in_progress(-1, "the service still shows " + is, look_soon);
  return given_up(s, "the service runs " + is + " and not " + w.definition + " again: " + now.text());
}

/// UpdateService may answer before the record of its deployment is there.
got<std::string> arn_of(session& s, const wait& w) {
  if (!w.deployment.empty() && w.deployment != w.before) return w.deployment;
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto arn = members::text(*service, "currentServiceDeployment");
  return arn == w.before ? std::string{} : arn;
}

}  // namespace

answer towards_share(session& s, const wait& w, const staged& now) {
  const bool over = now.status == "SUCCESSFUL";
  if (over && w.weight == 100) return answer::done(w.outputs);
  if (over || !now.goes_on()) return given_up(s, now.text());
  if (now.weight > w.weight)
    return given_up(s, "ECS gave the new version " + std::to_string(now.weight) + "% of the requests, not " +
                           std::to_string(w.weight) + "%; let the plan's weights be those of the strategy");
  if (now.hook.empty()) {
    if (now.weight > 0) return answer::in_progress(now.weight, now.text(), look_soon);
    const auto why = trouble(s);
    if (!why) return why.error();
    if (!why->empty()) return given_up(s, *why);
    return answer::in_progress(-1, now.text(), look_soon);
  }
  if (now.weight == w.weight) return answer::done(w.outputs);
  const auto done = answer_pause(s, now, "CONTINUE");
  if (!done) return done.error();
  return answer::in_progress(now.weight, now.text(), look_soon);
}

answer towards_end(session& s, const wait& w, const staged& now) {
  if (now.status == "SUCCESSFUL") return finished(s, w);
  if (!now.goes_on()) return given_up(s, now.text());
  if (!now.hook.empty()) {
    const auto done = answer_pause(s, now, "CONTINUE");
    if (!done) return done.error();
  }
  return answer::in_progress(99, now.text(), look_soon);
}

bool is_native_handle(const json::value& handle) { return members::as_object(handle).contains("aim"); }

answer settle_native(session& s) {
  const auto w = wait_from(s.q.handle);
  if (s.q.stop.stop_requested()) return s.refuse(errc::cancelled, "the deployment is left as it is");
  const auto arn = arn_of(s, w);
  if (!arn) return arn.error();
  const auto now = stage_of(s, *arn);
  if (!now) return now.error();
  if (!*now) {
    if (s.on.now() - w.begun < catching_up)
      return answer::in_progress(-1, "the service deployment is not to be seen yet", look_soon);
    return given_up(s, "AWS shows no service deployment of " + s.at(colour::blue));
  }
  switch (w.to) {
    case aim::share: return towards_share(s, w, **now);
    case aim::end: return towards_end(s, w, **now);
    default: return towards_before(s, w, **now);
  }
}

}  // namespace shipflow::ecs
