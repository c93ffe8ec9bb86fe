#pragma once

#include "engine/guard_watch.hpp"

namespace shipflow::engine_room {

/// Reads the metrics at the end of every slot and folds them to verdicts.
[[nodiscard]] std::unique_ptr<guard_watch> make_trigger_watch(actor& run, std::size_t guard);

}  // namespace shipflow::engine_room
