// What a guard asks the sources of its metrics: what the state of the run says about each look, with secrets put in, which
// are in nothing that comes back.
#pragma once

#include "engine/actor.hpp"
#include "health/trigger.hpp"

#include <functional>
#include <vector>

namespace shipflow::engine_room {

class metric_questions {
 public:
  metric_questions(actor& run, std::size_t guard) : run_(run), guard_(guard) {}

  /// The question of a look at this time; its deadline and its stop are the caller's.
  [[nodiscard]] metric_request about(const health::trigger_look& look, time_point from,
                                     time_point until) const;
  /// One answer each, perhaps at once, perhaps on a thread of the source: an answer without readings where
  /// nobody can be asked.
  void read(metric_request q, std::function<void(metric_answer)> answered) const;
  void remember(metric_request q, duration slot, std::function<void(metric_history)> told) const;

  /// How long after the end of a slot its numbers are there. The slowest source decides: all series of a
  /// slot are read together.
  [[nodiscard]] duration lag(const std::vector<health::trigger_look>& looks) const;
  /// Until when the answer is certain to stay as it is: for ever where there is nobody to ask, else as the source
  /// promises.
  [[nodiscard]] time_point steady_until(const metric_request& q) const;

 private:
  [[nodiscard]] std::string version_of(metric_arm arm) const;
  [[nodiscard]] const plan_guard& planned() const { return run_.state().what->guards.at(guard_); }

  actor& run_;
  std::size_t guard_;
};

}  // namespace shipflow::engine_room
