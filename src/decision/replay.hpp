// Folding what a guard saw, once more: the same rooms, the same order, the same verdicts.
#pragma once

#include "health/chunk_rows.hpp"
#include "health/trigger.hpp"

#include <shipflow/decision.hpp>

#include <functional>
#include <memory>

namespace shipflow::decision_room {

/// The trigger of a rule. Errors name the guard.
[[nodiscard]] result<std::shared_ptr<const health::trigger>> trigger_of(const decision_rule& r);
/// [metric, series, arm] per input.
[[nodiscard]] json::array inputs_of(const health::trigger& t);

/// What a guard's level was from here on.
struct replayed {
  std::int64_t slot = 0;  ///< of a trigger
  time_point at{};        ///< end of the slot, or time of the look
  std::string_view level;
  bool armed = false;                                ///< the release had begun
  std::string_view seen;                             ///< digest of all rows so far; empty when not asked for
  const health::trigger_verdict* verdict = nullptr;  ///< of a trigger; valid during the call
  const json::array* row = nullptr;                  ///< of a probe
};
using replay_sink = std::function<void(const replayed&)>;
/// Digests of rows are for checking what was decided; a picture does without.
enum class digests { none, all };

/// The next row, or null after the last one.
using row_source = std::function<result<const health::chunk_row*>()>;
/// Folds rows of a trigger. Errors are `corrupt` and name the guard and the row.
[[nodiscard]] result<void> replay_rows(const guard_decisions& g,
                                       const std::shared_ptr<const health::trigger>& t,
                                       const row_source& rows, const replay_sink& sink);
/// Folds all rows of a record's trigger.
[[nodiscard]] result<void> replay_trigger(const guard_decisions& g,
                                          const std::shared_ptr<const health::trigger>& t,
                                          const replay_sink& sink, digests wanted);
/// Folds all looks of a probe.
/// The digest goes from row to row.
[[nodiscard]] result<void> replay_probe(const guard_decisions& g, const replay_sink& sink, digests wanted);

}  // namespace shipflow::decision_room
