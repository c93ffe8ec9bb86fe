// Can the bakes of a plan find or certify anything at the traffic the environment expects?
#pragma once

#include "plan/builder.hpp"

namespace shipflow::planning {

/// Warns of every `worse` and `no_worse` of counts that is unlikely to be decided while the canary is baked,
/// with numbers, when the environment gives `traffic`. At most 16 warnings' worth of work.
void check_certainty(const surroundings& all, plan& to);

}  // namespace shipflow::planning
