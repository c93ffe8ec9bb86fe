#include "rig.hpp"

#include <shipflow/decision.hpp>
#include <shipflow/evidence.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

plan_builder released(rig& r) {
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.set("prepare", "fleet", "2");
  b.set("traffic", "traffic", "2", {"prepare"}).first_traffic = true;
  b.wait("bake", minutes(20), {"traffic"});
  b.watch("watch", minutes(20), {"bake"});
  b.trigger("errors", "traffic", "2m");
  b.get().guards.back().normal = "errors < 0.5%";
  b.probe("api", "traffic");
  return b;
}

void pass_time(rig& r, shipflow::duration d) {
  r.time.run_until([] { return false; }, d);
}

shipflow::decision_record record_of(rig& r, const std::string& run) {
  return shipflow::record_decisions(*r.store, run).value();
}

// By way of the file, as somebody else would evaluate it.
shipflow::decision_check check(const shipflow::decision_record& r) {
  const auto text = json::serialize(to_json(r));
  return decide_again(shipflow::decisions_from_json(shipflow::parse_json(text).value()).value()).value();
}

}  // namespace

TEST_CASE("engine/decision: the record of a run that was taken back is evaluated again to the same") {
  rig r;
  auto b = released(r);
  const auto run = r.start(b);
  pass_time(r, minutes(10));
  SUBCASE("by its trigger") { r.metrics->fail(0.05); }
  SUBCASE("by its probe") { r.probes->now["api"] = shipflow::look::fail; }
  SUBCASE("after a while without data") {
    r.metrics->silent = true;
    r.probes->now["api"] = shipflow::look::unavailable;
    pass_time(r, seconds(50));
    r.metrics->silent = false;
    r.probes->now["api"] = shipflow::look::pass;
    pass_time(r, minutes(3));
    r.metrics->fail(0.05);
  }
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  const auto record = record_of(r, run);
  const auto checked = check(record);
  CHECK(checked.difference == "");
  CHECK(checked.guards == 2);
  CHECK(checked.decisions >= 3);
  const auto seen = shipflow::evidence_of(record).value();
  CHECK(seen[0].begins);
  CHECK_FALSE(seen[1].lines[0].points.empty());
}

TEST_CASE("engine/decision: crashes at any time leave a record that says the same") {
  for (int down = 3; down < 700; down += 61) {
    CAPTURE(down);
    rig r;
    auto b = released(r);
    const auto run = r.start(b);
    for (int i = 0; i < 3 && !r.engine->ended(run); ++i) {
      pass_time(r, seconds(down));
      if (i == 1) r.metrics->fail(0.05);
      r.crash();
      REQUIRE(r.engine->resume().has_value());
    }
    REQUIRE(r.finish(run));
    CHECK(check(record_of(r, run)).difference == "");
  }
}

TEST_CASE("engine/decision: a takeover goes on counting a probe's failures") {
  rig r;
  auto b = released(r);
  const auto run = r.start(b);
  pass_time(r, minutes(2));
  r.probes->now["api"] = shipflow::look::fail;
  // Two of three failures, made durable by a signal; the third is seen by the next engine.
  const auto before = r.probes->looks;
  r.time.run_until([&] { return r.probes->looks == before + 2; });
  CHECK(r.say(run, "pause", "user:dana"));
  CHECK(r.say(run, "resume", "user:dana"));
  r.crash();
  r.probes->now["api"] = shipflow::look::fail;
  REQUIRE(r.engine->resume().has_value());
  r.time.run_until([&] { return r.phase(run) != "forward"; });
  CHECK(r.probes->looks == 1);
  REQUIRE(r.finish(run));
  CHECK(check(record_of(r, run)).difference == "");
}

TEST_CASE("engine/decision: a run that goes on has a record up to what is durable") {
  rig r;
  auto b = released(r);
  const auto run = r.start(b);
  pass_time(r, minutes(5));
  CHECK(check(record_of(r, run)).difference == "");
  CHECK(check(record_of(r, run)).slots > 10);
  CHECK(shipflow::record_decisions(*r.store, "nobody").error().code == shipflow::errc::not_found);
}
