// RRULE of RFC 5545, 3.3.10, over whole days.
#pragma once

#include <shipflow/calendar.hpp>

namespace shipflow::calendar_room {

struct recurrence {
  enum class unit { daily, weekly, monthly, yearly } every = unit::yearly;
  int interval = 1;
  int count = 0;  ///< 0: no limit
  std::optional<std::chrono::sys_days> until;
  std::vector<int> months, month_days;
  std::vector<std::pair<int, unsigned>> weekdays;  ///< which of the period (0: each), and the day
  unsigned week_start = 1;
};

/// "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH". Errors name the part.
[[nodiscard]] result<recurrence> parse_recurrence(std::string_view rule);
/// Days of the rule that began on `start`, between two days. O(days between, and `count`).
[[nodiscard]] std::vector<std::chrono::sys_days> expand(const recurrence& r, std::chrono::sys_days start,
                                                        std::chrono::sys_days from, std::chrono::sys_days to);

}  // namespace shipflow::calendar_room
