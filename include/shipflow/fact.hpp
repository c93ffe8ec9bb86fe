// Facts: what the journal of a run consists of. Only facts are stored, and the state of a
// run is nothing but the fold of its facts.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// Kinds are stored by number: never renumber, only append. Bodies are documented in
/// run.hpp beside the function that folds them.
enum class fact_kind : std::int16_t {
  created = 1,        ///< run exists: plan digest, environment, release, who, why
  pinned = 2,         ///< constants resolved at the start: parameters, digests, versions of actions
  intent = 3,         ///< an effect is about to start; durable before it starts
  started = 4,        ///< the effect is under way; the handle to find it again
  outcome = 5,        ///< the effect ended: done or failed
  resolved = 6,       ///< after a crash or an unclear answer: what the world says
  timer = 7,          ///< a wait began; the absolute time it ends
  signal = 8,         ///< a person or host said something, and what it meant
  verdict = 9,        ///< a guard or probe changed its verdict
  state = 10,         ///< the run changed its phase
  undo_intent = 11,   ///< a compensation is about to start
  undo_outcome = 12,  ///< a compensation ended
  note = 13,          ///< evidence, warnings; clock jumps move what is known of late calls, else no change
  skipped = 14,       ///< a step was skipped: by `when`, by a person, by policy
  undo_started = 15,  ///< a compensation is under way; its handle
};
[[nodiscard]] std::string_view name_of(fact_kind k) noexcept;

/// One fact. `rev` counts from 1 within a run without gaps.
struct fact {
  std::int64_t rev = 0;
  fact_kind kind = fact_kind::note;
  time_point at{};
  std::string step;  ///< id of the step, resource or guard it is about; may be empty
  int attempt = 0;
  json::object body;

  friend bool operator==(const fact&, const fact&) = default;
};

/// The fact as a JSON object with the members rev, kind, at, step, attempt, body.
[[nodiscard]] json::object to_json(const fact& f);
[[nodiscard]] result<fact> fact_from_json(const json::value& v);

/// The hash chain: sha256 over the previous hash and the canonical text of the fact. The
/// first fact is chained to `chain_start(run id)`. Changing, removing or swapping any fact
/// changes every later hash.
[[nodiscard]] std::string chain_start(std::string_view run);
[[nodiscard]] std::string chain(std::string_view previous, const fact& f);

/// The journal format this library writes, and the range it reads.
inline constexpr int journal_format = 1;
inline constexpr int journal_format_oldest_read = 1;

}  // namespace v1
}  // namespace shipflow
