// ECS's own blue-green, linear and canary deployments, as shipflow uses them: they pause before each step of the traffic
// and after the last one, and the plan's stages say how they go on.
#pragma once

#include "provider/ecs/session.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::ecs {

/// Where a service deployment stands. Read from DescribeServiceDeployments.
struct staged {
  std::string arn, status, stage, why;
  int weight = 0;       ///< percent of the requests that the new tasks get
  std::string hook;     ///< of the pause that waits for an answer; or empty
  std::string expires;  ///< when its time runs out
  std::string others;   ///< hooks of functions, as they stand
  [[nodiscard]] bool goes_on() const;
  [[nodiscard]] bool goes_back() const;
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] staged read_staged(const json::object& deployment);

/// The service's deploymentConfiguration for a deployment that pauses, as the binding wants it; everything else in it
/// stays, hooks of functions too. Error: it has a pause of its own at another stage, or names no rule to shift. Pure.
[[nodiscard]] result<json::object> with_pauses(const native_strategy& wanted, const json::object& service);
/// The same without the pauses that `with_pauses` adds. Pure.
[[nodiscard]] json::object without_pauses(const json::object& configuration);
/// What shipflow changes in a configuration: strategy and hooks. Pure.
[[nodiscard]] json::object marks_of(const json::object& configuration);
/// What the next step of the traffic brings it to. Pure.
[[nodiscard]] int next_weight(const native_strategy& strategy, int weight);
/// All that its steps bring it to, in their order. Pure.
[[nodiscard]] std::vector<number_range> weights_of(const native_strategy& strategy);

/// Revision -> percent of the requests, of those that get some.
using served_by = std::map<std::string, int>;
[[nodiscard]] got<served_by> read_served(session& s, const json::object& service);
[[nodiscard]] json::object to_json(const served_by& v);
/// The revision that is being replaced; empty: none is.
[[nodiscard]] std::string former_of(const json::object& service);
/// The one that gets most.
[[nodiscard]] std::string most_of(const served_by& v);

}  // namespace shipflow::ecs
