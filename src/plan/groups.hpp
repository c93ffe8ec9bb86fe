// All document steps, expanded: the kinds, `when` on constants, `for_each` and its waves.
#pragma once

#include "plan/builder.hpp"

namespace shipflow::planning {

/// Fills the workshop's drafts and groups, in document order.
void build_groups(const surroundings& all);

}  // namespace shipflow::planning
