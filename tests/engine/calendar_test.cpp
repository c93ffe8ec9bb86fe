// Starts that wait for a window or a time: durable, woken by timers, moved and overridden by people.
#include "rig.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace shipflow_test;
using shipflow::fact_kind;
using namespace std::chrono_literals;

namespace {

constexpr auto day = std::chrono::hours{24};

/// Opens from 10:00 to 14:00, every day but the one the test begins on.
shipflow::release_calendar closed_today(const rig& r, const std::string& outside) {
  shipflow::release_calendar c;
  auto& time = const_cast<rig&>(r).time;
  c.allow = {"10:00-14:00"};
  c.freeze = {shipflow::format_time(time.now()).substr(0, 10)};
  c.outside = outside;
  c.override_roles = {"lead"};
  return c;
}

shipflow::time_point ten_tomorrow(rig& r) {
  return std::chrono::floor<std::chrono::days>(r.time.now()) + day + std::chrono::hours{10};
}

plan_builder& waiting(plan_builder& b, const rig& r, const std::string& outside = "wait") {
  b.set("api", "api", "2");
  b.get().calendar = closed_today(r, outside);
  return b;
}

std::vector<std::string> facts(rig& r, const std::string& run, fact_kind kind, const std::string& member) {
  std::vector<std::string> out;
  for (const auto& f : r.store->read_facts(run).value()) {
    if (f.kind != kind) continue;
    const auto body = json::parse(f.body).at("body").as_object();
    if (const auto* found = body.if_contains(member)) out.push_back(json::serialize(*found));
  }
  return out;
}

std::string last_meaning(rig& r, const std::string& run) {
  const auto all = facts(r, run, fact_kind::signal, "meaning");
  const auto why = facts(r, run, fact_kind::signal, "why");
  return all.empty() ? "" : all.back() + (why.empty() ? "" : " " + why.back());
}

void run_to(rig& r, shipflow::time_point when) {
  r.time.run_until([&] { return r.time.now() >= when; }, when - r.time.now());
}

}  // namespace

TEST_CASE("engine/calendar: a start waits for the window as a fact, and a crash does not lose it") {
  rig r;
  plan_builder b;
  const auto opens = ten_tomorrow(r);
  const auto run = r.start(waiting(b, r));
  r.settle();
  CHECK(r.phase(run) == "queued");
  CHECK(r.look(run).held.find("is closed: freeze") != std::string::npos);
  CHECK(r.look(run).held_until == opens);
  CHECK(r.store->get_run(run).value().due_ms == shipflow::to_ms(opens));
  SUBCASE("by its own timer") {}
  SUBCASE("by an engine that came after a crash") {
    r.crash();
    REQUIRE(r.engine->resume().has_value());
  }
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(r.look(run).steps[0].began >= opens);
  CHECK(r.look(run).steps[0].began < opens + 1min);
}

TEST_CASE("engine/calendar: a calendar that refuses says when a start would be possible") {
  rig r;
  plan_builder b;
  const auto told = r.start(waiting(b, r, "refuse"));
  CHECK(told.find("error: the calendar of test is closed: freeze") == 0);
  CHECK(told.find("the next possible start is") != std::string::npos);
  CHECK(r.store->list_runs({}).value().empty());
}

TEST_CASE("engine/calendar: an override starts at once, is recorded, and needs its role and a reason") {
  rig r;
  plan_builder b;
  waiting(b, r, "refuse");
  SUBCASE("at the start") {
    shipflow::start_options how;
    how.principal = "user:dana";
    how.override_reason = "security fix";
    auto denied = r.engine->start(b.get(), how);
    REQUIRE_FALSE(denied.has_value());
    CHECK(denied.error().message ==
          "user:dana may not override the calendar of test: it needs one of the roles lead");
    how.principal = "user:lee";
    const auto run = r.engine->start(b.get(), how).value();
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    CHECK(facts(r, run, fact_kind::created, "override").back() == "\"security fix\"");
    CHECK(facts(r, run, fact_kind::note, "text").back() == "\"the calendar is not asked: security fix\"");
  }
  SUBCASE("of a run that waits") {
    b.get().calendar->outside = "wait";
    const auto run = r.start(b);
    r.settle();
    CHECK(r.say(run, "override", "user:dana", {{"reason", "now"}}));
    r.settle();
    CHECK(last_meaning(r, run) == "\"refused\" \"needs one of the roles lead\"");
    CHECK(r.say(run, "override", "user:lee", {}));
    r.settle();
    CHECK(last_meaning(r, run) == "\"refused\" \"the calendar is overridden with a reason only\"");
    CHECK(r.phase(run) == "queued");
    CHECK(r.say(run, "override", "user:lee", {{"reason", "security fix"}}));
    r.settle();
    CHECK(r.phase(run) == "released");
    CHECK(shipflow::summary(r.look(run)).at("calendar_override").as_string() == "security fix");
  }
}

