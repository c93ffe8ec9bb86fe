// The calls of ECS about service deployments.
#include "base/members.hpp"
#include "world/aws/ecs_native.hpp"
#include "world/aws/ecs_rollout.hpp"
#include "world/aws/pages.hpp"

namespace shipflow::cloud {
namespace {

json::object shown(const service_deployment& h, const std::string& service, const std::string& cluster) {
  json::object out{{"serviceDeploymentArn", h.arn},
                   {"serviceArn", service},
                   {"clusterArn", cluster},
                   {"status", h.status},
                   {"createdAt", seconds_of(h.created)},
                   {"startedAt", seconds_of(h.created)}};
  if (h.finished != time_point{}) out["finishedAt"] = seconds_of(h.finished);
  if (!h.why.empty()) out["statusReason"] = h.why;
  if (is_native(h.strategy)) ecs_native::show(h, out);
  return out;
}

}  // namespace

reply ecs::list_service_deployments(const json::object& in) {
  const auto found = named(in, "service");
  if (!found) return found.error();
  const auto& s = **found;
  json::array all;
  for (auto h = s.history.rbegin(); h != s.history.rend(); ++h)
    all.push_back(cloud::shown(*h, arn("service/" + s.cluster + "/" + s.name), arn("cluster/" + s.cluster)));
  return page_of("serviceDeployments", std::move(all), in);
}

reply ecs::describe_service_deployments(const json::object& in) {
  json::array all;
  json::array failures;
  for (const auto& wanted : members::texts(in, "serviceDeploymentArns")) {
    bool known = false;
    for (const auto& [key, s] : services_)
      for (const auto& h : s.history) {
        if (h.arn != wanted) continue;
        known = true;
        auto one = cloud::shown(h, arn("service/" + s.cluster + "/" + s.name), arn("cluster/" + s.cluster));
        one["deploymentCircuitBreaker"] =
            json::object{{"status", h.breaker}, {"failureCount", h.failures}, {"threshold", h.threshold}};
        all.push_back(std::move(one));
      }
    if (!known) failures.push_back(json::object{{"arn", wanted}, {"reason", "MISSING"}});
  }
  return json::object{{"serviceDeployments", std::move(all)}, {"failures", std::move(failures)}};
}

reply ecs::to_deployment(const json::object& in,
                         const std::function<bool(service& s, service_deployment& h)>& what) {
  const auto wanted = members::text(in, "serviceDeploymentArn");
  for (auto& [key, s] : services_)
    for (auto& h : s.history) {
      if (h.arn != wanted) continue;
      if (h.finished != time_point{} || !what(s, h))
        return refused("ConflictException", "The service deployment is not in a state for this.");
      ecs_rollout(*this, s).look();
      return json::object{{"serviceDeploymentArn", h.arn}};
    }
  return refused("ServiceDeploymentNotFoundException", "Service deployment not found.");
}

reply ecs::continue_service_deployment(const json::object& in) {
  auto action = members::text(in, "action");
  if (action.empty()) action = "CONTINUE";
  if (action != "CONTINUE" && action != "ROLLBACK")
    return refused("InvalidParameterException", "action must be CONTINUE or ROLLBACK");
  return to_deployment(in, [&](service& s, service_deployment& h) {
    return is_native(h.strategy) && ecs_native(*this, s, h).resolve(members::text(in, "hookId"), action);
  });
}

reply ecs::stop_service_deployment(const json::object& in) {
  if (const auto type = members::text(in, "stopType"); !type.empty() && type != "ROLLBACK")
    return refused("InvalidParameterException", "only ROLLBACK is modelled");
  return to_deployment(in, [&](service& s, service_deployment& h) {
    // Old tasks are being ended already: there is nothing to go back to.
    if (!is_native(h.strategy) || h.status != "IN_PROGRESS" || h.stage == "CLEAN_UP") return false;
    ecs_native(*this, s, h).go_back("it was stopped by StopServiceDeployment");
    return true;
  });
}

}  // namespace shipflow::cloud
