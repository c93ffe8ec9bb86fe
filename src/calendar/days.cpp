#include "calendar/days.hpp"

#include "calendar/text.hpp"

#include <algorithm>

namespace shipflow::calendar_room {
namespace {

using namespace std::chrono;

error bad(std::string_view word, const std::string& why) {
  return make_error(errc::invalid_document, "`" + std::string(word.substr(0, 60)) + "` " + why);
}

// "Mon", "Fri-Mon", "Tue,Thu-Sat": which weekdays, Sunday first.
std::optional<std::array<bool, 7>> weekdays_of(std::string_view text) {
  std::array<bool, 7> out{};
  for (const auto part : split(text, ',')) {
    const auto dash = part.find('-');
    const auto first = weekday_named(trimmed(part.substr(0, dash)));
    const auto last = dash == std::string_view::npos ? first : weekday_named(trimmed(part.substr(dash + 1)));
    if (!first || !last) return std::nullopt;
    for (unsigned d = *first;; d = (d + 1) % 7) {
      out.at(d) = true;
      if (d == *last) break;
    }
  }
  return out;
}

// "10:00" in minutes; 24:00 only as an end.
std::optional<int> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = digits(text, 2);
  const auto minute = digits(text.substr(3), 2);
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > whole_day) return std::nullopt;
  return *hour * 60 + *minute;
}

// A window that ends no later than it starts goes on into the next day.
void add_span(week& to, std::size_t day, int from, int until) {
  if (from < until) {
    to.at(day).emplace_back(from, until);
    return;
  }
  to.at(day).emplace_back(from, whole_day);
  if (until > 0) to.at((day + 1) % 7).emplace_back(0, until);
}

std::optional<year_day> year_day_of(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto m = digits(text, 2);
  const auto d = digits(text.substr(3), 2);
  if (!m || !d) return std::nullopt;
  const year_day out{static_cast<unsigned>(*m), static_cast<unsigned>(*d)};
  // 2024 has a February 29.
  return (year{2024} / month{out.month} / day{out.day}).ok() ? std::optional{out} : std::nullopt;
}

sys_days black_friday_of(year y) { return sys_days{y / November / Thursday[4]} + days{1}; }

std::optional<day_rule::form> form_named(std::string_view word) {
  using form = day_rule::form;
  if (word == "black-friday") return form::black_friday;
  if (word == "black-friday-week") return form::black_friday_week;
  if (word == "cyber-monday") return form::cyber_monday;
  if (word == "holidays") return form::holidays;
  return std::nullopt;
}

// "12-24", "12-20..01-02", "2026-12-24", "2026-12-24..2027-01-02".
std::optional<day_rule> dates_of(std::string_view word) {
  const auto dots = word.find("..");
  const auto first = trimmed(word.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : trimmed(word.substr(dots + 2));
  day_rule r;
  if (const auto a = year_day_of(first), b = year_day_of(last); a && b) {
    r.how = day_rule::form::yearly;
    r.first = *a;
    r.last = *b;
    return r;
  }
  const auto a = parse_day(first);
  const auto b = parse_day(last);
  if (!a || !b) return std::nullopt;
  r.how = day_rule::form::dates;
  r.from = *a;
  r.to = *b;
  return r;
}

}  // namespace

bool day_rule::holds(sys_days d) const {
  const year_month_day date{d};
  const year_day at_day{static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())};
  switch (how) {
    case form::weekly: return at.at(weekday{d}.c_encoding()) == minutes{{0, whole_day}};
    case form::yearly:
      return first <= last ? at_day >= first && at_day <= last : at_day >= first || at_day <= last;
    case form::dates: return d >= from && d <= to;
    case form::black_friday: return d == black_friday_of(date.year());
    case form::black_friday_week: {
      const auto friday = black_friday_of(date.year());
      return d >= friday - days{4} && d <= friday + days{2};
    }
    // It can fall on December 1 or 2 at most, so the year is that of the day.
    case form::cyber_monday: return d == black_friday_of(date.year()) + days{3};
    case form::holidays: break;
  }
  return false;
}

result<day_rule> parse_window(std::string_view word) {
  const auto text = trimmed(word);
  const auto space = text.rfind(' ');
  const bool timed = text.find(':') != std::string_view::npos;
  auto names = text;
  auto times = std::string_view{};
  if (timed) {
    times = space == std::string_view::npos ? text : text.substr(space + 1);
    names = space == std::string_view::npos ? std::string_view{} : trimmed(text.substr(0, space));
  }
  const auto chosen = names.empty()
                          ? std::optional{std::array<bool, 7>{true, true, true, true, true, true, true}}
                          : weekdays_of(names);
  if (text.empty() || !chosen) return bad(word, "is no window; write for example Tue-Thu 10:00-14:00");
  auto from = std::optional{0};
  auto until = std::optional{whole_day};
  if (timed) {
    const auto dash = times.find('-');
    from = minute_of(times.substr(0, dash));
    until = dash == std::string_view::npos ? std::nullopt : minute_of(times.substr(dash + 1));
  }
  if (!from || !until || *from == whole_day)
    return bad(word,
               "is no window: times are HH:MM-HH:MM from 00:00 to 24:00, for example Tue-Thu 10:00-14:00");
  if (*from == *until) return bad(word, "is no window: it ends when it begins; a whole day is 00:00-24:00");
  day_rule r;
  r.word = std::string(text);
  for (std::size_t d = 0; d < 7; ++d)
    if (chosen->at(d)) add_span(r.at, d, *from, *until);
  for (auto& day : r.at) day = united(std::move(day));
  return r;
}

result<day_rule> parse_day_rule(std::string_view word) {
  const auto text = trimmed(word);
  day_rule r;
  if (const auto named = form_named(text)) {
    r.how = *named;
  } else if (auto dates = dates_of(text)) {
    r = std::move(*dates);
    if (r.how == day_rule::form::dates && r.to < r.from) return bad(word, "ends before it begins");
  } else if (auto window = parse_window(text)) {
    return window;
  } else {
    return bad(word,
               "is no day; write for example Fri, 12-24, 12-20..01-02, 2027-03-01, black-friday-week or "
               "holidays");
  }
  r.word = std::string(text);
  return r;
}

}  // namespace shipflow::calendar_room
