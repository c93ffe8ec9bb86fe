// Reminders before scheduled starts, by the lead times of each rule, in virtual time.
#include "message/telling.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace shipflow_test;
using namespace std::chrono_literals;
using shipflow::duration;
using shipflow::time_point;
using texts = std::vector<std::string>;

namespace {

constexpr duration hour = 1h;

void remind(plan_builder& b, const std::vector<duration>& before, const std::string& channel) {
  tell(b, "reminder", {"lead", "due"}, channel);
  b.get().messages.back().before = before;
}

std::string scheduled(telling_rig& r, plan_builder& b, time_point at) {
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = at;
  return r.engine->start(b.get(), how).value();
}

void pass_to(rig& r, time_point at) {
  r.time.run_until([] { return false; }, at - r.time.now());
}

bool ends(rig& r, const std::string& run) {
  return r.time.run_until([&] { return r.engine->ended(run); }, 1000h);
}

/// One period in which a start stood at one time: said, and then moved, cancelled or begun.
struct period {
  time_point said, start, end;
};

/// What a channel is to be told, by the rule alone.
texts expected(const std::vector<period>& periods, std::vector<duration> before) {
  std::sort(before.rbegin(), before.rend());
  texts out;
  for (const auto& p : periods)
    for (const auto lead : before) {
      const auto at = p.start - lead;
      if (at > p.said && at < p.end && at < p.start)
        out.push_back("reminder: " + shipflow::format_duration(lead) + " " + shipflow::format_time(p.start));
    }
  return out;
}

texts told(const telling_rig& r, const std::string& channel) {
  texts out;
  for (const auto& d : r.people->seen)
    if (d.what.channel == channel && d.what.moment == "reminder")
      out.push_back("reminder: " + plain_text(d.what));
  return out;
}

}  // namespace

TEST_CASE("message/reminders: each rule has lead times of its own, those without take the calendar's") {
  telling_rig r;
  plan_builder b;
  b.set("api", "api", "2");
  b.get().calendar.emplace();
  b.get().calendar->remind = {24h, 2h};
  remind(b, {72h, 1h}, "people");
  remind(b, {}, "ops");
  const auto start = r.time.now() + 100h;
  const auto run = scheduled(r, b, start);
  REQUIRE(ends(r, run));
  r.settle();
  CHECK(told(r, "people") == expected({{{}, start, start}}, {72h, 1h}));
  CHECK(told(r, "ops") == expected({{{}, start, start}}, {24h, 2h}));
}

TEST_CASE(
    "message/reminders: a start that is scheduled, moved, held and cancelled is told, with when and by "
    "whom") {
  telling_rig r;
  plan_builder b;
  b.set("api", "api", "2");
  for (const auto* m : {"scheduled", "moved"}) tell(b, m, {"due", "who", "why"});
  for (const auto* m : {"held", "cancelled", "started"}) tell(b, m, {"why"});
  const auto first = r.time.now() + 30h;
  const auto second = first + 10h;
  const auto run = scheduled(r, b, first);
  r.settle();
  CHECK(r.say(run, "schedule", "user:lee", {{"at", shipflow::to_ms(second)}, {"reason", "a fair"}}));
  r.settle();
  CHECK(r.say(run, "schedule", "user:lee", {{"at", 0}}));  // refused, and told to nobody
  r.settle();
  texts wanted{"scheduled: " + shipflow::format_time(first) + " - -",
               "moved: " + shipflow::format_time(second) + " user:lee a fair"};
  CHECK(r.people->texts() == wanted);
  SUBCASE("cancelled") {
    CHECK(r.say(run, "cancel", "user:lee", {{"reason", "not needed"}}));
    REQUIRE(ends(r, run));
    r.settle();
    REQUIRE(r.people->texts().size() == 3);
    CHECK(r.people->texts().back().starts_with("cancelled: "));
  }
  SUBCASE("begun") {
    REQUIRE(ends(r, run));
    r.settle();
    REQUIRE(r.people->texts().size() == 3);
    CHECK(r.people->texts().back().starts_with("started: "));
  }
}

TEST_CASE(
    "message/reminders: a start at which the calendar is closed is held, and people are told until when") {
  telling_rig r;
  plan_builder b;
  b.set("api", "api", "2");
  tell(b, "held", {"why", "due"});
  const auto start = r.time.now() + 48h;
  b.get().calendar.emplace();
  b.get().calendar->freeze = {shipflow::format_time(start).substr(0, 10)};
  const auto run = scheduled(r, b, start);
  pass_to(r, start + 1min);
  r.settle();
  REQUIRE(r.people->texts().size() == 1);
  const auto said = r.people->texts().front();
  const auto next = std::chrono::floor<std::chrono::days>(start) + std::chrono::days{1};
  CHECK_MESSAGE(said.find("is closed: freeze") != std::string::npos, said);
  CHECK_MESSAGE(said.ends_with(shipflow::format_time(std::chrono::time_point_cast<duration>(next))), said);
  REQUIRE(ends(r, run));
  r.settle();
  CHECK(r.people->texts().size() == 1);
}

TEST_CASE(
    "message/reminders: whatever is scheduled, moved, cancelled and interrupted, each lead time is told "
    "once") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 draw(seed);
  const auto upto = [&](int n) { return static_cast<int>(draw() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    telling_rig r;
    plan_builder b;
    b.set("api", "api", "2");
    std::vector<std::vector<duration>> rules;
    for (int i = 0; i <= upto(3); ++i) {
      std::set<duration> before;
      for (int n = 0; n <= upto(4); ++n) before.insert(hour * (1 + upto(100)));
      rules.emplace_back(before.begin(), before.end());
      remind(b, rules.back(), "c" + std::to_string(i));
    }
    std::vector<period> periods{{r.time.now(), r.time.now() + hour * (1 + upto(200)) + 17min, {}}};
    const auto run = scheduled(r, b, periods.back().start);
    bool cancelled = false;
    for (int turn = 0; turn < upto(5) && !cancelled; ++turn) {
      const auto at = r.time.now() + hour * (1 + upto(80)) + 1min * upto(13) + 1s;  // at no reminder
      if (at >= periods.back().start) break;
      pass_to(r, at);
      cancelled = upto(6) == 0;
      const bool interrupted = upto(3) == 0;
      if (interrupted) {
        r.come_back();
        REQUIRE(r.engine->resume().has_value());
        r.settle();
      }
      if (interrupted && !cancelled) continue;
      const auto now = r.time.now();
      periods.back().end = now;
      const auto to = now + hour * (1 + upto(200)) + 19min;
      CHECK(cancelled ? r.say(run, "cancel", "user:dana", {})
                      : r.say(run, "schedule", "user:dana", {{"at", shipflow::to_ms(to)}}));
      r.settle();
      if (!cancelled) periods.push_back({now, to, {}});
    }
    if (!cancelled) periods.back().end = periods.back().start;
    REQUIRE(ends(r, run));
    r.settle();
    for (std::size_t i = 0; i < rules.size(); ++i)
      CHECK(told(r, "c" + std::to_string(i)) == expected(periods, rules[i]));
  }
}
