// Small readers of text that the calendar's grammars share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::calendar_room {

/// A number of `digits` digits at the start of the text, or nothing.
[[nodiscard]] std::optional<int> digits(std::string_view text, std::size_t count);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char at);
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// "Sun" for 0, to "Sat" for 6.
[[nodiscard]] const char* weekday_name(unsigned day);
/// "Mon" to "Sun", or "MO" to "SU", as 0 (Sunday) to 6.
[[nodiscard]] std::optional<unsigned> weekday_named(std::string_view text);
[[nodiscard]] std::optional<unsigned> weekday_of_rule(std::string_view text);
/// "2026-12-24".
[[nodiscard]] std::optional<std::chrono::sys_days> parse_day(std::string_view text);
[[nodiscard]] std::string format_day(std::chrono::sys_days day);

}  // namespace shipflow::calendar_room
