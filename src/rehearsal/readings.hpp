// Readings that make a guard pass or alert, found by trying: a rehearsal has to know what good and bad
// look like without knowing what the numbers mean.
#pragma once

#include <shipflow/plan.hpp>
#include <shipflow/probe.hpp>

#include <map>
#include <string>

namespace shipflow::rehearsal {

/// What one series does in every slot.
struct level {
  series_kind kind = series_kind::counter;
  double per_slot = 0;  ///< growth of a counter, reading of a gauge
  duration slot{1'000};
};
/// "source\ncomponent\narm\nseries" -> level.
using readings = std::map<std::string, level>;

[[nodiscard]] std::string series_name(std::string_view source, std::string_view component,
                                      std::string_view arm, std::string_view series);

struct known_readings {
  readings good;
  readings bad;
  std::string unsolved;  ///< the guard for which none were found that pass, and why; or empty
};
/// For all guards of a plan. A guard that no reading makes alert just has no bad ones.
[[nodiscard]] known_readings find_readings(const plan& what);

}  // namespace shipflow::rehearsal
