#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::look;

namespace {

plan_builder guarded(rig& r, const std::string& severity) {
  r.world->values = {{"traffic", "1"}};
  plan_builder b;
  b.set("traffic", "traffic", "2").first_traffic = true;
  b.wait("bake", std::chrono::minutes(10), {"traffic"});
  b.watch("watch", std::chrono::hours(1), {"bake"});
  b.probe("api", "traffic", severity);
  return b;
}

}  // namespace

TEST_CASE("engine/guard: SEV1 rolls back at once") {
  rig r;
  auto b = guarded(r, "SEV1");
  r.probes->now["api"] = look::fail;
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["traffic"] == "1");
  CHECK(r.look(run).reason.find("SEV1: api: ") == 0);
}

TEST_CASE("engine/guard: SEV1 in the watch after the release rolls back too") {
  rig r;
  auto b = guarded(r, "SEV1");
  const auto run = r.start(b);
  r.time.run_until([&] { return r.phase(run) == "watching"; });
  r.probes->now["api"] = look::fail;
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
}

TEST_CASE("engine/guard: SEV2 asks, and does what the plan says when nobody answers") {
  rig r;
  auto b = guarded(r, "SEV2");
  r.probes->now["api"] = look::fail;
  shipflow::severity_rule rule{"ask", {"lead"}, std::chrono::minutes(15), "rollback"};
  SUBCASE("nobody answers: rollback") {
    b.get().rollback.severities["SEV2"] = rule;
    const auto run = r.start(b);
    const auto began = r.time.now();
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    CHECK(r.time.now() - began >= std::chrono::minutes(15));
  }
  SUBCASE("a lead says no: the run goes on once the probe is well again") {
    b.get().rollback.severities["SEV2"] = rule;
    const auto run = r.start(b);
    r.time.run_until([&] { return r.look(run).questions.contains("rollback/api"); });
    CHECK(r.say(run, "reject", "user:lee", {{"step", "rollback/api"}}));
    r.probes->now["api"] = look::pass;
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/guard: SEV3 is recorded and stops nothing") {
  rig r;
  auto b = guarded(r, "SEV3");
  r.probes->now["api"] = look::fail;
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  bool recorded = false;
  for (const auto& f : r.store->read_facts(run).value())
    recorded = recorded || f.kind == shipflow::fact_kind::verdict;
  CHECK(recorded);
}

TEST_CASE("engine/guard: no data neither promotes nor rolls back; after its budget the policy decides") {
  rig r;
  auto b = guarded(r, "SEV1");
  r.probes->now["api"] = look::unavailable;
  SUBCASE("hold") {
    const auto run = r.start(b);
    r.time.run_until([] { return false; }, std::chrono::hours(2));
    CHECK(r.phase(run) == "forward");
    CHECK(r.look(run).parked.find("no verdict for 1m") != std::string::npos);
    // Going back may be refused by then, so that the way on is named as well.
    CHECK(r.look(run).parked_command == "shipflow rollback " + run + ", or shipflow resume " + run);
    CHECK(r.say(run, "resume", "user:dana"));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
  SUBCASE("rollback") {
    b.get().rollback.unavailable_then = "rollback";
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
  }
  SUBCASE("the source comes back within the budget") {
    b.get().rollback.unavailable_after = std::chrono::minutes(30);
    const auto run = r.start(b);
    r.time.run_until([] { return false; }, std::chrono::minutes(20));
    CHECK(r.phase(run) == "forward");
    r.probes->now["api"] = look::pass;
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/guard: from the failing look to the first write at most two commits") {
  rig r;
  auto counting = std::make_shared<shipflow::rehearsal::wrapped_store>(r.store);
  r.store = counting;
  r.crash();
  auto b = guarded(r, "SEV1");
  const auto run = r.start(b);
  r.time.run_until([&] { return r.phase(run) == "watching"; });
  r.settle();
  const auto before = counting->commits;
  int at_undo = 0;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply&) {
    if (q.what == shipflow::verb::undo && at_undo == 0) at_undo = counting->commits;
    return false;
  };
  r.probes->now["api"] = look::fail;
  REQUIRE(r.finish(run));
  CHECK(at_undo - before <= 2);
}
