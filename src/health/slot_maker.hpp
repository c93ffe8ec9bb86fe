// Answers of metric sources to the samples of a trigger, in the order it wants them.
#pragma once

#include "health/trigger.hpp"

namespace shipflow::health {

/// Collects the answers of one slot, then closes it. Looks without an answer by then are missing.
class slot_maker {
 public:
  explicit slot_maker(std::shared_ptr<const trigger> t);

  /// The answer to `trigger::looks()[look]`; a second one for the same slot replaces the first.
  /// An answer with the wrong number of readings makes the look's series invalid.
  void answer(std::size_t look, metric_answer a);
  /// Samples of slot `k`, later than all before, from the answers since the last call.
  [[nodiscard]] std::vector<slot_sample> close(slot_index k);
  /// Goes on for a trigger that reads the same by another rule.
  void adopt(std::shared_ptr<const trigger> t) { trigger_ = std::move(t); }

  /// The counters' last readings, and back. Error: `corrupt`.
  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

 private:
  std::shared_ptr<const trigger> trigger_;
  std::vector<std::optional<metric_answer>> answers_;  // per look
  std::vector<std::optional<counter_memory>> memory_;  // per input
};

}  // namespace shipflow::health