TEST_CASE("engine/calendar: outside of preferred windows a start is noted and goes on") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  shipflow::release_calendar c;
  c.avoid = {shipflow::format_time(r.time.now()).substr(0, 10)};
  b.get().calendar = c;
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(facts(r, run, fact_kind::note, "text").front().find("although the calendar advises against it") !=
        std::string::npos);
}

TEST_CASE("engine/calendar: a rollback never asks the calendar") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::hours{1}, {"api"});
  shipflow::release_calendar c;
  c.freeze = {shipflow::format_time(r.time.now() + day).substr(0, 10)};
  b.get().calendar = c;
  r.world->values["api"] = "1";
  const auto began = r.time.now();
  run_to(r, std::chrono::floor<std::chrono::days>(began) + day - 30min);
  const auto run = r.start(b);
  run_to(r, r.time.now() + 45min);
  CHECK(r.phase(run) == "forward");
  const auto asked = r.time.now();
  CHECK(r.say(run, "rollback", "user:dana", {{"reason", "it is bad"}}));
  REQUIRE(r.finish(run));
  CHECK(r.time.now() < asked + 10min);
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["api"] == "1");
}

TEST_CASE("engine/calendar: a scheduled start reminds before, begins at its time and survives crashes") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = r.time.now() + 3 * day;
  const auto run = r.engine->start(b.get(), how).value();
  r.settle();
  CHECK(r.phase(run) == "queued");
  CHECK(r.engine->loaded() == 0);
  run_to(r, how.start_at - 2 * day + 1s);
  CHECK(facts(r, run, fact_kind::state, "reminded") == std::vector<std::string>{"172800000"});
  r.crash();
  REQUIRE(r.engine->resume().has_value());
  run_to(r, how.start_at - 1s);
  CHECK(facts(r, run, fact_kind::state, "reminded") == std::vector<std::string>{"172800000", "86400000"});
  CHECK(r.phase(run) == "queued");
  REQUIRE(r.finish(run));
  CHECK(r.look(run).steps[0].began >= how.start_at);
}

TEST_CASE("engine/calendar: a scheduled start is moved, reminds anew, and is cancelled") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = r.time.now() + std::chrono::hours{30};
  const auto run = r.engine->start(b.get(), how).value();
  const auto later = how.start_at + 2 * day;
  run_to(r, how.start_at - std::chrono::hours{20});
  CHECK(r.say(run, "schedule", "user:dana", {{"at", shipflow::to_ms(r.time.now())}}));
  r.settle();
  CHECK(last_meaning(r, run).find("a time to come") != std::string::npos);
  CHECK(r.say(run, "schedule", "user:dana", {{"at", shipflow::to_ms(later)}, {"reason", "a fair"}}));
  r.settle();
  CHECK(r.look(run).start_at == later);
  run_to(r, how.start_at + 1min);
  CHECK(r.phase(run) == "queued");
  run_to(r, later - std::chrono::hours{23});
  // 24 h before the first time, then 48 h and 24 h before the second one.
  CHECK(facts(r, run, fact_kind::state, "reminded") ==
        std::vector<std::string>{"86400000", "172800000", "86400000"});
  SUBCASE("begins") {
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    CHECK_FALSE(r.say(run, "schedule", "user:dana", {{"at", shipflow::to_ms(later)}}));
  }
  SUBCASE("cancelled") {
    CHECK(r.say(run, "cancel", "user:dana", {}));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "cancelled");
    CHECK(r.world->values.empty());
  }
}

