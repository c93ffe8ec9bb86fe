// What a store knows of a run's decisions: rules and verdicts as values, and what was seen chunk by chunk.
#pragma once

#include <shipflow/decision.hpp>

#include <functional>

namespace shipflow::decision_room {

/// Index of the guard, its decisions so far, and a chunk of what it saw, which may be taken.
using chunk_sink = std::function<result<void>(std::size_t guard, guard_decisions& g, sample_chunk& chunk)>;
/// The record without rows: `take` gets them, in order of time. Errors as of `record_decisions`.
[[nodiscard]] result<decision_record> gather(store& keep, const std::string& run, const chunk_sink& take);
/// The rows as they are kept, into the record.
[[nodiscard]] result<void> take_tree(guard_decisions& g, const sample_chunk& chunk);
[[nodiscard]] error unreadable(const sample_chunk& chunk);

}  // namespace shipflow::decision_room
