// A component's binding in an environments document, as <shipflow/providers/ecs.hpp> describes it.
#pragma once

#include "aws/desk.hpp"
#include "base/colour.hpp"

#include <shipflow/json.hpp>

#include <optional>
#include <string>

namespace shipflow::ecs {

/// So many tasks ECS lets a service have.
inline constexpr int most_tasks = 5'000;

struct place {
  std::string cluster;
  std::string service;
  friend bool operator==(const place&, const place&) = default;
};

/// ECS shifts the traffic of one service itself, in steps that shipflow lets it make.
struct native_strategy {
  std::string name;  ///< "BLUE_GREEN", "LINEAR" or "CANARY"
  int percent = 0;   ///< of a step; canary: of the first one
  int pause_minutes = 1'440;
};

struct binding : aws::destination {
  std::string container;
  per_colour<place> at;  ///< of one service: blue
  bool two = false;      ///< blue and green
  std::optional<native_strategy> native{};
  std::string listener;  ///< whose default action is weighted; or
  std::string rule;      ///< the rule that is; or both are empty
  bool follows = false;  ///< listener or rule are another component's: they say which colour is live
  per_colour<std::string> groups;  ///< target groups, where they are not those of the services
  int instances = 0;               ///< of a launch; 0: as many as the live service has
  int enough = 100;                ///< percent of the targets that must be healthy
  int failed_tasks = 0;            ///< that end a rollout; 0: as the circuit breaker counts

  /// A listener or rule says which colour is live.
  [[nodiscard]] bool told() const { return !listener.empty() || !rule.empty(); }
  /// It is this component's own, to be weighted.
  [[nodiscard]] bool routed() const { return told() && !follows; }
};

[[nodiscard]] result<binding> read_binding(const json::object& target);

}  // namespace shipflow::ecs
