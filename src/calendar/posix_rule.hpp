// The rule at the end of a TZif file: IEEE 1003.1, 8.3, with the extensions of RFC 8536, 3.3.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace shipflow::calendar_room {

/// A day of every year and the time of that day at which clocks change, in seconds.
struct change_day {
  enum class form { month_week_day, julian, zero_based } how = form::month_week_day;
  int month = 0, week = 0, day = 0;
  int time = 7200;
};

struct posix_rule {
  int standard = 0;  ///< seconds to add to UTC
  bool has_summer = false;
  int summer = 0;
  change_day begin, end;

  [[nodiscard]] int offset(std::int64_t utc_seconds) const;
};

/// Nothing when the text is no rule.
[[nodiscard]] std::optional<posix_rule> parse_posix_rule(std::string_view text);

}  // namespace shipflow::calendar_room
