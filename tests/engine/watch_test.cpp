#include "rig.hpp"

#include <shipflow/decision.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace shipflow_test;
using shipflow::guard_level;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

void pass_time(rig& r, shipflow::duration d) {
  r.time.run_until([] { return false; }, d);
}

// Three phases after the release, each with a trigger that looks at its own pace.
plan_builder phased(rig& r) {
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.set("traffic", "traffic", "2").first_traffic = true;
  b.watch("watch/now", minutes(15), {"traffic"});
  b.watch("watch/hour", minutes(45), {"watch/now"});
  b.watch("watch/day", hours(23), {"watch/hour"});
  const auto guard = [&](const char* id, const char* phase, shipflow::duration slot) {
    auto& g = b.trigger(id, phase, "3m");
    g.until = g.from;
    g.slot = slot;
  };
  guard("errors@now", "watch/now", seconds(10));
  guard("errors@hour", "watch/hour", seconds(30));
  guard("errors@day", "watch/day", minutes(1));
  // The first slot of a phase may be cut short; that alone is no outage of the source.
  b.get().rollback.unavailable_after = minutes(5);
  return b;
}

guard_level level(rig& r, const std::string& run, std::size_t guard) {
  return r.look(run).guards.at(guard).level;
}

// A gate over errors that holds the bake up; the alert of another guard stands beside it.
plan_builder gated(rig& r) {
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.set("shift", "traffic", "2").first_traffic = true;
  b.wait("early", minutes(1), {"shift"});
  b.wait("bake", minutes(5), {"early"});
  b.set("all", "traffic", "3", {"bake"});
  auto& gate = b.trigger("gate", "shift", "1m");
  gate.alert.clear();
  gate.normal = "errors over start < 1% min_count 60000";  // ten minutes of requests
  gate.holds = gate.until = *b.get().find("bake");
  return b;
}

}  // namespace

TEST_CASE("engine/watch: each phase has its own triggers, its own pace, and ends them with itself") {
  rig r;
  auto b = phased(r);
  const auto run = r.start(b);
  pass_time(r, minutes(5));
  CHECK(level(r, run, 0) == guard_level::pass);
  const auto phases_before = std::count_if(r.events.begin(), r.events.end(), [](const auto& e) {
    return e.what.kind == shipflow::fact_kind::state && e.what.body.contains("phase");
  });
  CHECK(level(r, run, 1) == guard_level::none);
  const auto at_now = r.metrics->looks;
  pass_time(r, minutes(5));
  CHECK(r.metrics->looks - at_now >= 30);
  pass_time(r, minutes(20));
  CHECK(level(r, run, 1) == guard_level::pass);
  const auto at_hour = r.metrics->looks;
  pass_time(r, minutes(5));
  CHECK(r.metrics->looks - at_hour <= 11);
  pass_time(r, hours(2));
  CHECK(level(r, run, 2) == guard_level::pass);
  CHECK(r.phase(run) == "watching");
  // The locks stay with others from one phase to the next: the run never left the watch.
  CHECK(std::count_if(r.events.begin(), r.events.end(), [](const auto& e) {
          return e.what.kind == shipflow::fact_kind::state && e.what.body.contains("phase");
        }) == phases_before);
  SUBCASE("well to the end") {
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
  SUBCASE("bad in the last phase") {
    r.metrics->fail(0.05);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    CHECK(r.look(run).reason.find("SEV1: errors@day: ") == 0);
  }
  SUBCASE("a crash in the last phase") {
    r.crash();
    REQUIRE(r.engine->resume().has_value());
    r.metrics->fail(0.05);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
  }
  const auto record = shipflow::record_decisions(*r.store, run).value();
  CHECK(decide_again(record).value().difference == "");
}

TEST_CASE("engine/watch: a gate holds up its own wait only, until it passes") {
  rig r;
  auto b = gated(r);
  const auto run = r.start(b);
  const auto began = r.time.now();
  REQUIRE(r.time.run_until([&] { return r.look(run).steps.at(1).status == shipflow::step_status::done; }));
  CHECK(r.time.now() - began <= seconds(70));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(r.time.now() - began >= minutes(10));
  CHECK(r.time.now() - began <= minutes(11));
}

TEST_CASE(
    "engine/watch: a gate that does not pass gives up after its patience, and never promotes on its own") {
  rig r;
  auto b = gated(r);
  r.metrics->fail(0.02);
  auto& gate = b.get().guards.back();
  SUBCASE("without patience it waits") {
    const auto run = r.start(b);
    pass_time(r, hours(20));
    CHECK(r.phase(run) == "forward");
    CHECK(r.look(run).parked.empty());
    CHECK(r.world->values["traffic"] == "2");
  }
  gate.patience = minutes(10);
  SUBCASE("hold") {
    const auto run = r.start(b);
    pass_time(r, minutes(15));
    CHECK(r.look(run).parked.empty());
    pass_time(r, minutes(2));
    CHECK(r.look(run).parked.find("gate has not passed within 10m") != std::string::npos);
    CHECK(r.world->values["traffic"] == "2");
  }
  SUBCASE("rollback") {
    gate.inconclusive = "rollback";
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
  }
  SUBCASE("continue, which the plan has to say") {
    gate.inconclusive = "continue";
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/watch: silence of both arms is a hold, also in the watch") {
  rig r;
  auto b = phased(r);
  const auto run = r.start(b);
  pass_time(r, minutes(5));
  r.metrics->silent = true;
  pass_time(r, hours(5));
  CHECK(r.phase(run) == "watching");
  CHECK(r.look(run).parked.find("no verdict") != std::string::npos);
}
