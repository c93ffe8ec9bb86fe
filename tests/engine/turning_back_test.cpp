// What a rollback restores and holds: the state before the first attempt, and the locks to the end.
#include "engine/rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::answer;
using shipflow::verb;

namespace {

answer refused(shipflow::errc code) { return answer::failed(shipflow::make_error(code, "refused")); }

}  // namespace

TEST_CASE("engine/rollback: what a failed first attempt left behind is not taken for the state to restore") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2").retry.attempts = 2;
  b.set("bad", "bad", "2", {"api"});
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != verb::apply) return false;
    if (q.step == "bad") {
      reply(refused(shipflow::errc::failed));
      return true;
    }
    if (q.attempt > 1) return false;
    r.world->values["api"] = "half";
    reply(refused(shipflow::errc::unavailable));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["api"] == "1");
}

TEST_CASE("engine/rollback: nobody else may start in the environment before everything is put back") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2");
  b.set("bad", "bad", "2", {"api"});
  std::vector<shipflow::reply> open;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step == "bad" && q.what == verb::apply) {
      reply(refused(shipflow::errc::failed));
      return true;
    }
    if (q.step != "api" || q.what != verb::undo) return false;
    open.push_back(std::move(reply));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.time.run_until([&] { return !open.empty(); }));
  CHECK(r.phase(run) == "compensating");
  plan_builder other;
  other.set("web", "web", "1");
  CHECK(r.start(other).starts_with("error: "));
  r.world->values["api"] = "1";
  open.front()(answer::done());
  REQUIRE(r.finish(run));
  CHECK_FALSE(r.start(other).starts_with("error: "));
}
