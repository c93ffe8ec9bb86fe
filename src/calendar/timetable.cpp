#include "calendar/days.hpp"
#include "calendar/text.hpp"
#include "calendar/zone.hpp"

#include <algorithm>
#include <cstdio>

namespace shipflow {
inline namespace v1 {

using calendar_room::both;
using calendar_room::day_rule;
using calendar_room::minutes;
using calendar_room::week;
using calendar_room::whole_day;
using calendar_room::without;
using std::chrono::days;
using std::chrono::sys_days;

struct timetable::rules {
  calendar_room::zone zone;
  std::string zone_name;
  std::vector<day_rule> prefer, allow, avoid, freeze;
  std::vector<holiday> holidays;
  bool frozen_holidays = false, avoided_holidays = false;
  week open, liked;    ///< minutes of the windows of `allow` and `prefer`
  week allowed, good;  ///< minutes of a day that no date changes

  void settle();
  [[nodiscard]] bool whole_day_in(const std::vector<day_rule>& rules, sys_days day) const;
  [[nodiscard]] std::optional<time_point> first_on(sys_days day, const minutes& spans, time_point from) const;
  [[nodiscard]] std::string holiday_on(sys_days day) const;
  [[nodiscard]] bool ever_opens() const;
  void say(const std::vector<day_rule>& rules, std::string_view verb, sys_days day, int minute,
           std::vector<std::string>& to) const;
};

namespace {

using calendar_room::span_of_seconds;

bool within(const minutes& spans, int minute) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](const auto& s) { return minute >= s.first && minute < s.second; });
}

std::string listed(const std::vector<day_rule>& rules) {
  std::string out;
  for (const auto& r : rules) out += (out.empty() ? "" : ", ") + r.word;
  return out;
}

std::int64_t seconds_of(sys_days d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d.time_since_epoch()).count();
}

struct local_moment {
  sys_days day;
  int minute = 0;
  int offset = 0;
};

local_moment local_of(const calendar_room::zone& zone, time_point at) {
  const auto utc = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  local_moment out;
  out.offset = zone.offset(utc);
  const std::chrono::sys_seconds local{std::chrono::seconds{utc + out.offset}};
  out.day = std::chrono::floor<days>(local);
  out.minute = static_cast<int>((local - out.day).count() / 60);
  return out;
}

/// Days on which holidays fall, sorted, between two days.
std::vector<sys_days> days_of(const std::vector<holiday>& holidays, sys_days from, sys_days to) {
  std::vector<sys_days> out;
  for (const auto& h : holidays) {
    const auto times = times_of(h, from - days{h.days}, to);
    if (!times) continue;  // `make` refused rules that are none
    for (const auto first : *times)
      for (int i = 0; i < h.days; ++i) out.push_back(first + days{i});
  }
  std::sort(out.begin(), out.end());
  return out;
}

using parser = result<day_rule> (*)(std::string_view);

result<std::vector<day_rule>> parse_all(const std::vector<std::string>& words, parser parse) {
  std::vector<day_rule> out;
  for (const auto& word : words) {
    auto rule = parse(word);
    if (!rule) return rule.error();
    out.push_back(std::move(*rule));
  }
  return out;
}

bool names_holidays(const std::vector<day_rule>& rules) {
  return std::any_of(rules.begin(), rules.end(),
                     [](const auto& r) { return r.how == day_rule::form::holidays; });
}

week united(const std::vector<day_rule>& rules) {
  week out;
  for (const auto& r : rules)
    for (std::size_t d = 0; d < 7; ++d)
      out.at(d).insert(out.at(d).end(), r.at.at(d).begin(), r.at.at(d).end());
  for (auto& day : out) day = calendar_room::united(std::move(day));
  return out;
}

}  // namespace

// Windows and weekdays are the same every week: what is left of each weekday is found once.
void timetable::rules::settle() {
  open = united(allow);
  liked = united(prefer);
  const auto frozen = united(freeze);
  const auto disliked = united(avoid);
  for (std::size_t d = 0; d < 7; ++d) {
    allowed.at(d) = without(allow.empty() ? minutes{{0, whole_day}} : open.at(d), frozen.at(d));
    good.at(d) = without(prefer.empty() ? allowed.at(d) : both(allowed.at(d), liked.at(d)), disliked.at(d));
  }
}

bool timetable::rules::whole_day_in(const std::vector<day_rule>& in, sys_days day) const {
  return std::any_of(in.begin(), in.end(),
                     [&](const auto& r) { return r.how != day_rule::form::weekly && r.holds(day); });
}

// 28 years have every pair of weekday and date, February 29 included.
bool timetable::rules::ever_opens() const {
  const auto first = sys_days{std::chrono::year{2000} / std::chrono::January / 1};
  for (int i = 0; i < 10'227; ++i) {
    const auto day = first + days{i};
    if (allowed.at(std::chrono::weekday{day}.c_encoding()).empty()) continue;
    const bool frozen = std::any_of(freeze.begin(), freeze.end(),
                                    [&](const auto& r) { return r.every_year() && r.holds(day); });
    if (!frozen) return true;
  }
  return false;
}

