// The final order of the graph.
#pragma once

#include "plan/draft.hpp"

#include <vector>

namespace shipflow::planning {

/// Moves the drafts' steps to the plan in topological order, document order among equals (Kahn
/// 1962 with a heap). Returns where each draft went; empty after a finding about a cycle, which
/// names its steps. O((steps + edges) log steps).
[[nodiscard]] std::vector<step_index> order_steps(workshop& from, std::vector<plan_step>& to,
                                                  diagnostics& out);

}  // namespace shipflow::planning
