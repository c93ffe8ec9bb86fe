#include "compiling.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using test::start;

namespace {

test::compiled with_calendar(const std::string& calendar,
                             const std::string& steps = "  - { id: a, command: [a] }\n") {
  start s;
  s.plan = "shipflow: 1\nplan: shop\nsteps:\n" + steps;
  s.environments =
      "shipflow: 1\nenvironments:\n  local:\n    roles: { lead: [\"user:lee\"] }\n    calendar: " + calendar +
      "\n";
  return test::compile(s);
}

}  // namespace

TEST_CASE("plan/calendar: the calendar of the environment stands in the plan and counts for its digest") {
  const auto c = with_calendar(
      "{ prefer: [Tue-Thu 10:00-14:00], freeze: black-friday-week, override: lead, remind: [24h, 48h] }");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  REQUIRE(c.what.calendar);
  CHECK(c.what.calendar->prefer == std::vector<std::string>{"Tue-Thu 10:00-14:00"});
  CHECK(c.what.calendar->freeze == std::vector<std::string>{"black-friday-week"});
  CHECK(c.what.calendar->remind == std::vector<duration>{std::chrono::hours{48}, std::chrono::hours{24}});
  CHECK(plan_from_json(to_json(c.what)).value().digest() == c.what.digest());
  auto without = c.what;
  without.calendar.reset();
  CHECK(without.digest() != c.what.digest());
  CHECK_FALSE(to_json(without).as_object().contains("calendar"));
}

TEST_CASE("plan/calendar: what is wrong is named with its place") {
  CHECK(with_calendar("{ prefer: [Tuesday] }").text().find("`Tuesday` is no window") != std::string::npos);
  CHECK(with_calendar("{ freeze: [easter] }").text().find("`easter` is no day") != std::string::npos);
  CHECK(with_calendar("{ freeze: [01-01..12-31] }").text().find("the calendar never opens") !=
        std::string::npos);
  CHECK(with_calendar("{ zone: Europe/Berlin }").text().find("there is no time zone `Europe/Berlin`") !=
        std::string::npos);
  CHECK(with_calendar("{ zone: ../etc/passwd }").text().find("a time zone such as Europe/Berlin") !=
        std::string::npos);
  CHECK(with_calendar("{ holidays: [x.ics] }").text().find("x.ics: ") != std::string::npos);
  CHECK(with_calendar("{ override: [boss] }")
            .text()
            .find("role `boss` of `calendar.override` is not one of `roles`") != std::string::npos);
  CHECK(with_calendar("{ freeze: [holidays] }").text().find("the calendar names no iCalendar files") !=
        std::string::npos);
  CHECK(with_calendar("{ outside: maybe }").findings.has_errors());
  CHECK(with_calendar("{ remind: [24h, 0s] }").findings.has_errors());
}

TEST_CASE("plan/calendar: a word that is wrong is found at its own place, and all of them at once") {
  const auto c = with_calendar(
      "\n      allow: [Mon, \"Tue 9:00-17:00\"]\n      prefer: \"Wed 10:00-10:00\"\n      avoid: [Fri, "
      "Frei]\n"
      "      freeze:\n        - 12-24\n        - 2027-02-29\n");
  const auto text = c.text();
  CAPTURE(text);
  CHECK(text.find(
            ":6:20 /environments/local/calendar/allow/1: `Tue 9:00-17:00` is no window: times are HH:MM") !=
        std::string::npos);
  CHECK(
      text.find(":7:15 /environments/local/calendar/prefer: `Wed 10:00-10:00` is no window: it ends when it "
                "begins") != std::string::npos);
  CHECK(text.find(":8:20 /environments/local/calendar/avoid/1: `Frei` is no day") != std::string::npos);
  CHECK(text.find(":11:11 /environments/local/calendar/freeze/1: `2027-02-29` is no day") !=
        std::string::npos);
}

TEST_CASE("plan/calendar: a window step waits for an open or a preferred time") {
  const auto c = with_calendar("{ prefer: [Mon] }",
                               "  - { id: w, window: preferred }\n  - { id: o, needs: [w], window: open }\n");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  CHECK(c.step("w").kind == step_kind::window);
  CHECK(c.step("w").preferred);
  CHECK_FALSE(c.step("o").preferred);
  CHECK(plan_from_json(to_json(c.what)).value().digest() == c.what.digest());
  CHECK(with_calendar("{}", "  - { id: w, window: soon }\n").findings.has_errors());
}
