// Times as a report tells them: to the second.
#pragma once

#include <shipflow/time.hpp>

#include <string>

namespace shipflow::report {

/// "2026-11-26T07:00:00Z"; nothing for a time that never was.
[[nodiscard]] inline std::string when(time_point t) {
  return t == time_point{} ? std::string{} : format_time(t).substr(0, 19) + "Z";
}

/// "0.4s" below ten seconds, else whole seconds.
[[nodiscard]] inline std::string brief_span(duration d) {
  if (d.count() <= 0 || d.count() >= 10'000) return format_duration(duration{d.count() / 1000 * 1000});
  const auto tenths = (d.count() + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
}

[[nodiscard]] inline std::string whole_seconds(duration d) {
  return format_duration(duration{d.count() / 1000 * 1000});
}

}  // namespace shipflow::report
