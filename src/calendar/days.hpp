// The words of `prefer`, `allow`, `avoid` and `freeze`.
#pragma once

#include <shipflow/calendar.hpp>

#include <array>
#include <cstdint>

namespace shipflow::calendar_room {

/// Minutes of a day, from the first included to the second excluded; sorted, apart from each other.
using minutes = std::vector<std::pair<int, int>>;
/// For every weekday, Sunday first, the minutes that belong to it.
using week = std::array<minutes, 7>;

inline constexpr int whole_day = 24 * 60;

/// A day of a year without the year.
struct year_day {
  unsigned month = 1, day = 1;
  // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer in it
  friend auto operator<=>(const year_day&, const year_day&) = default;
};

/// What one word says.
struct day_rule {
  enum class form {
    weekly,  ///< minutes of weekdays
    yearly,  ///< from `first` to `last`, across new year when `last` is before `first`
    dates,   ///< from `from` to `to`
    black_friday,
    black_friday_week,
    cyber_monday,
    holidays,
  } how = form::weekly;
  std::string word;  ///< as written
  week at;
  year_day first, last;
  std::chrono::sys_days from, to;

  /// Does it hold for the whole of this day? Not for `holidays`.
  [[nodiscard]] bool holds(std::chrono::sys_days day) const;
  /// Is it one that comes every year on days of its own?
  [[nodiscard]] bool every_year() const {
    return how != form::weekly && how != form::dates && how != form::holidays;
  }
};

/// A window: weekdays, minutes or both.
[[nodiscard]] result<day_rule> parse_window(std::string_view word);
/// A window, days, dates or a name.
[[nodiscard]] result<day_rule> parse_day_rule(std::string_view word);

/// Sorts and joins.
[[nodiscard]] minutes united(minutes spans);
[[nodiscard]] minutes both(const minutes& a, const minutes& b);
[[nodiscard]] minutes without(const minutes& a, const minutes& b);

}  // namespace shipflow::calendar_room
