// How steps are called in what people read.
#pragma once

#include <shipflow/plan.hpp>

#include <string>

namespace shipflow::planning {

/// "local.shift", "approval by qa", "wait 10m".
[[nodiscard]] std::string what_is_done(const plan_step& s);
/// What a rollback does to the step: "yes", "ask after traffic", "no", "-" when it changes nothing.
[[nodiscard]] std::string how_undone(const plan_step& s);
/// "a, b and c".
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

}  // namespace shipflow::planning
