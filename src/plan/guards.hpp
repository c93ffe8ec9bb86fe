// Guards: which triggers and probes watch over which span of the plan.
#pragma once

#include "plan/builder.hpp"
#include "plan/links.hpp"

namespace shipflow::planning {

/// Adds the guards that the document's steps ask for to the plan, in document order. `placed`
/// tells where each draft went.
void build_guards(const surroundings& all, links& edges, const std::vector<step_index>& placed, plan& to);

}  // namespace shipflow::planning
