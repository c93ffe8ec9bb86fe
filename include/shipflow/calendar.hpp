// When a release may start: windows, avoided days, freezes and holidays of one environment, as a value.
// Nothing here reads a clock or a file; the zone's rules and the holidays are inside the value.
//
//   calendar:
//     zone: Europe/Berlin                  # IANA name; default UTC
//     prefer: ["Tue-Thu 10:00-14:00"]      # outside of these a start is warned of
//     allow: ["Mon-Fri 08:00-18:00"]       # outside of these nothing starts
//     avoid: [Fri, holidays]               # warned of
//     freeze: [black-friday-week, 12-20..12-26, 12-30..01-02, 2027-03-01, "Fri 12:00-24:00"]  # nothing starts
//     holidays: [holidays.ics]             # iCalendar files, RFC 5545; "holidays" in the lists above means these
//     outside: wait                        # or refuse: what a start does while nothing may start
//     override: [lead]                     # roles that may start all the same, with a reason
//     remind: [48h, 24h]                   # how long before a scheduled start people are told
//
// A window is `[DAYS] HH:MM-HH:MM`; DAYS is Mon, Tue-Thu, or a list of both with commas, and every day when
// absent. A window that ends no later than it starts goes on into the next day. 24:00 is the end of the day.
// `avoid` and `freeze` take days (Fri, Sat-Sun), windows, dates (2027-03-01), ranges of dates, days of every
// year (12-24) and ranges of them, also across new year, and the names below. A day is a day of the zone.
//   black-friday         the day after the fourth Thursday of November
//   black-friday-week    Monday to Sunday around it
//   cyber-monday         the Monday after it
//   holidays             the days of the files
//
// Where clocks go forward, times that do not exist open nothing; where they go back, what is between the
// two passes of an hour counts twice. A rollback never asks the calendar.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// Offsets of a zone from UTC. `rule` is a POSIX TZ text (IEEE 1003.1, "CET-1CEST,M3.5.0,M10.5.0/3");
/// `changes` are moments before which the rule does not hold yet or not alone: from the first member, in
/// seconds since the epoch, the offset is the second, in seconds, until the next; behind the last the rule.
struct zone_rules {
  std::string rule = "UTC0";
  std::vector<std::pair<std::int64_t, int>> changes;
  friend bool operator==(const zone_rules&, const zone_rules&) = default;
};
/// Reads a TZif file (RFC 8536, version 2 and later), as in /usr/share/zoneinfo. What lies before 2020 is
/// left out, and so is what the rule says as well. `invalid_document` for anything else.
[[nodiscard]] result<zone_rules> read_zone(std::string_view tzif);
/// Seconds to add to UTC. `invalid_argument` for a rule that is none.
[[nodiscard]] result<int> offset_at(const zone_rules& zone, time_point at);

/// Days that are special, once or again and again.
struct holiday {
  std::string name;
  std::chrono::sys_days from;                 ///< the first day of the first time
  int days = 1;                               ///< how long, 1 to 366
  std::string rule;                           ///< RRULE of RFC 5545 without its name, or empty: once
  std::vector<std::chrono::sys_days> except;  ///< first days that are left out; sorted
  friend bool operator==(const holiday&, const holiday&) = default;
};
/// The days of an iCalendar file: one entry per VEVENT that is not cancelled. Events with times count as
/// whole days, all that they touch, on the dates as written; RECURRENCE-ID takes one time out of its series. Of RRULE there are FREQ (all but sub-day), INTERVAL, COUNT (at most
/// 1000), UNTIL, BYMONTH, BYMONTHDAY, BYDAY and WKST; anything else is an error that names it. At most
/// 1 MiB and 5,000 events. `invalid_document` names the line. O(bytes).
[[nodiscard]] result<std::vector<holiday>> read_holidays(std::string_view ics);
/// First days of the times a holiday takes place between two days, both included, in order.
[[nodiscard]] result<std::vector<std::chrono::sys_days>> times_of(const holiday& what,
                                                                  std::chrono::sys_days from,
                                                                  std::chrono::sys_days to);

/// The rules, as written.
struct release_calendar {
  std::string zone = "UTC";
  zone_rules rules;
  std::vector<std::string> prefer, allow, avoid, freeze;
  std::vector<holiday> holidays;
  std::string outside = "wait";             ///< or "refuse"
  std::vector<std::string> override_roles;  ///< empty: those who may start a release
  std::vector<duration> remind;             ///< longest first
  friend bool operator==(const release_calendar&, const release_calendar&) = default;
};
[[nodiscard]] json::value to_json(const release_calendar& c);
[[nodiscard]] result<release_calendar> calendar_from_json(const json::value& v);

/// May a release start?
enum class openness {
  open,
  discouraged,  ///< it may, and the calendar says why it should not
  closed,
};
[[nodiscard]] std::string_view name_of(openness o) noexcept;

struct calendar_answer {
  openness level = openness::open;
  std::vector<std::string> reasons;  ///< "freeze black-friday-week"; empty when open
  /// The reasons in one line.
  [[nodiscard]] std::string text() const;
};

/// How far `next` looks ahead.
inline constexpr std::chrono::days calendar_horizon{3653};

/// A calendar made ready for questions. Immutable, cheap to copy, any thread.
class timetable {
 public:
  /// Errors: `invalid_document` names the word that is wrong, or says that the calendar never opens:
  /// windows, weekdays and days of every year leave no day in any year. O(rules + holidays).
  [[nodiscard]] static result<timetable> make(const release_calendar& c);

  [[nodiscard]] calendar_answer look(time_point at) const;
  /// The first moment from `from` on at which `look` says `worst` or better; nothing within ten years: never.
  /// Below a millisecond for ten years of rules.
  [[nodiscard]] std::optional<time_point> next(time_point from, openness worst = openness::discouraged) const;
  /// The time of day in the zone: "Tue 2026-11-24 10:00 +01:00".
  [[nodiscard]] std::string local(time_point at) const;

 private:
  struct rules;
  explicit timetable(std::shared_ptr<const rules> r) : rules_(std::move(r)) {}
  std::shared_ptr<const rules> rules_;
};

}  // namespace v1
}  // namespace shipflow