TEST_CASE("engine/calendar: the calendar is asked again at the scheduled time") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  shipflow::release_calendar c;
  c.freeze = {shipflow::format_time(r.time.now() + 2 * day).substr(0, 10)};
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = r.time.now() + 2 * day;
  SUBCASE("and refuses when the start is said") {
    c.outside = "refuse";
    b.get().calendar = c;
    const auto refused = r.engine->start(b.get(), how);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("is closed: freeze") != std::string::npos);
  }
  SUBCASE("and waits until it opens") {
    b.get().calendar = c;
    const auto run = r.engine->start(b.get(), how).value();
    run_to(r, how.start_at + 1min);
    CHECK(r.phase(run) == "queued");
    CHECK(r.look(run).held.find("is closed: freeze") != std::string::npos);
    REQUIRE(r.finish(run));
    CHECK(r.look(run).steps[0].began >= std::chrono::floor<std::chrono::days>(how.start_at) + day);
  }
}

TEST_CASE("engine/calendar: a second release that was scheduled is refused where the environment says so") {
  rig r;
  plan_builder first;
  first.approval("go", {"qa"});
  plan_builder second;
  second.set("api", "api", "2");
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = r.time.now() + 1h;
  const auto later = r.engine->start(second.get(), how).value();
  const auto now = r.start(first);
  run_to(r, how.start_at + 1min);
  CHECK(r.phase(later) == "failed");
  CHECK(r.look(later).reason == "run " + now + " holds the environment, which refuses a second release");
}

TEST_CASE("engine/calendar: a window step waits in the middle of a plan") {
  rig r;
  plan_builder b;
  b.set("first", "a", "1");
  b.step("window", shipflow::step_kind::window, {"first"}).preferred = true;
  b.set("api", "api", "2", {"window"});
  SUBCASE("not at all without a calendar") {
    const auto began = r.time.now();
    REQUIRE(r.finish(r.start(b)));
    CHECK(r.time.now() < began + 1min);
  }
  SUBCASE("until a preferred time, also over a crash") {
    shipflow::release_calendar c;
    c.avoid = {shipflow::format_time(r.time.now()).substr(0, 10)};
    b.get().calendar = c;
    const auto opens = std::chrono::floor<std::chrono::days>(r.time.now()) + day;
    const auto run = r.start(b);
    r.settle();
    CHECK(r.world->values.contains("a"));
    CHECK_FALSE(r.world->values.contains("api"));
    r.crash();
    REQUIRE(r.engine->resume().has_value());
    SUBCASE("by time") {
      REQUIRE(r.finish(run));
      CHECK(r.look(run).steps[2].began >= opens);
    }
    SUBCASE("by an override") {
      CHECK(r.say(run, "override", "user:dana", {{"reason", "urgent"}}));
      r.settle();
      CHECK(r.phase(run) == "released");
    }
  }
}

TEST_CASE("engine/calendar: a calendar that cannot open any more waits for people") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  shipflow::release_calendar c;
  c.freeze = {"2000-01-01..2199-12-31"};
  b.get().calendar = c;
  const auto refused =
      r.engine->start(b.get(), {.principal = "user:dana", .groups = {}, .reason = "", .external_id = ""});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("does not open within ten years") != std::string::npos);
}

TEST_CASE("engine/calendar: an emergency skips what is skippable, asks all the same, and says so for ever") {
  rig r;
  plan_builder b;
  b.set("tests", "t", "1").skippable = true;
  b.approval("go", {"qa"}, {"tests"}).skippable = true;
  b.set("api", "api", "2", {"go"});
  shipflow::start_options how;
  how.principal = "user:dana";
  how.emergency = "checkout is down";
  const auto run = r.engine->start(b.get(), how).value();
  r.settle();
  CHECK(r.phase(run) == "forward");
  CHECK_FALSE(r.world->values.contains("t"));
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(shipflow::summary(r.look(run)).at("emergency").as_string() == "checkout is down");
  CHECK(r.store->get_run(run).value().reason.starts_with("emergency: checkout is down"));
}
