#include "at.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace shipflow_test;
using shipflow::openness;
using shipflow::release_calendar;
using shipflow::timetable;

namespace {

release_calendar shopflow() {
  release_calendar c;
  c.prefer = {"Tue-Thu 10:00-14:00"};
  c.avoid = {"Fri", "holidays"};
  c.freeze = {"black-friday-week", "12-20..12-26"};
  return c;
}

release_calendar allowing(std::vector<std::string> windows, std::vector<std::string> freeze = {},
                          const std::string& rule = "UTC0") {
  release_calendar c;
  c.allow = std::move(windows);
  c.freeze = std::move(freeze);
  c.rules.rule = rule;
  return c;
}

std::string look(const timetable& t, const std::string& when) {
  const auto a = t.look(at(when));
  return std::string(name_of(a.level)) + (a.reasons.empty() ? "" : ": ") + a.text();
}

std::string trouble(const release_calendar& c) {
  const auto made = timetable::make(c);
  return made ? "none" : made.error().message;
}

constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";

}  // namespace

TEST_CASE("calendar/timetable: ShopFlow's windows, avoided days and freezes") {
  const auto t = timetable::make(shopflow()).value();
  CHECK(look(t, "2026-11-10T10:00:00Z") == "open");
  CHECK(look(t, "2026-11-10T13:59:59.999Z") == "open");
  CHECK(look(t, "2026-11-10T14:00:00Z") ==
        "discouraged: outside of the preferred windows Tue-Thu 10:00-14:00");
  CHECK(look(t, "2026-11-13T11:00:00Z") ==
        "discouraged: outside of the preferred windows Tue-Thu 10:00-14:00; avoid Fri");
  CHECK(look(t, "2026-11-22T23:59:59Z").starts_with("discouraged"));
  CHECK(look(t, "2026-11-23T00:00:00Z") == "closed: freeze black-friday-week");
  CHECK(look(t, "2026-11-27T11:00:00Z") == "closed: freeze black-friday-week");
  CHECK(look(t, "2026-11-29T23:59:59Z") == "closed: freeze black-friday-week");
  CHECK(look(t, "2026-11-30T00:00:00Z").starts_with("discouraged"));
  CHECK(look(t, "2026-12-20T00:00:00Z") == "closed: freeze 12-20..12-26");
  CHECK(next_of(t, "2026-11-26T12:00:00Z") == "2026-11-30T00:00:00.000Z");
  CHECK(next_of(t, "2026-11-26T12:00:00Z", openness::open) == "2026-12-01T10:00:00.000Z");
  CHECK(next_of(t, "2026-12-17T14:00:00Z", openness::open) == "2026-12-29T10:00:00.000Z");
}

TEST_CASE("calendar/timetable: the week of Black Friday when November ends on its Friday") {
  auto c = allowing({}, {"black-friday-week", "cyber-monday"});
  const auto t = timetable::make(c).value();
  // Thanksgiving 2024 was November 28: the week runs into December, and Cyber Monday was December 2.
  CHECK(look(t, "2024-11-24T12:00:00Z") == "open");
  CHECK(look(t, "2024-11-25T00:00:00Z").starts_with("closed"));
  CHECK(look(t, "2024-12-01T23:59:00Z").starts_with("closed"));
  CHECK(look(t, "2024-12-02T12:00:00Z") == "closed: freeze cyber-monday");
  CHECK(look(t, "2024-12-03T00:00:00Z") == "open");
}

TEST_CASE("calendar/timetable: ranges across new year, leap days, windows across midnight") {
  const auto t = timetable::make(allowing({}, {"12-30..01-02", "02-29", "2027-03-01..2027-03-03"})).value();
  CHECK(look(t, "2026-12-29T23:59:59Z") == "open");
  CHECK(look(t, "2026-12-30T00:00:00Z").starts_with("closed"));
  CHECK(look(t, "2027-01-02T23:59:59Z").starts_with("closed"));
  CHECK(next_of(t, "2026-12-31T08:00:00Z") == "2027-01-03T00:00:00.000Z");
  CHECK(look(t, "2028-02-29T12:00:00Z").starts_with("closed"));
  CHECK(look(t, "2027-02-28T12:00:00Z") == "open");
  CHECK(next_of(t, "2027-03-01T08:00:00Z") == "2027-03-04T00:00:00.000Z");

  const auto night = timetable::make(allowing({"Fri 22:00-04:00"})).value();
  CHECK(look(night, "2026-11-27T23:00:00Z") == "open");
  CHECK(look(night, "2026-11-28T03:59:00Z") == "open");
  CHECK(look(night, "2026-11-28T04:00:00Z").starts_with("closed"));
  CHECK(next_of(night, "2026-11-28T05:00:00Z") == "2026-12-04T22:00:00.000Z");

  const auto midday = timetable::make(allowing({}, {"Fri 12:00-24:00", "Sat,Sun"})).value();
  CHECK(next_of(midday, "2026-11-27T11:59:59Z") == "2026-11-27T11:59:59.000Z");
  CHECK(next_of(midday, "2026-11-27T12:00:00Z") == "2026-11-30T00:00:00.000Z");
}

