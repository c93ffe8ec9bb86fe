#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace shipflow_test;
using shipflow::duration;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// Five minutes of work before the traffic, half an hour of bake behind it.
plan_builder watched(rig& r, const std::string& lasts = "5m") {
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.set("prepare", "fleet", "2", {}, true);
  r.toy->intercept = [&r, ready = r.time.now() + minutes(5)](const shipflow::request& q,
                                                             shipflow::reply& reply) {
    if (q.step != "prepare" || q.what != shipflow::verb::settle || r.time.now() >= ready) return false;
    reply(shipflow::answer::in_progress(50, "starting", duration{10'000}));
    return true;
  };
  b.set("traffic", "traffic", "2", {"prepare"}).first_traffic = true;
  b.wait("bake", minutes(30), {"traffic"});
  b.trigger("errors", "traffic", lasts);
  return b;
}

void pass_time(rig& r, duration d) {
  r.time.run_until([] { return false; }, d);
}

void until_traffic(rig& r) {
  REQUIRE(r.time.run_until([&] { return r.world->values["traffic"] == "2"; }));
}

void take_over(rig& r) {
  r.crash();
  REQUIRE(r.engine->resume().has_value());
}

// Every digest that the kept samples lead to, by the rule in run.hpp.
std::set<std::string> digests_of(shipflow::store& keep, const std::string& run) {
  std::set<std::string> out;
  std::string digest;
  const auto chunks = keep.read_samples(run);
  REQUIRE(chunks.has_value());
  for (const auto& chunk : *chunks) {
    const auto body = shipflow::parse_json(chunk.body).value().as_object();
    if (digest.empty()) digest = body.at("trigger").as_string().c_str();
    for (const auto& row : body.at("rows").as_array())
      out.insert(digest = shipflow::sha256_hex(digest + "\n" + shipflow::json::serialize(row)));
  }
  return out;
}

// How many verdicts name samples; each of them must be in the table.
int verdicts_with_samples(shipflow::store& keep, const std::string& run) {
  int found = 0;
  const auto known = digests_of(keep, run);
  for (const auto& stored : keep.read_facts(run).value()) {
    if (stored.kind != shipflow::fact_kind::verdict) continue;
    const auto f = shipflow::parse_json(stored.body).value().as_object();
    const auto* digest = f.at("body").as_object().if_contains("samples");
    REQUIRE(digest != nullptr);
    CHECK(known.contains(digest->as_string().c_str()));
    ++found;
  }
  return found;
}

bool noted(rig& r, const std::string& run) {
  for (const auto& stored : r.store->read_facts(run).value())
    if (stored.kind == shipflow::fact_kind::note &&
        stored.body.find("red since before the release") != std::string::npos)
      return true;
  return false;
}

}  // namespace

TEST_CASE("engine/trigger: an alert falls when its `for` is full, and not before") {
  rig r;
  auto b = watched(r);
  const auto run = r.start(b);
  until_traffic(r);
  pass_time(r, minutes(2));
  const auto since = r.time.now();
  r.metrics->fail(0.05);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.time.now() - since >= minutes(5) - seconds(10));  // a slot may be red in part
  CHECK(r.time.now() - since <= minutes(5) + seconds(30));
  CHECK(verdicts_with_samples(*r.store, run) >= 3);
}

TEST_CASE("engine/trigger: a running `for` goes on after a crash at any time") {
  for (int down = 1; down < 300; down += 17) {
    CAPTURE(down);
    rig r;
    auto b = watched(r);
    const auto run = r.start(b);
    until_traffic(r);
    pass_time(r, minutes(2));
    const auto since = r.time.now();
    r.metrics->fail(0.05);
    pass_time(r, seconds(down));
    take_over(r);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    CHECK(r.time.now() - since >= minutes(5) - seconds(10));  // a slot may be red in part
    CHECK(r.time.now() - since <= minutes(5) + seconds(40));
    CHECK(verdicts_with_samples(*r.store, run) >= 1);
  }
}

TEST_CASE("engine/trigger: a crash at every slot loses no more than one slot each") {
  rig r;
  auto b = watched(r, "1m");
  const auto run = r.start(b);
  until_traffic(r);
  pass_time(r, minutes(2));
  r.metrics->fail(0.05);
  const auto since = r.time.now();
  while (!r.engine->ended(run) && r.time.now() - since < minutes(10)) {
    pass_time(r, seconds(21));
    take_over(r);
  }
  CHECK(r.phase(run) == "rolled_back");
}

TEST_CASE("engine/trigger: what was lost in a long silence counts as missing, so `for` begins anew") {
  rig r;
  auto b = watched(r);
  const auto run = r.start(b);
  until_traffic(r);
  pass_time(r, minutes(2));
  r.metrics->fail(0.05);
  pass_time(r, minutes(4));
  r.engine.reset();
  r.time.forget();
  pass_time(r, minutes(10));
  const auto back = r.time.now();
  take_over(r);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.time.now() - back >= minutes(5));
}

