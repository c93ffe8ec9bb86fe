// Walks the way to credentials: asks whom it names, with the client's own calls.
#pragma once

#include "aws/machine.hpp"

#include <string>

namespace shipflow::aws {

/// Roles and tokens are asked for in the region of options, variables or profile, else in `region`. `done` is called
/// once, on the client's thread or inside the call; its errors name the profile.
void search_credentials(machine& with, std::string region, found_credentials done);

}  // namespace shipflow::aws
