// A plan over time, before it is carried out: when each step begins and how long it takes, by what former releases took.
//
//   const auto known = shipflow::estimates_of(*store, plan).value();
//   std::cout << shipflow::to_timeline(plan, known);
#pragma once

#include <shipflow/plan.hpp>
#include <shipflow/store.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace shipflow {
inline namespace v1 {

/// How long a step takes.
struct step_estimate {
  duration lasts{0};
  std::size_t runs = 0;  ///< so many former releases say so
};

/// By id of step: the median over the newest `most` runs that released a plan of this name to the plan's environment.
/// Steps that none of them carried out are absent. Errors of the store. O(facts of these runs).
[[nodiscard]] result<std::map<std::string, step_estimate>> estimates_of(store& keep, const plan& p,
                                                                        std::size_t most = 20);

/// A line per step: when it begins after the start, how long it lasts and who says so, and a bar on a scale that is
/// logarithmic in time, so that a second and a day can both be seen. Steps of which nothing is known count as nothing
/// and are called so; waits and watches last as the plan says. Pure. O(steps + edges).
[[nodiscard]] std::string to_timeline(const plan& p, const std::map<std::string, step_estimate>& known);

}  // namespace v1
}  // namespace shipflow
