// The world model of the `ecs` provider: the provider's own code, over a model of ECS and its load balancer in virtual
// time (see world.hpp).
//
//   virtual_time time(1);
//   auto w = std::make_shared<world>(time);
//   auto shop = make_ecs_world(w, {});
//   shop->install("production", "api", target, "1.4.0");      // what is live before the release
//
// What is modelled. Rollouts between minimum and maximum percent, tasks that take a while until they run and their
// targets are healthy, or never are, or end again and again; the circuit breaker (services that are installed have it on,
// with rollback), deployments by id and service deployments; weighted forwards, tags, rules; reads that lag behind
// writes; blue-green, linear and canary deployments of ECS itself, with pauses. Requests are not: numbers come from metric models.
//
// It disturbs (see world.hpp) by changing weights, by ending the tasks of a rollout, and by standing still.
#pragma once

#include <shipflow/world.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// How tasks of a version behave.
struct ecs_behaviour {
  std::optional<duration> ready = duration{10'000};  ///< from running to a healthy target; empty: never
  std::optional<duration> dies;                      ///< every task ends by itself so long after it runs
  std::vector<std::string> says;                     ///< what its containers write to their log, a line each
};

struct ecs_world_options {
  duration call{60};       ///< what one call of the provider takes
  duration starts{8'000};  ///< from the start of a task until it runs
  duration drains{5'000};  ///< of a task that leaves
  duration lag{1'000};     ///< how old what is read may be after a change
  ecs_behaviour usual;
  std::map<std::string, ecs_behaviour> versions;  ///< those that behave otherwise
  /// Called for each call that goes to AWS, in its moment: for counting them.
  std::function<void(const std::string& operation)> on_call;
};

/// Serves as provider `ecs`. Answers come through the world's time.
class ecs_world : public world_model {
 public:
  ~ecs_world() override;
  /// What stands before the release: that version, healthy and with all requests. Errors: `invalid_argument`
  /// (the binding).
  virtual result<void> install(const std::string& environment, const std::string& component,
                               const json::object& target, const std::string& version) = 0;
  /// The same from what the real provider's `observe` answered.
  virtual result<void> install_observed(const std::string& environment, const std::string& component,
                                        const json::object& target, const json::value& observed) = 0;
  /// Somebody sets the weights by hand. `not_found`: the component has no listener.
  virtual result<void> set_weights(const std::string& environment, const std::string& component, int blue,
                                   int green) = 0;
};
[[nodiscard]] std::shared_ptr<ecs_world> make_ecs_world(std::shared_ptr<world> where,
                                                        ecs_world_options options);

}  // namespace v1
}  // namespace shipflow
