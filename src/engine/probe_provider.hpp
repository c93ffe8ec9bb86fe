// The provider `probe`: a plan's `probe:` steps wait until the named probes are up.
#pragma once

#include "engine/core.hpp"

namespace shipflow::engine_room {

/// Action `wait` {probes: {NAME: {kind, spec, component, target, every, timeout, rise, fall}}, within}.
/// Forward only and repeatable: it changes nothing. Calls and answers on the scheduler's thread.
[[nodiscard]] std::shared_ptr<provider> make_probe_provider(core& shared);

}  // namespace shipflow::engine_room
