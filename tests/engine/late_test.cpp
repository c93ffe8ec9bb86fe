#include "rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shipflow_test;

TEST_CASE("engine/late: an engine that was stopped after the intent calls nothing when its time is over") {
  rig r;
  plan_builder b;
  b.make("tag");
  int applied = 0;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply&) {
    applied += q.what == shipflow::verb::apply ? 1 : 0;
    return false;
  };
  const auto run = r.start(b);
  // The handlers of the start are pending; the machine stands still for longer than a call may take.
  r.time.run_until([&] { return r.store->read_facts(run).value().size() >= 3; });
  r.time.jump(shipflow::duration{45'000});
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(applied == 1);
  CHECK(std::any_of(r.events.begin(), r.events.end(), [](const auto& e) {
    return e.what.kind == shipflow::fact_kind::outcome && e.what.body.at("status") == "unclear";
  }));
}

TEST_CASE("engine/late: a system that shows the old state for a moment needs no person after a rollback") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2");
  b.make("tag", {"api"});
  int stale = 0;
  bool undone = false;
  SUBCASE("for a moment") { stale = 3; }
  SUBCASE("for good") { stale = 1'000; }
  const int shown = stale;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    undone = undone || q.what == shipflow::verb::undo;
    if (q.step == "tag" && q.what == shipflow::verb::apply) {
      reply(shipflow::answer::failed(shipflow::make_error(shipflow::errc::failed, "no")));
      return true;
    }
    if (!undone || q.what != shipflow::verb::observe || stale-- <= 0) return false;
    reply(shipflow::answer::done("2"));
    return true;
  };
  const auto run = r.start(b);
  r.time.run_until([&] { return r.engine->ended(run) || !r.look(run).parked.empty(); },
                   std::chrono::minutes(5));
  if (shown == 3) {
    CHECK(r.phase(run) == "rolled_back");
  } else {
    CHECK(r.look(run).parked == "api is not as it was before the release: expected \"1\", found \"2\"");
  }
}
