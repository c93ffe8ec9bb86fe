#include "at.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <random>

using namespace shipflow_test;
using namespace std::chrono;

namespace {

std::string event(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n" + lines + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::string days_of(const shipflow::holiday& h, int from, int to) {
  const auto times = shipflow::times_of(h, sys_days{year{from} / 1 / 1}, sys_days{year{to} / 12 / 31});
  if (!times) return times.error().message;
  std::string out;
  for (const auto d : *times) out += (out.empty() ? "" : " ") + shipflow::format_time(d).substr(0, 10);
  return out;
}

shipflow::holiday ruled(const std::string& from, const std::string& rule) {
  shipflow::holiday h;
  h.from = floor<days>(at(from + "T00:00:00Z"));
  h.rule = rule;
  return h;
}

std::string trouble(const std::string& ics) {
  const auto read = shipflow::read_holidays(ics);
  return read ? "none" : read.error().message;
}

}  // namespace

TEST_CASE("calendar/holidays: days of rules") {
  const struct {
    const char* from;
    const char* rule;
    const char* days;
  } table[] = {
      {"2020-12-25", "FREQ=YEARLY", "2026-12-25 2027-12-25"},
      {"2020-11-26", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26 2027-11-25"},
      {"2020-05-25", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "2026-05-25 2027-05-31"},
      {"2024-02-29", "FREQ=YEARLY", ""},
      {"2020-01-01", "FREQ=YEARLY;INTERVAL=3", "2026-01-01"},
      {"2026-01-31", "FREQ=MONTHLY;COUNT=4", "2026-01-31 2026-03-31 2026-05-31 2026-07-31"},
      {"2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260331", "2026-01-31 2026-02-28 2026-03-31"},
      {"2026-01-05", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4",
       "2026-01-05 2026-01-07 2026-01-19 2026-01-21"},
      {"2026-01-01", "FREQ=DAILY;INTERVAL=100;UNTIL=20260801T000000Z", "2026-01-01 2026-04-11 2026-07-20"},
      {"2026-06-01", "FREQ=YEARLY;BYMONTH=6,9;BYMONTHDAY=1,13;BYDAY=FR,TU;COUNT=3",
       "2026-06-01 2026-09-01 2027-06-01"},
      {"2020-01-06", "FREQ=YEARLY;BYDAY=1MO", "2026-01-05 2027-01-04"},
      {"2020-01-06", "FREQ=YEARLY;BYDAY=53TH", "2026-12-31"},
  };
  for (const auto& row : table) {
    CAPTURE(row.rule);
    CHECK(days_of(ruled(row.from, row.rule), 2026, 2027) == row.days);
  }
  CHECK(days_of(ruled("2024-02-29", "FREQ=YEARLY"), 2024, 2032) == "2024-02-29 2028-02-29 2032-02-29");
}

TEST_CASE("calendar/holidays: skipping ahead finds what counting from the start finds") {
  const unsigned seed = 20'261'126;
  CAPTURE(seed);
  std::mt19937 dice(seed);
  const char* units[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
  for (int round = 0; round < 400; ++round) {
    std::string rule =
        std::string("FREQ=") + units[dice() % 4] + ";INTERVAL=" + std::to_string(1 + dice() % 5);
    if (dice() % 3 == 0) rule += ";BYMONTH=" + std::to_string(1 + dice() % 12);
    if (dice() % 3 == 0) rule += ";BYDAY=TU,SA";
    auto h = ruled("2019-0" + std::to_string(1 + dice() % 9) + "-1" + std::to_string(dice() % 10), rule);
    const auto from = sys_days{year{2024} / 1 / 1} + days{static_cast<int>(dice() % 700)};
    const auto to = from + days{400};
    auto all = shipflow::times_of(h, h.from, to).value();
    std::erase_if(all, [&](sys_days d) { return d < from; });
    CAPTURE(rule);
    CHECK(shipflow::times_of(h, from, to).value() == all);
  }
}

TEST_CASE("calendar/holidays: an iCalendar file as calendars export it") {
  const auto read = shipflow::read_holidays(
      "\xEF\xBB\xBF"
      "BEGIN:VCALENDAR\r\nPRODID:-//x//y\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\n"
      "DTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYHOUR=3\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
      "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY;LANGUAGE=de:"
      "Weih\r\n"
      " nachten\\, alle\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20281224,20271224\r\nEND:VEVENT\r\n"
      "BEGIN:VEVENT\nDTSTART;TZID=\"Europe/"
      "Berlin:x\":20270301T220000\nDTEND:20270302T030000Z\nSUMMARY:Umzug\nEND:VEVENT\n"
      "BEGIN:VEVENT\nDTSTART:20270401\nDURATION:P1W\nSTATUS:CANCELLED\nEND:VEVENT\n"
      "BEGIN:VEVENT\nDTSTART:20270501\nDURATION:P2D\nBEGIN:VALARM\nTRIGGER:-PT1H\nDURATION:nonsense\nEND:"
      "VALARM\nEND:VEVENT\n"
      "END:VCALENDAR\n");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[0].name == "Weihnachten, alle");
  CHECK((*read)[0].days == 3);
  CHECK(days_of((*read)[0], 2026, 2029) == "2026-12-24 2029-12-24");
  CHECK((*read)[1].days == 2);
  CHECK((*read)[2].days == 2);
}

TEST_CASE("calendar/holidays: an event lasts as many days as it touches") {
  const struct {
    const char* lines;
    int days;
  } table[] = {
      {"DTSTART:20260228\r\n", 1},
      {"DTSTART:20260228T220000\r\n", 1},
      {"DTSTART:20260228T100000\r\nDURATION:PT8H\r\n", 1},
      {"DTSTART:20260228T220000\r\nDURATION:PT8H\r\n", 2},
      {"DTSTART:20260228T220000\r\nDURATION:PT2H\r\n", 1},
      {"DTSTART:20260228\r\nDURATION:PT48H\r\n", 2},
      {"DTSTART:20260228\r\nDURATION:PT48H1S\r\n", 3},
      {"DTSTART:20260228\r\nDURATION:P1DT12H30M\r\n", 2},
      {"DTSTART:20260228\r\nDURATION:P1W1D\r\n", 8},
      {"DTSTART:20260228T100000\r\nDURATION:P1D\r\n", 2},
      {"DTSTART:20260228T100000\r\nDTEND:20260301T100000\r\n", 2},
      {"DTSTART:20260228\r\nDTEND:20260228\r\n", 1},
  };
  for (const auto& row : table) {
    CAPTURE(row.lines);
    CHECK(shipflow::read_holidays(event(row.lines)).value().front().days == row.days);
  }
  for (const auto* odd : {"P", "PT", "P1", "P1H", "PT1D", "P1DT", "-P1D", "P12345678D", "PTT1H"}) {
    CAPTURE(odd);
    CHECK(trouble(event(std::string("DTSTART:20260228\r\nDURATION:") + odd + "\r\n")) ==
          "line 5: DURATION is not known to this version");
  }
  CHECK(trouble(event("DTSTART:20260228T100000\r\nDTEND:20260228T090000\r\n"))
            .ends_with("an event must last from 1 to 366 days"));
  CHECK(trouble(event("DTSTART:20260228\r\nDURATION:P9999999W\r\n"))
            .ends_with("an event must last from 1 to 366 days"));
}

TEST_CASE("calendar/holidays: one time of a repeated event is moved or cancelled by an event of its own") {
  const std::string series =
      "BEGIN:VEVENT\r\nUID:fair\r\nDTSTART:20260305\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n";
  const auto with = [&](const std::string& other) {
    std::string out;
    for (const auto& h :
         shipflow::read_holidays("BEGIN:VCALENDAR\r\n" + other + series + "END:VCALENDAR\r\n").value())
      out += (out.empty() ? "" : " | ") + days_of(h, 2026, 2028);
    return out;
  };
  CHECK(with("") == "2026-03-05 2027-03-05 2028-03-05");
  CHECK(with("BEGIN:VEVENT\r\nUID:fair\r\nRECURRENCE-ID:20270305\r\nDTSTART:20270412\r\nEND:VEVENT\r\n") ==
        "2027-04-12 | 2026-03-05 2028-03-05");
  CHECK(with("BEGIN:VEVENT\r\nUID:fair\r\nRECURRENCE-ID:20270305\r\nDTSTART:20270305\r\nSTATUS:CANCELLED\r\n"
             "END:VEVENT\r\n") == "2026-03-05 2028-03-05");
  CHECK(with("BEGIN:VEVENT\r\nUID:other\r\nRECURRENCE-ID:20270305\r\nDTSTART:20270305\r\nSTATUS:CANCELLED\r\n"
             "END:VEVENT\r\n") == "2026-03-05 2027-03-05 2028-03-05");
  CHECK(trouble(event("DTSTART:20270305\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270305\r\n")) ==
        "line 5: RANGE is not known to this version");
  CHECK(trouble(event("DTSTART:20270305\r\nRECURRENCE-ID:soon\r\n")) == "line 5: RECURRENCE-ID is no date");
}

TEST_CASE("calendar/holidays: what is wrong is named with its line") {
  CHECK(trouble("") == "line 1: END:VCALENDAR is missing");
  CHECK(trouble("hello") == "line 1: is no property; a line is NAME:VALUE");
  CHECK(trouble("BEGIN:VEVENT\nEND:VEVENT") == "line 1: BEGIN:VCALENDAR must come first");
  CHECK(trouble("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR") == "line 3: END:VCALENDAR closes nothing");
  CHECK(trouble(event("SUMMARY:x\r\n")) == "line 5: an event without DTSTART");
  CHECK(trouble(event("DTSTART:20260230\r\n")) == "line 4: DTSTART is no date");
  CHECK(trouble(event("DTSTART:20260228T250000\r\n")) == "line 4: DTSTART is no date");
  CHECK(trouble(event("DTSTART:20260228\r\nDTEND:20260201\r\n")) ==
        "line 6: an event must last from 1 to 366 days");
  CHECK(trouble(event("DTSTART:20260228\r\nRDATE:20260301\r\n")) ==
        "line 5: RDATE is not known to this version");
  CHECK(trouble(event("DTSTART:20260228\r\nRRULE:FREQ=YEARLY;BYWEEKNO=3\r\n")) ==
        "line 6: RRULE part `BYWEEKNO=3` is not known to this version");
  for (const auto* rule :
       {"FREQ=HOURLY", "FREQ=YEARLY;COUNT=0", "FREQ=YEARLY;COUNT=1001", "FREQ=YEARLY;INTERVAL=0",
        "FREQ=YEARLY;FREQ=DAILY", "COUNT=3", "FREQ=YEARLY;COUNT=3;UNTIL=20270101", "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=YEARLY;BYDAY=0MO", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTHDAY=32", "FREQ",
        "FREQ=YEARLY;UNTIL=20261301", "FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=YEARLY;BYDAY="}) {
    CAPTURE(rule);
    CHECK(trouble(event(std::string("DTSTART:20260228\r\nRRULE:") + rule + "\r\n"))
              .starts_with("line 6: RRULE part"));
  }
  CHECK(trouble(std::string((1U << 20U) + 1, 'x')) == "the file is above 1 MiB");
  std::string many = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 5'001; ++i) many += "BEGIN:VEVENT\nDTSTART:20260228\nEND:VEVENT\n";
  CHECK(trouble(many + "END:VCALENDAR\n").ends_with("there are more than 5000 events"));
  std::string deep = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 20; ++i) deep += "BEGIN:X\n";
  CHECK(trouble(deep).ends_with("components are nested too deeply"));
}

