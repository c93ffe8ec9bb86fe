#include "provider/ecs/rollout.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::ecs {
namespace {

// Reads may be older than the write that they follow.
constexpr duration catching_up{15'000};

using kind = verdict::kind;

const json::object* find(const json::object& service, const std::string& deployment) {
  for (const auto& d : members::list(service, "deployments"))
    if (members::text(members::as_object(d), "id") == deployment) return &d.get_object();
  return nullptr;
}

const json::object& primary_of(const json::object& service) {
  for (const auto& d : members::list(service, "deployments"))
    if (members::text(members::as_object(d), "status") == "PRIMARY") return d.get_object();
  static const json::object none;
  return none;
}

std::string reason(const json::object& d) {
  const auto why = members::text(d, "rolloutStateReason");
  return why.empty() ? std::string{} : ": " + why;
}

verdict counted(const json::object& service, int desired) {
  const auto running = members::whole(service, "runningCount");
  const auto pending = members::whole(service, "pendingCount");
  const auto text = std::to_string(running) + " of " + std::to_string(desired) + " tasks run";
  if (running == desired && pending == 0) return {kind::done, 100, text};
  const auto percent =
      desired == 0 ? -1 : static_cast<int>(std::clamp<std::int64_t>(running * 100 / desired, 0, 99));
  return {kind::going_on, percent, text};
}

}  // namespace

json::object to_json(const rollout& r) {
  return {{"cluster", r.cluster},       {"service", r.service},
          {"deployment", r.deployment}, {"service_deployment", r.service_deployment},
          {"definition", r.definition}, {"desired", r.desired},
          {"begun", to_ms(r.begun)},    {"outputs", r.outputs}};
}

result<rollout> rollout_from_json(const json::value& v) {
  const auto& o = members::as_object(v);
  rollout r;
  r.cluster = members::text(o, "cluster");
  r.service = members::text(o, "service");
  r.deployment = members::text(o, "deployment");
  r.service_deployment = members::text(o, "service_deployment");
  r.definition = members::text(o, "definition");
  r.desired = static_cast<int>(members::whole(o, "desired"));
  r.begun = from_ms(members::whole(o, "begun"));
  r.outputs = members::object(o, "outputs");
  if (r.cluster.empty() || r.service.empty())
    return make_error(errc::invalid_argument, "the handle is not one of an ECS rollout");
  return r;
}

verdict judge(const rollout& r, const json::object& service, int failed_tasks, time_point now) {
  if (r.deployment.empty()) return counted(service, r.desired);
  const bool fresh = now - r.begun < catching_up;
  const auto* mine = find(service, r.deployment);
  const auto& primary = primary_of(service);
  if (mine == nullptr || members::text(primary, "id") != r.deployment) {
    if (mine != nullptr && members::text(*mine, "rolloutState") == "FAILED")
      return {kind::failed, -1, "deployment " + r.deployment + " failed and was rolled back" + reason(*mine)};
    if (fresh) return {kind::going_on, -1, "deployment " + r.deployment + " is not to be seen yet"};
    return {kind::failed, -1,
            "deployment " + r.deployment + " was replaced by " + members::text(primary, "id") + " with " +
                members::text(primary, "taskDefinition")};
  }
  const auto state = members::text(*mine, "rolloutState");
  if (state == "FAILED") return {kind::failed, -1, "deployment " + r.deployment + " failed" + reason(*mine)};
  const auto failed = members::whole(*mine, "failedTasks");
  const auto limit = failed_tasks > 0 ? failed_tasks : std::clamp((r.desired + 1) / 2, 3, 200);
  if (state != "COMPLETED" && failed >= limit)
    return {kind::failed, -1, std::to_string(failed) + " tasks of deployment " + r.deployment + " failed"};
  // Somebody who scales automatically may have another number in mind by now.
  const auto wanted = static_cast<int>(members::whole(service, "desiredCount"));
  auto far = counted(*mine, wanted);
  if (failed > 0) far.text += ", " + std::to_string(failed) + " failed";
  const bool alone = members::list(service, "deployments").size() == 1;
  if (far.is == kind::done && (!alone || (!state.empty() && state != "COMPLETED")))
    return {kind::going_on, 99, far.text + ", old ones are being ended"};
  return far;
}

verdict judge_service_deployment(const json::object& deployment) {
  const auto status = members::text(deployment, "status");
  constexpr std::array bad{"STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "ROLLBACK_REQUESTED",
                           "ROLLBACK_IN_PROGRESS"};
  auto text = "service deployment is " + status;
  if (const auto stage = members::text(deployment, "lifecycleStage"); !stage.empty()) text += " at " + stage;
  if (const auto why = members::text(deployment, "statusReason"); !why.empty()) text += ": " + why;
  const auto& breaker = members::object(deployment, "deploymentCircuitBreaker");
  if (members::text(breaker, "status") == "TRIGGERED")
    text += ", circuit breaker after " + members::text(breaker, "failureCount") + " failed tasks";
  for (const auto& hook : members::list(deployment, "lifecycleHookDetails"))
    if (members::text(members::as_object(hook), "status") == "AWAITING_ACTION")
      text += ", a pause hook waits for ContinueServiceDeployment";
  if (status == "SUCCESSFUL") return {kind::done, 100, text};
  if (std::find(bad.begin(), bad.end(), status) != bad.end()) return {kind::failed, -1, text};
  return {kind::going_on, -1, text};
}

}  // namespace shipflow::ecs
