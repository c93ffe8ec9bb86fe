// Calls whose turn comes when their intent is too old: all others are taken.
#include "engine/rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::duration;
using shipflow::verb;

TEST_CASE(
    "engine/calls: an undo whose turn came too late was not called, counts for no attempt, and is called in "
    "time the next time") {
  rig r;
  r.engine.reset();
  shipflow::engine_options one_at_a_time;
  one_at_a_time.calls_at_once = 1;
  r.engine = std::make_unique<shipflow::engine>(r.time, r.store, one_at_a_time);
  REQUIRE(r.engine->add(std::static_pointer_cast<shipflow::provider>(r.toy)));
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::hours(5), {"api"});
  b.get().steps[0].call_timeout = duration{5'000};
  const auto run = r.start(b);
  r.time.run_until([&] { return r.world->values["api"] == "2"; });
  r.settle();

  plan_builder busy;
  busy.set("web", "web", "2");
  busy.get().environment = "elsewhere";
  busy.get().locks = {"environment:elsewhere"};
  busy.get().steps[0].call_timeout = duration{60'000};
  std::vector<int> called;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step == "api" && q.what == verb::undo) {
      called.push_back(q.attempt);
      if (called.size() > 1) return false;
      reply(shipflow::answer::failed(
          shipflow::make_error(shipflow::errc::unavailable, "the balancer restarts")));
      return true;
    }
    const bool slow = q.step == "web" && q.what == verb::apply;
    if (slow) r.toy->held.push_back(std::move(reply));
    return slow;
  };
  (void)r.start(busy, "user:quinn");
  r.time.run_until([&] { return !r.toy->held.empty(); });
  REQUIRE(r.say(run, "cancel", "user:dana"));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["api"].empty());
  std::vector<std::string> retries;
  for (const auto& f : r.store->read_facts(run).value()) {
    const auto body = shipflow::parse_json(f.body).value().as_object().at("body");
    const auto* o = body.if_object();
    if (o != nullptr && o->contains("status") && o->at("status") == "retry")
      retries.emplace_back(o->at("why").as_string());
  }
  // More often than an undo may fail.
  REQUIRE(retries.size() > 5);
  CHECK(retries.back().find("the balancer restarts") != std::string::npos);
  retries.pop_back();
  for (const auto& why : retries) CHECK(why == "it was not called: its intent is older than a call may take");
  CHECK(called == std::vector<int>{1, 2});
}