std::optional<time_point> timetable::rules::first_on(sys_days day, const minutes& spans,
                                                     time_point from) const {
  const auto midnight = seconds_of(day);
  std::optional<time_point> best;
  for (const auto& [begin, end] : spans) {
    for (const auto& [first, last] :
         zone.moments(midnight, {midnight + std::int64_t{begin} * 60, midnight + std::int64_t{end} * 60})) {
      const time_point opens{std::chrono::seconds{first}};
      const time_point closes{std::chrono::seconds{last}};
      const auto at = std::max(opens, from);
      if (at < closes && (!best || at < *best)) best = at;
    }
  }
  return best;
}

std::string timetable::rules::holiday_on(sys_days day) const {
  for (const auto& h : holidays) {
    const auto times = times_of(h, day - days{h.days - 1}, day);
    if (times && !times->empty()) return h.name.empty() ? "a holiday" : h.name;
  }
  return {};
}

void timetable::rules::say(const std::vector<day_rule>& in, std::string_view verb, sys_days day, int minute,
                           std::vector<std::string>& to) const {
  for (const auto& r : in) {
    const auto text = std::string(verb) + " " + r.word;
    if (r.how == day_rule::form::holidays) {
      if (const auto name = holiday_on(day); !name.empty()) to.push_back(text + ": " + name);
    } else if (r.how == day_rule::form::weekly) {
      if (within(r.at.at(std::chrono::weekday{day}.c_encoding()), minute)) to.push_back(text);
    } else if (r.holds(day)) {
      to.push_back(text);
    }
  }
}

result<timetable> timetable::make(const release_calendar& c) {
  auto to = std::make_shared<rules>();
  auto zone = calendar_room::zone::make(c.rules);
  if (!zone) return zone.error();
  to->zone = std::move(*zone);
  to->zone_name = c.zone;
  const struct {
    const std::vector<std::string>& words;
    parser parse;
    std::vector<day_rule>& rules;
  } lists[] = {{c.prefer, calendar_room::parse_window, to->prefer},
               {c.allow, calendar_room::parse_window, to->allow},
               {c.avoid, calendar_room::parse_day_rule, to->avoid},
               {c.freeze, calendar_room::parse_day_rule, to->freeze}};
  for (const auto& list : lists) {
    auto rules = parse_all(list.words, list.parse);
    if (!rules) return rules.error();
    list.rules = std::move(*rules);
  }
  to->holidays = c.holidays;
  const auto someday = sys_days{std::chrono::year{2000} / 1 / 1};
  for (const auto& h : to->holidays) {
    if (h.days < 1 || h.days > 366)
      return make_error(errc::invalid_document, "a holiday lasts 1 to 366 days");
    if (const auto times = times_of(h, someday, someday); !times) return times.error();
  }
  to->frozen_holidays = names_holidays(to->freeze);
  to->avoided_holidays = names_holidays(to->avoid);
  to->settle();
  if (!to->ever_opens())
    return make_error(errc::invalid_document,
                      "the calendar never opens: its windows and freezes leave no time in any year");
  return timetable(std::move(to));
}

calendar_answer timetable::look(time_point at) const {
  const auto& r = *rules_;
  const auto [day, minute, offset] = local_of(r.zone, at);
  const auto weekday = std::chrono::weekday{day}.c_encoding();
  calendar_answer out;
  if (!r.allow.empty() && !within(r.open.at(weekday), minute))
    out.reasons.push_back("outside of the windows " + listed(r.allow));
  r.say(r.freeze, "freeze", day, minute, out.reasons);
  if (!out.reasons.empty()) {
    out.level = openness::closed;
    return out;
  }
  if (!r.prefer.empty() && !within(r.liked.at(weekday), minute))
    out.reasons.push_back("outside of the preferred windows " + listed(r.prefer));
  r.say(r.avoid, "avoid", day, minute, out.reasons);
  if (!out.reasons.empty()) out.level = openness::discouraged;
  return out;
}

std::optional<time_point> timetable::next(time_point from, openness worst) const {
  if (worst == openness::closed) return from;
  const auto& r = *rules_;
  const bool good = worst == openness::open;
  const auto& spans = good ? r.good : r.allowed;
  const bool holidays = r.frozen_holidays || (good && r.avoided_holidays);
  const auto first = local_of(r.zone, from).day;
  std::vector<sys_days> special;
  sys_days known = first;  // holidays are known up to this day, a year at a time
  for (auto day = first; day <= first + calendar_horizon; day += days{1}) {
    const auto& today = spans.at(std::chrono::weekday{day}.c_encoding());
    if (today.empty() || r.whole_day_in(r.freeze, day) || (good && r.whole_day_in(r.avoid, day))) continue;
    if (holidays && day >= known) {
      special = days_of(r.holidays, day, day + days{366});
      known = day + days{366};
    }
    if (std::binary_search(special.begin(), special.end(), day)) continue;
    if (const auto at = r.first_on(day, today, from)) return at;
  }
  return std::nullopt;
}

std::string timetable::local(time_point at) const {
  const auto [day, minute, offset] = local_of(rules_->zone, at);
  std::array<char, 64> out{};
  const int apart = offset < 0 ? -offset : offset;
  std::snprintf(out.data(), out.size(), "%s %s %02d:%02d %c%02d:%02d",
                calendar_room::weekday_name(std::chrono::weekday{day}.c_encoding()),
                calendar_room::format_day(day).c_str(), minute / 60, minute % 60, offset < 0 ? '-' : '+',
                apart / 3600, apart / 60 % 60);
  return out.data();
}

}  // namespace v1
}  // namespace shipflow
