// The days of a recurrence, period by period.
#include "calendar/recurrence.hpp"

#include <algorithm>

namespace shipflow::calendar_room {
namespace {

using namespace std::chrono;
using unit = recurrence::unit;

// Days that are neither before the begin of the first period nor behind the end of the last one.
struct period {
  sys_days first;
  sys_days last;  // included
};

sys_days week_of(sys_days d, unsigned week_start) { return d - (weekday{d} - weekday{week_start}); }

// The n-th period from that of `start` on.
period nth_period(const recurrence& r, sys_days start, std::int64_t n) {
  const auto step = static_cast<int>(n * r.interval);
  const year_month_day begin{start};
  switch (r.every) {
    case unit::daily: return {start + days{step}, start + days{step}};
    case unit::weekly: {
      const auto first = week_of(start, r.week_start) + days{7LL * step};
      return {first, first + days{6}};
    }
    case unit::monthly: {
      const auto month = begin.year() / begin.month() + months{step};
      return {sys_days{month / 1}, sys_days{month / std::chrono::last}};
    }
    case unit::yearly: break;
  }
  const auto y = begin.year() + years{step};
  return {sys_days{y / January / 1}, sys_days{y / December / 31}};
}

// The newest period that begins no later than `from`, so that years before it cost nothing.
std::int64_t period_before(const recurrence& r, sys_days start, sys_days from) {
  if (from <= start) return 0;
  const auto between = (from - start).count();
  switch (r.every) {
    case unit::daily: return between / r.interval;
    case unit::weekly: return std::max<std::int64_t>(0, between / 7 / r.interval - 1);
    case unit::monthly: return std::max<std::int64_t>(0, between / 31 / r.interval - 1);
    case unit::yearly: break;
  }
  return std::max<std::int64_t>(0, between / 366 / r.interval - 1);
}

template <class Values, class Value>
bool has(const Values& in, const Value& v) {
  return std::find(in.begin(), in.end(), v) != in.end();
}

bool month_day_fits(const recurrence& r, const year_month_day& d) {
  const auto length = static_cast<int>(static_cast<unsigned>((d.year() / d.month() / last).day()));
  const auto day = static_cast<int>(static_cast<unsigned>(d.day()));
  return has(r.month_days, day) || has(r.month_days, day - length - 1);
}

// Is the day the n-th (from the end: the -n-th) of its weekday in the span?
bool is_nth(sys_days day, int n, const period& in) {
  const auto from_begin = static_cast<int>((day - in.first).count() / 7) + 1;
  const auto from_end = -static_cast<int>((in.last - day).count() / 7) - 1;
  return n == from_begin || n == from_end;
}

bool weekday_fits(const recurrence& r, sys_days day, const year_month_day& d, const period& in) {
  // With BYMONTH a numbered day of a yearly rule counts within its month.
  const bool by_month = r.every == unit::monthly || !r.months.empty();
  const auto month = period{sys_days{d.year() / d.month() / 1}, sys_days{d.year() / d.month() / last}};
  return std::any_of(r.weekdays.begin(), r.weekdays.end(), [&](const auto& wanted) {
    if (weekday{day}.c_encoding() != wanted.second) return false;
    return wanted.first == 0 || is_nth(day, wanted.first, by_month ? month : in);
  });
}

bool fits(const recurrence& r, sys_days start, sys_days day, const period& in) {
  const year_month_day d{day};
  const year_month_day s{start};
  if (!r.months.empty() && !has(r.months, static_cast<int>(static_cast<unsigned>(d.month())))) return false;
  if (!r.month_days.empty() && !month_day_fits(r, d)) return false;
  if (!r.weekdays.empty() && !weekday_fits(r, day, d, in)) return false;
  if (!r.month_days.empty() || !r.weekdays.empty()) return true;
  // What the rule leaves open is as on the first day.
  switch (r.every) {
    case unit::daily: return true;
    case unit::weekly: return weekday{day} == weekday{start};
    case unit::monthly: return d.day() == s.day();
    case unit::yearly: break;
  }
  return d.day() == s.day() && (!r.months.empty() || d.month() == s.month());
}

// The months of a year that can hold a day of the rule: looking at them alone makes a yearly rule cheap.
std::vector<period> parts_of(const recurrence& r, sys_days start, const period& in) {
  if (r.every != unit::yearly) return {in};
  auto months = r.months;
  if (months.empty() && r.weekdays.empty() && r.month_days.empty())
    months = {static_cast<int>(static_cast<unsigned>(year_month_day{start}.month()))};
  if (months.empty()) return {in};
  std::sort(months.begin(), months.end());
  months.erase(std::unique(months.begin(), months.end()), months.end());
  const auto y = year_month_day{in.first}.year();
  std::vector<period> out;
  for (const auto m : months) {
    const auto month = y / std::chrono::month{static_cast<unsigned>(m)};
    out.push_back({sys_days{month / 1}, sys_days{month / last}});
  }
  return out;
}

// The first day counts even when the rule does not name it (RFC 5545, 3.8.5.3).
std::vector<sys_days> days_in(const recurrence& r, sys_days start, sys_days end, const period& whole) {
  std::vector<sys_days> out;
  for (const auto& part : parts_of(r, start, whole))
    for (auto day = std::max(part.first, start); day <= std::min(part.last, end); day += days{1})
      if (day == start || fits(r, start, day, whole)) out.push_back(day);
  if (whole.first <= start && start <= std::min(whole.last, end) && !has(out, start))
    out.insert(out.begin(), start);
  return out;
}

}  // namespace

std::vector<sys_days> expand(const recurrence& r, sys_days start, sys_days from, sys_days to) {
  std::vector<sys_days> out;
  const auto end = r.until ? std::min(*r.until, to) : to;
  int counted = 0;
  for (auto n = r.count == 0 ? period_before(r, start, from) : 0;; ++n) {
    const auto in = nth_period(r, start, n);
    if (in.first > end) return out;
    for (const auto day : days_in(r, start, end, in)) {
      if (day >= from) out.push_back(day);
      if (r.count != 0 && ++counted == r.count) return out;
    }
  }
}

}  // namespace shipflow::calendar_room
