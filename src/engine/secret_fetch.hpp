// Fetching secret values when a request is written.
#pragma once

#include "engine/core.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shipflow::engine_room {

/// Asks the host for the named secrets of a plan, all at once, and calls `done` on the scheduler's
/// thread when all have answered: inside the call when there are none. The first failure is the
/// answer, naming the secret. The values are wiped after `done` returned.
void fetch_secrets(core& shared, const plan& what, const std::vector<std::string>& names,
                   std::function<void(result<secret_values>)> done);

}  // namespace shipflow::engine_room
