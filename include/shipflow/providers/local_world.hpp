// The world model of the `local` provider: the same actions, planned by the same code, over processes and a
// HAProxy that are a few lines of memory in virtual time (see world.hpp).
//
//   virtual_time time(1);
//   auto w = std::make_shared<world>(time);
//   auto shop = make_local_world(w, {});
//   shop->install("local", "api", target, "1.4.0");      // what is live before the release
//
// What is modelled. An instance takes `ready` from the start of its process until its checks pass, and then
// HAProxy's `rise` checks in a row; it may never become ready, or die again and again and be started again by
// its keeper. HAProxy takes `balancer` to come up. Customers send `requests` a second to the front address;
// they are split by weights over the instances that are up, are counted per version, and a version answers
// `errors` of them with 5xx. Without an instance that is up HAProxy answers 503. A leaving instance goes when
// its running requests are through. A fleet makes progress only while somebody settles it.
//
// What is not: ports, files, the content of answers, HAProxy killed by hand.
//
// It disturbs (see world.hpp) by changing weights, by ending processes that just start, and by standing still.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/world.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace shipflow {
inline namespace v1 {

/// How instances of a version behave.
struct local_behaviour {
  /// From the start of the process to the first check that passes; empty: never ready.
  std::optional<duration> ready = duration{1'500};
  /// Every process of it ends by itself so long after its start, and its keeper starts it again.
  std::optional<duration> dies;
  double errors = 0;  ///< share of its answers that are 5xx, 0..1
  duration latency{20};
};

struct local_world_options {
  duration call{5};        ///< what one call of the provider, a look or a reading takes
  duration balancer{150};  ///< from the start of HAProxy until it answers
  duration request{200};   ///< how long a request runs, so what draining and ending wait for
  double requests = 50;    ///< customers' requests a second, per component
  local_behaviour usual;
  std::map<std::string, local_behaviour> versions;  ///< those that behave otherwise
};

/// One object serves as provider `local`, metric source `load_balancer` and probe source `state`, like
/// the real one. Answers come through the world's time.
class local_world : public world_model, public metric_source, public probe_source {
 public:
  ~local_world() override;
  /// What stands before the release: a fleet of that version, ready and with all traffic. Errors:
  /// `invalid_argument` (the binding).
  virtual result<void> install(const std::string& environment, const std::string& component,
                               const json::object& target, const std::string& version) = 0;
  /// The same from what the real provider's `observe` answered.
  virtual result<void> install_observed(const std::string& environment, const std::string& component,
                                        const json::object& target, const json::value& observed) = 0;
  /// Somebody sets the weights by hand, in percent; `not_found` when a colour with a share has no instance.
  virtual result<void> set_weights(const std::string& environment, const std::string& component, int blue,
                                   int green) = 0;
};
[[nodiscard]] std::shared_ptr<local_world> make_local_world(std::shared_ptr<world> where,
                                                            local_world_options options);

}  // namespace v1
}  // namespace shipflow