TEST_CASE("calendar/timetable: where clocks jump over a window it opens for what is left of it") {
  // 2027-03-28 in Berlin has no time between 02:00 and 03:00.
  const auto gone = timetable::make(allowing({"02:00-03:00"}, {}, berlin)).value();
  CHECK(next_of(gone, "2027-03-28T00:30:00Z") == "2027-03-29T00:00:00.000Z");
  const auto cut = timetable::make(allowing({"02:30-04:00"}, {}, berlin)).value();
  CHECK(next_of(cut, "2027-03-28T00:30:00Z") == "2027-03-28T01:00:00.000Z");
  CHECK(cut.local(at("2027-03-28T01:00:00Z")) == "Sun 2027-03-28 03:00 +02:00");
}

TEST_CASE("calendar/timetable: where clocks go back a window opens twice") {
  // 2026-10-25 in Berlin runs twice through 02:00 to 03:00.
  const auto t = timetable::make(allowing({"02:30-02:45"}, {}, berlin)).value();
  CHECK(next_of(t, "2026-10-25T00:00:00Z") == "2026-10-25T00:30:00.000Z");
  CHECK(look(t, "2026-10-25T00:50:00Z").starts_with("closed"));
  CHECK(next_of(t, "2026-10-25T00:50:00Z") == "2026-10-25T01:30:00.000Z");
  CHECK(next_of(t, "2026-10-25T01:50:00Z") == "2026-10-26T01:30:00.000Z");
}

TEST_CASE("calendar/timetable: holidays freeze or are avoided, as the lists say") {
  auto c = allowing({"09:00-17:00"}, {"holidays"});
  shipflow::holiday unity;
  unity.name = "Tag der Deutschen Einheit";
  unity.from = std::chrono::sys_days{std::chrono::year{2020} / 10 / 3};
  unity.rule = "FREQ=YEARLY";
  shipflow::holiday fair;
  fair.from = std::chrono::sys_days{std::chrono::year{2026} / 10 / 4};
  fair.days = 3;
  c.holidays = {unity, fair};
  const auto t = timetable::make(c).value();
  CHECK(look(t, "2026-10-03T10:00:00Z") == "closed: freeze holidays: Tag der Deutschen Einheit");
  CHECK(look(t, "2026-10-06T10:00:00Z") == "closed: freeze holidays: a holiday");
  CHECK(next_of(t, "2026-10-02T17:00:00Z") == "2026-10-07T09:00:00.000Z");
  CHECK(next_of(t, "2035-10-02T17:00:00Z") == "2035-10-04T09:00:00.000Z");
}

TEST_CASE("calendar/timetable: a calendar that never opens is an error, or says never") {
  CHECK(trouble(allowing({"Mon 10:00-12:00"}, {"Mon"})) ==
        "the calendar never opens: its windows and freezes leave no time in any year");
  CHECK(trouble(allowing({}, {"01-01..12-31"})).starts_with("the calendar never opens"));
  CHECK(trouble(allowing({"Sun"}, {"01-01..02-28", "03-01..12-31"})) == "none");  // a Sunday February 29
  const auto t = timetable::make(allowing({}, {"2026-01-01..2040-12-31"})).value();
  CHECK(next_of(t, "2026-11-26T00:00:00Z") == "never");
  const auto leap = timetable::make(allowing({"Sun"}, {"01-01..02-28", "03-01..12-31"})).value();
  CHECK(next_of(leap, "2026-11-26T00:00:00Z") == "2032-02-29T00:00:00.000Z");
}

