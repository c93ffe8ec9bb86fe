#pragma once

#include "engine/guard_watch.hpp"

namespace shipflow::engine_room {

/// Looks every `every`, counts rise and fall, beginning with the looks kept.
[[nodiscard]] std::unique_ptr<guard_watch> make_probe_watch(actor& run, std::size_t guard,
                                                            const std::vector<sample_chunk>& kept);

}  // namespace shipflow::engine_room
