#pragma once

#include "engine/guard_watch.hpp"

namespace shipflow::engine_room {

/// Reads the metrics at the end of every slot and folds them to verdicts, beginning with those kept.
[[nodiscard]] std::unique_ptr<guard_watch> make_trigger_watch(actor& run, std::size_t guard,
                                                              const std::vector<sample_chunk>& kept);

}  // namespace shipflow::engine_room
