// Many releases of one kind under many rules.
#pragma once

#include "rules.hpp"

namespace analysis {

/// When each release was decided by one rule, in slots; never: -1.
struct outcome {
  std::string rule;
  std::vector<std::int64_t> decided;

  [[nodiscard]] double share() const;                   ///< decided at all
  [[nodiscard]] std::int64_t quantile(double p) const;  ///< slots; -1: never
};

struct setting {
  scenario what;
  std::int64_t slots = 0;
  int runs = 0;
  std::uint64_t seed = 0;
};

/// Time counts from `worse_from`; what is decided before it does not count, as it would not have been reached.
[[nodiscard]] std::vector<outcome> play(const setting& s, const std::vector<named_rule>& rules);
/// Like `play` with one rule: its lanes are calibrated on a day of the same fleet before each release.
[[nodiscard]] outcome play_calibrated(const setting& s, std::int64_t calibration_slots);

/// "0.10% [0.02, 0.36]": with its 95 % interval (Wilson 1927).
[[nodiscard]] std::string percent_text(double share, int runs);
[[nodiscard]] std::string time_text(std::int64_t slots);

}  // namespace analysis
