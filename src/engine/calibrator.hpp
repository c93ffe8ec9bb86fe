// Before a canary is judged: how would the tests have done on the stable fleet, without a release?
#pragma once

#include "engine/way_back.hpp"
#include "health/calibration.hpp"

#include <shipflow/probe.hpp>
#include <shipflow/scheduler.hpp>

#include <functional>
#include <memory>

namespace shipflow::engine_room {

/// Asks the sources for the past and replays it, a little at a time, so that other runs go on meanwhile.
class calibrator {
 public:
  /// Asks for the past of one look; `done` may come from any thread, once or never.
  using past_reader =
      std::function<void(const health::trigger_look&, std::function<void(metric_history)> done)>;
  /// Takes what the run keeps: {found: {condition: ...}}.
  using result_taker = std::function<void(json::object calibration)>;

  /// `first`: the slot that the past begins with. What is told comes by way of `back`; `done` is called on the
  /// scheduler's thread, once.
  calibrator(scheduler& time, const std::shared_ptr<way_back>& back, std::shared_ptr<const health::trigger> t,
             health::slot_index first, const past_reader& read, result_taker done);
  ~calibrator();
  calibrator(const calibrator&) = delete;
  calibrator& operator=(const calibrator&) = delete;

 private:
  struct work;
  std::shared_ptr<work> work_;
};

/// One line for people: what was chosen, and why.
[[nodiscard]] std::string calibration_text(const json::object& calibration);

}  // namespace shipflow::engine_room
