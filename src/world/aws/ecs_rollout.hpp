// What a service's scheduler does about its tasks.
#pragma once

#include "world/aws/ecs.hpp"

namespace shipflow::cloud {

/// One look of the scheduler at one service.
class ecs_rollout {
 public:
  ecs_rollout(ecs& of, service& s) : ecs_(of), s_(s) {}
  /// Starts and ends tasks, and sees whether a deployment came to its end.
  void look();
  /// A task ended by itself.
  void failed(const task& t);
  [[nodiscard]] int threshold() const;

 private:
  [[nodiscard]] int count(const std::string& deployment, bool healthy_only) const;
  [[nodiscard]] bool leaving(const std::string& deployment) const;
  void start_tasks(deployment& d);
  void end_tasks();
  void forget_empty();
  void complete(deployment& d);
  void give_up(deployment& d);
  [[nodiscard]] bool breaker(std::string_view what) const;
  [[nodiscard]] service_deployment* record(const deployment& d);

  ecs& ecs_;
  service& s_;
};

}  // namespace shipflow::cloud
