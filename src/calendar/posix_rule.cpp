#include "calendar/posix_rule.hpp"

#include <chrono>

namespace shipflow::calendar_room {
namespace {

using namespace std::chrono;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class reader {
 public:
  explicit reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // At least three letters, or anything between angle brackets.
  bool name() {
    if (take('<')) {
      const auto end = rest_.find('>');
      if (end == std::string_view::npos || end < 3) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    std::size_t n = 0;
    while (n < rest_.size() && is_letter(rest_[n])) ++n;
    rest_.remove_prefix(n);
    return n >= 3;
  }
  std::optional<int> number(int least, int most) {
    std::size_t n = 0;
    int value = 0;
    while (n < rest_.size() && n < 4 && rest_[n] >= '0' && rest_[n] <= '9')
      value = value * 10 + (rest_[n++] - '0');
    if (n == 0 || value < least || value > most) return std::nullopt;
    rest_.remove_prefix(n);
    return value;
  }
  // [+-]h[h][:mm[:ss]]
  std::optional<int> time(int most_hours) {
    const int sign = take('-') ? -1 : 1;
    if (sign == 1) take('+');
    const auto hours = number(0, most_hours);
    if (!hours) return std::nullopt;
    int seconds = *hours * 3600;
    for (const int unit : {60, 1}) {
      if (!take(':')) break;
      const auto part = number(0, 59);
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return sign * seconds;
  }
  std::optional<change_day> change() {
    change_day to;
    std::optional<int> a;
    if (take('M')) {
      const auto month = number(1, 12);
      const auto week = month && take('.') ? number(1, 5) : std::nullopt;
      a = week && take('.') ? number(0, 6) : std::nullopt;
      if (!a) return std::nullopt;
      to.month = *month;
      to.week = *week;
    } else if (take('J')) {
      to.how = change_day::form::julian;
      a = number(1, 365);
    } else {
      to.how = change_day::form::zero_based;
      a = number(0, 365);
    }
    if (!a) return std::nullopt;
    to.day = *a;
    if (!take('/')) return to;
    const auto at = time(167);
    if (!at) return std::nullopt;
    to.time = *at;
    return to;
  }

 private:
  std::string_view rest_;
};

sys_days day_of(const change_day& c, year y) {
  if (c.how == change_day::form::zero_based) return sys_days{y / January / 1} + days{c.day};
  if (c.how == change_day::form::julian) {
    const bool behind_leap_day = y.is_leap() && c.day >= 60;  // February 29 is never counted
    return sys_days{y / January / 1} + days{c.day - 1 + (behind_leap_day ? 1 : 0)};
  }
  const auto m = month{static_cast<unsigned>(c.month)};
  const auto wanted = weekday{static_cast<unsigned>(c.day)};
  if (c.week == 5) return sys_days{y / m / wanted[last]};
  return sys_days{y / m / wanted[static_cast<unsigned>(c.week)]};
}

std::int64_t seconds_of(sys_days d) { return duration_cast<seconds>(d.time_since_epoch()).count(); }

}  // namespace

int posix_rule::offset(std::int64_t utc) const {
  if (!has_summer) return standard;
  const auto local_day = floor<days>(sys_seconds{seconds{utc + standard}});
  const auto y = year_month_day{local_day}.year();
  const auto starts = seconds_of(day_of(begin, y)) + begin.time - standard;
  const auto ends = seconds_of(day_of(end, y)) + end.time - summer;
  const bool in = starts < ends ? utc >= starts && utc < ends : utc >= starts || utc < ends;
  return in ? summer : standard;
}

std::optional<posix_rule> parse_posix_rule(std::string_view text) {
  reader in(text);
  posix_rule to;
  if (!in.name()) return std::nullopt;
  const auto west = in.time(24);
  if (!west) return std::nullopt;
  to.standard = -*west;
  if (in.at_end()) return to;
  if (!in.name()) return std::nullopt;
  to.has_summer = true;
  to.summer = to.standard + 3600;
  if (in.peek() != ',') {
    const auto summer_west = in.time(24);
    if (!summer_west) return std::nullopt;
    to.summer = -*summer_west;
  }
  // Without dates the rule would be the system's own guess.
  const auto begin = in.take(',') ? in.change() : std::nullopt;
  const auto end = begin && in.take(',') ? in.change() : std::nullopt;
  if (!end || !in.at_end()) return std::nullopt;
  to.begin = *begin;
  to.end = *end;
  return to;
}

}  // namespace shipflow::calendar_room