TEST_CASE("calendar/holidays: changed files are refused or read, and what is read can be asked") {
  const auto whole = event(
      "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas\\, and\r\n more\r\n"
      "RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=12;BYDAY=-1TH;COUNT=30\r\nEXDATE:20281224\r\n");
  const unsigned seed = 42;
  CAPTURE(seed);
  std::mt19937 dice(seed);
  const std::string alphabet = "0123456789:;=,-TZ\r\n PDWMOTH";
  for (int round = 0; round < 30'000; ++round) {
    auto text = whole;
    for (unsigned i = 0; i <= dice() % 6; ++i) {
      const auto where = dice() % text.size();
      switch (dice() % 3) {
        case 0: text[where] = alphabet[dice() % alphabet.size()]; break;
        case 1: text.erase(where, dice() % 9); break;
        default: text.insert(where, text.substr(dice() % text.size(), dice() % 20)); break;
      }
    }
    const auto read = shipflow::read_holidays(text);
    if (!read) continue;
    for (const auto& h : *read) {
      const auto times = shipflow::times_of(h, sys_days{year{2026} / 1 / 1}, sys_days{year{2036} / 1 / 1});
      REQUIRE(times.has_value());
      CHECK(std::is_sorted(times->begin(), times->end()));
    }
  }
}
