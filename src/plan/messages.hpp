// Channels of the environment, and who is told what.
#pragma once

#include "plan/builder.hpp"

namespace shipflow::planning {

/// Reads `channels` of the environment and `notify` of plan and environment.
void read_messages(const surroundings& all, plan& to);

}  // namespace shipflow::planning