TEST_CASE("calendar/timetable: a word that is wrong is named") {
  for (const auto* word : {"", "Tuesday", "Tue 10-14", "Tue 10:00-25:00", "Tue 10:00-10:00", "10:00",
                           "Tue-Foo", "Tue,", "24:00-10:00", "Mon  10:00 -12:00"}) {
    CAPTURE(word);
    CHECK(trouble(allowing({word})).find("is no window") != std::string::npos);
  }
  for (const auto* word :
       {"02-30", "13-01", "2026-02-29", "easter", "12-20..", "..", "2026-12-20..01-02", "12-20...12-26"}) {
    CAPTURE(word);
    CHECK(trouble(allowing({}, {word})).find("is no day") != std::string::npos);
  }
  CHECK(trouble(allowing({}, {"2027-03-02..2027-03-01"})) ==
        "`2027-03-02..2027-03-01` ends before it begins");
}

TEST_CASE("calendar/timetable: next is the first minute at which look agrees") {
  const std::vector<std::string> words{"Mon",
                                       "Tue-Thu 10:00-14:00",
                                       "Fri-Mon 22:30-01:15",
                                       "02:00-03:00",
                                       "Sat,Sun",
                                       "01:59-02:31",
                                       "12-20..01-02",
                                       "black-friday-week",
                                       "10-25..10-25",
                                       "03-28",
                                       "2027-03-27..2027-03-29"};
  const unsigned seed = 20'261'126;
  CAPTURE(seed);
  std::mt19937 dice(seed);
  const auto some = [&](std::size_t most, std::size_t kinds) {
    std::vector<std::string> out;
    for (std::size_t i = dice() % (most + 1); i > 0; --i) out.push_back(words[dice() % kinds]);
    return out;
  };
  for (int round = 0; round < 150; ++round) {
    release_calendar c;
    c.allow = some(2, 6);
    c.prefer = some(2, 6);
    c.freeze = some(2, words.size());
    c.avoid = some(2, words.size());
    c.rules.rule = round % 3 == 0 ? "AEST-10AEDT,M10.1.0,M4.1.0/3" : berlin;
    const auto t = timetable::make(c);
    if (!t) continue;
    const auto from = at(dice() % 2 == 0 ? "2026-10-24T00:00:00Z" : "2027-03-27T00:00:00Z") +
                      std::chrono::minutes{dice() % 2'880};
    for (const auto worst : {openness::open, openness::discouraged}) {
      const auto found = t->next(from, worst);
      auto slow = from;
      const auto limit = from + std::chrono::hours{24 * 8};
      while (slow < limit && t->look(slow).level > worst) slow += std::chrono::minutes{1};
      CAPTURE(shipflow::format_time(from));
      CAPTURE(shipflow::canonical(to_json(c)));
      if (slow < limit) {
        REQUIRE(found.has_value());
        CHECK(shipflow::format_time(*found) == shipflow::format_time(slow));
      } else if (found) {
        CHECK(*found >= limit);
      }
    }
  }
}

TEST_CASE("calendar/timetable: a calendar survives JSON, and JSON that is none is refused") {
  auto c = shopflow();
  c.zone = "Europe/Berlin";
  c.rules = {berlin, {{1'700'000'000, 3600}}};
  c.outside = "refuse";
  c.override_roles = {"lead"};
  c.remind = {std::chrono::hours{48}, std::chrono::hours{24}};
  shipflow::holiday h;
  h.name = "x";
  h.from = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  h.days = 2;
  h.rule = "FREQ=YEARLY";
  h.except = {h.from};
  c.holidays = {h};
  CHECK(shipflow::calendar_from_json(to_json(c)).value() == c);
  for (const auto* text :
       {"[]", "{\"zone\":1}", "{\"outside\":\"maybe\"}", "{\"holidays\":[1]}", "{\"holidays\":[{}]}",
        "{\"changes\":[[1]]}", "{\"changes\":[[1,99999]]}", "{\"remind_ms\":[-1]}", "{\"avoid\":[1]}",
        "{\"new\":1}", "{\"holidays\":[{\"from\":\"2026-01-01\",\"days\":99999999999}]}"}) {
    CAPTURE(text);
    CHECK_FALSE(shipflow::calendar_from_json(shipflow::parse_json(text).value()).has_value());
  }
}
