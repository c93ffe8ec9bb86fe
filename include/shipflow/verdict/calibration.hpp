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

inline constexpr std::size_t most_placebos = 32;

/// Replays the slots with each instance in turn as the canary of the others (of more than `most_placebos` instances
/// every so many-th). The fast lane keeps single slots and takes the least ratio of 2, 3, 5, 10, the slow one keeps
/// `ratio` and takes the shortest of 1, 5, 15, 30 minutes, for which the evidence of all stays below half of what
/// would abort (in nats). With slots of a minute or more there is the slow one alone, as without a calibration.
/// O(slots * instances * placebos), with trials ended early. Error: fewer than three instances, fewer than 30
/// minutes of slots, slots out of order.
[[nodiscard]] result<calibration> calibrate(const calibration_question& q, std::span<const fleet_slot> day);

/// The same in steps, for a thread that has other things to do meanwhile.
class calibrating {
 public:
  /// Errors as of `calibrate`.
  [[nodiscard]] static result<calibrating> begin(const calibration_question& q, std::vector<fleet_slot> day);
  /// Replays one instance. False: all is known, and nothing was left to do.
  bool step();
  [[nodiscard]] const calibration& found() const noexcept { return found_; }

 private:
  enum class stage { fast, slow, done };

  calibrating(const calibration_question& q, std::vector<fleet_slot> day);
  [[nodiscard]] lane next_lane() const;
  void judge(double best);
  void next_stage();

  calibration_question question_;
  std::vector<fleet_slot> day_;
  std::vector<std::size_t> placebos_;
  std::vector<double> ratios_;        // to try, of the fast lane
  std::vector<std::int64_t> merged_;  // to try, of the slow one
  calibration found_;
  stage stage_ = stage::fast;
  std::size_t attempt_ = 0, placebo_ = 0;
  calibration_trial trial_;
  double limit_ = 0;
};

/// {lanes: [{ratio, slots, weight}], dispersion, why, slots, instances, fast: [{ratio, slots, best, accepted}], slow}
[[nodiscard]] json::object to_json(const calibration& c);
/// The lanes of such an object for slots of this length. Error: `corrupt`.
[[nodiscard]] result<std::vector<lane>> lanes_from_json(const json::value& c, std::int64_t slot_ms);

}  // namespace v1
}  // namespace shipflow
