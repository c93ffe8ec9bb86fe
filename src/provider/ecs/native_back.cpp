// The way back of a deployment that ECS shifts itself: one and the same for all actions.
#include "base/members.hpp"
#include "provider/ecs/native_wait.hpp"

namespace shipflow::ecs {
namespace {

got<bool> stop_deployment(session& s, const staged& now) {
  const auto done = s.attempt(aws::ecs, "StopServiceDeployment",
                              {{"serviceDeploymentArn", now.arn}, {"stopType", "ROLLBACK"}});
  if (done || done.error().aws_code == "ConflictException") return true;
  return session::not_written(done.error());
}

}  // namespace

answer take_back(session& s, const std::string& definition, const json::object& configuration) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto is = members::text(seen->service, "taskDefinition");
  auto w = wait_for(s, aim::back, 0);
  w.definition = definition;
  w.configuration = configuration;
  if (seen->now) w.deployment = seen->now->arn;
  // While old tasks are ended nothing can be rolled back any more: another deployment can.
  const bool ends = seen->now && seen->now->goes_on() && seen->now->stage == "CLEAN_UP";
  const bool busy = !ends && seen->now && (seen->now->goes_on() || seen->now->goes_back());
  if (!busy && is == definition) return under_way(finished(s, w), handle_of(w));
  if (busy && seen->now->goes_back()) return answer::started(handle_of(w), look_soon);
  if (busy && is != definition) {
    const auto done =
        seen->now->hook.empty() ? stop_deployment(s, *seen->now) : answer_pause(s, *seen->now, "ROLLBACK");
    if (!done) return done.error();
    return answer::started(handle_of(w), look_soon);
  }
  if (busy) {  // it goes there by itself
    w.to = aim::end;
    return answer::started(handle_of(w), look_soon);
  }
  w.to = aim::end;
  w.before = w.deployment;
  const auto made =
      deploy(s, definition, without_pauses(members::object(seen->service, "deploymentConfiguration")));
  if (!made) return made.error();
  w.deployment = members::text(*made, "currentServiceDeployment");
  return answer::started(handle_of(w), look_soon);
}

}  // namespace shipflow::ecs
