// A run's state as the bodies of this interface show it.
#pragma once

#include <shipflow/run.hpp>

namespace shipflow_c {

[[nodiscard]] inline shipflow::json::object run_json(const shipflow::run_state& state) {
  auto out = shipflow::summary(state);
  out["ended"] = shipflow::is_terminal(state.phase);
  return out;
}

}  // namespace shipflow_c
