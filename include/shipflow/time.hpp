// Time as data: milliseconds since the Unix epoch, UTC. Nothing here reads a clock.
#pragma once

#include <shipflow/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace shipflow {
inline namespace v1 {

/// Milliseconds. All durations of the API are of this type.
using duration = std::chrono::milliseconds;
/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// Milliseconds since the epoch, the form in which times are stored.
[[nodiscard]] constexpr std::int64_t to_ms(time_point t) noexcept { return t.time_since_epoch().count(); }
[[nodiscard]] constexpr time_point from_ms(std::int64_t ms) noexcept { return time_point{duration{ms}}; }

/// "2026-11-21T06:19:00.000Z".
[[nodiscard]] std::string format_time(time_point t);
/// Reads what `format_time` writes; fraction optional.
[[nodiscard]] result<time_point> parse_time(std::string_view text);

/// The shortest exact form: "90s" is "1m30s", 250 ms is "250ms", zero is "0s".
[[nodiscard]] std::string format_duration(duration d);
/// Reads "250ms", "30s", "10m", "24h", "7d" and sums such as "1h30m". A number without
/// a unit, a negative value and anything above 10,000 days are errors.
[[nodiscard]] result<duration> parse_duration(std::string_view text);

}  // namespace v1
}  // namespace shipflow
