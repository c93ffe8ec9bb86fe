// ECS's own blue-green, linear and canary deployments: stages, hooks, weights, bake, and the way back.
//
// New tasks register in the target group that gets no requests. Stages follow each other by themselves, except where a
// hook pauses them: it waits for ContinueServiceDeployment, or for its time to run out, which rolls back unless it says
// otherwise. Hooks that call functions succeed at once. Before every step of the traffic comes the stage before it.
//
// Source: API reference of ECS, DeploymentLifecycleHook, ServiceDeployment, LinearConfiguration, CanaryConfiguration.
#pragma once

#include "world/aws/ecs.hpp"

namespace shipflow::cloud {

/// One look at the service deployment that is under way.
class ecs_native {
 public:
  ecs_native(ecs& of, service& s, service_deployment& h) : ecs_(of), s_(s), h_(h) {}

  /// Goes through stages as far as it can. `healthy`: new tasks that answer.
  void look(int healthy);
  /// Old tasks may go.
  [[nodiscard]] bool cleans_up() const;
  void go_back(const std::string& why);
  /// All is as it was before.
  void is_back();
  /// "CONTINUE" or "ROLLBACK" for a hook that waits.
  [[nodiscard]] bool resolve(const std::string& hook, const std::string& action);

  /// Members that DescribeServiceDeployments shows of it.
  static void show(const service_deployment& h, json::object& out);

 private:
  [[nodiscard]] bool waits();
  [[nodiscard]] bool step(int healthy);
  void enter(const std::string& stage);
  [[nodiscard]] int next_weight() const;
  void shift_to(int weight);

  ecs& ecs_;
  service& s_;
  service_deployment& h_;
};

/// "BLUE_GREEN", "LINEAR" or "CANARY".
[[nodiscard]] bool is_native(const std::string& strategy);
/// The one of a service that is under way; nullptr: none.
[[nodiscard]] service_deployment* native_of(service& s);
/// Target groups of a service and the rule in front of them; empty where ECS does not shift its traffic.
struct native_route {
  std::string rule, first, second;
};
[[nodiscard]] native_route route_of(const service& s);

}  // namespace shipflow::cloud
