// What a plan says about taking it back, and whether that can work.
#pragma once

#include "plan/builder.hpp"

namespace shipflow::planning {

/// Reads the plan's `rollback` into the policy.
void read_rollback(const surroundings& all, rollback_policy& to);

/// Lists the irreversible steps. One that comes before a step which a rollback would put back is
/// refused, unless the plan accepts that with `rollback: {irreversible: accept}`. Steps that ask
/// without naming who is asked get the roles of the decision window.
void check_rollback(const surroundings& all, const std::map<std::string, const node*>& places, plan& to);

}  // namespace shipflow::planning
