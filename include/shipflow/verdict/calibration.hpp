// Calibration without a release: every stable instance plays the canary for a day, and a test that finds
// something must not be used.
#pragma once

#include <shipflow/verdict/count_ratio.hpp>

#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// The stable fleet of one slot, instance by instance in the same order in every slot.
struct fleet_slot {
  std::int64_t index = 0;  ///< ascending
  std::vector<tally> instances;
};

struct calibration_question {
  std::int64_t slot_ms = 10'000;
  double alpha = 0.001;  ///< of the release; each lane has half
  double ratio = 1.25;   ///< of the slow lane
};

/// One way to run a lane, and the highest evidence that any instance got without a release.
struct calibration_trial {
  double ratio = 0;
  std::int64_t slots = 1;  ///< merged
  double best = 0;         ///< nats
  bool accepted = false;
};

struct calibration {
  std::vector<lane>
      lanes;  ///< those accepted: at most a fast and a slow one; empty: no test can be trusted here
  double dispersion = 1;  ///< of counts between instances; 1: as independent requests have it
  std::vector<calibration_trial> fast, slow;  ///< as tried, the last one accepted unless all were refused
  std::string why;                            ///< one line: what was chosen and for which reason
  std::int64_t slots = 0;                     ///< looked at
  std::size_t instances = 0;
};

/// Replays the slots with each instance in turn as the canary of the others. The fast lane keeps single slots and takes
/// the least ratio of 2, 3, 5, 10, the slow one keeps `ratio` and takes the shortest of 1, 5, 15, 30 minutes, for which
/// the evidence of all stays below half of what would abort (in nats). O(slots * instances^2), with
/// trials ended early. Error: fewer than three instances, or fewer than 30 minutes.
[[nodiscard]] result<calibration> calibrate(const calibration_question& q, std::span<const fleet_slot> day);

/// {lanes: [{ratio, slots, weight}], dispersion, why, slots, instances, fast: [{ratio, slots, best, accepted}], slow}
[[nodiscard]] json::object to_json(const calibration& c);

}  // namespace v1
}  // namespace shipflow
