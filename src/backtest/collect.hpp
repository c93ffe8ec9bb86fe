// What the readers of recorded metrics have in common.
#pragma once

#include <shipflow/backtest.hpp>

#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace shipflow::backtest_room {

/// A time as text, or seconds since the epoch.
[[nodiscard]] result<time_point> time_of(std::string_view text);
/// Seconds since the epoch, fraction kept to the millisecond. Error: outside of the years 1970 to 9999.
[[nodiscard]] result<time_point> time_of_seconds(double seconds);
/// A number, "NaN", "Inf", "+Inf" or "-Inf".
[[nodiscard]] result<double> number_of(std::string_view text);
[[nodiscard]] result<metric_arm> arm_of(std::string_view text);
[[nodiscard]] result<recorded_kind> kind_of(std::string_view text);
/// "truth", "begins" and "bad_since"; other names are ignored.
[[nodiscard]] result<void> take_label(past_release& to, std::string_view name, std::string_view text);

/// Points by series and arm, brought to the order of time.
class collector {
 public:
  /// Error: too many points; a series with two kinds.
  result<void> add(const std::string& name, metric_arm arm, recorded_kind kind, recorded_point p);
  /// Error: two readings of one series at one time that are not equal.
  [[nodiscard]] result<past_release> finish(past_release to);

 private:
  std::map<std::pair<std::string, metric_arm>, recorded_series> series_;
  std::size_t points_ = 0;
};

}  // namespace shipflow::backtest_room
