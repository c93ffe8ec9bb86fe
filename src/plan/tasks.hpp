// Tasks after the release.
#pragma once

#include "plan/builder.hpp"

#include <vector>

namespace shipflow::planning {

void read_tasks(const surroundings& all, std::vector<plan_task>& to);

}  // namespace shipflow::planning