TEST_CASE("engine/trigger: what was red before the release is reported") {
  rig r;
  auto b = watched(r, "1m");
  r.metrics->fail(0.05);
  SUBCASE("and not blamed on it with attributable_only") {
    b.get().guards.back().attributable_only = true;
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    CHECK(noted(r, run));
  }
  SUBCASE("not even when the engine crashed in between") {
    b.get().guards.back().attributable_only = true;
    const auto run = r.start(b);
    pass_time(r, minutes(4));
    take_over(r);
    until_traffic(r);
    pass_time(r, minutes(3));
    take_over(r);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    CHECK(noted(r, run));
  }
  SUBCASE("and blamed without") {
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    CHECK(noted(r, run));
    CHECK(r.look(run).reason.find("red since before the release") != std::string::npos);
  }
}

TEST_CASE("engine/trigger: once well again, what was red before is blamed like anything else") {
  rig r;
  auto b = watched(r, "1m");
  b.get().guards.back().attributable_only = true;
  r.metrics->fail(0.05);
  const auto run = r.start(b);
  until_traffic(r);
  pass_time(r, minutes(3));
  r.metrics->fail(0);
  pass_time(r, minutes(3));
  r.metrics->fail(0.05);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
}

TEST_CASE("engine/trigger: attributable_only does not excuse what the release broke") {
  rig r;
  auto b = watched(r, "1m");
  b.get().guards.back().attributable_only = true;
  const auto run = r.start(b);
  until_traffic(r);
  r.metrics->fail(0.05);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK_FALSE(noted(r, run));
}

TEST_CASE("engine/trigger: before the traffic nothing is told to the run and nobody is rolled back") {
  rig r;
  auto b = watched(r, "1m");
  r.metrics->fail(0.5);
  const auto run = r.start(b);
  pass_time(r, minutes(4));
  CHECK(r.metrics->looks > 10);
  CHECK(r.look(run).guards.at(0).level == shipflow::guard_level::none);
  CHECK(r.phase(run) == "forward");
}

TEST_CASE("engine/trigger: a run that waits for people rests, unless its baseline is needed") {
  rig r;
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.approval("go", {"qa"});
  b.set("traffic", "traffic", "2", {"go"}).first_traffic = true;
  b.wait("bake", minutes(5), {"traffic"});
  b.trigger("errors", "traffic", "1m");
  SUBCASE("rests") {
    const auto run = r.start(b);
    pass_time(r, minutes(30));
    CHECK(r.engine->loaded() == 0);
    CHECK(r.metrics->looks <= 1);
    CHECK(r.phase(run) == "forward");
  }
  SUBCASE("stays") {
    b.get().guards.back().attributable_only = true;
    const auto run = r.start(b);
    pass_time(r, minutes(30));
    CHECK(r.engine->loaded() == 1);
    CHECK(r.metrics->looks > 100);
    CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/trigger: from the slot that breaches to the undo at most two commits, samples included") {
  rig r;
  auto counting = std::make_shared<shipflow::rehearsal::wrapped_store>(r.store);
  r.store = counting;
  r.crash();
  auto b = watched(r, "1m");
  const auto run = r.start(b);
  until_traffic(r);
  pass_time(r, minutes(2));
  r.metrics->fail(0.05);
  int at_look = 0;
  int at_undo = 0;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply&) {
    if (q.what == shipflow::verb::undo && at_undo == 0) at_undo = counting->commits;
    return false;
  };
  const auto alerted = [&] { return r.phase(run) != "forward"; };
  while (!alerted()) {
    at_look = counting->commits;
    const auto looks = r.metrics->looks;
    r.time.run_until([&] { return alerted() || r.metrics->looks > looks; });
  }
  REQUIRE(r.finish(run));
  CHECK(at_undo > at_look);
  CHECK(at_undo - at_look <= 2);
}
