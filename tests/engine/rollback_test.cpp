#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::answer;
using shipflow::reversibility;
using shipflow::verb;

namespace {

// Fails every apply of the named step.
void fail_step(rig& r, const std::string& step) {
  r.toy->intercept = [step](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step != step || q.what != verb::apply) return false;
    reply(answer::failed(shipflow::make_error(shipflow::errc::failed, "no room left")));
    return true;
  };
}

}  // namespace

TEST_CASE("engine/rollback: everything goes back to its first baseline, once, in reverse order") {
  rig r;
  r.world->values = {{"db", "1"}, {"api", "1"}};
  plan_builder b;
  b.set("migrate", "db", "2");
  b.set("ten", "api", "10%", {"migrate"});
  b.set("half", "api", "50%", {"ten"});
  b.set("smoke", "smoke", "x", {"half"});
  fail_step(r, "smoke");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values == std::map<std::string, std::string>{{"db", "1"}, {"api", "1"}});
  CHECK(r.world->log == std::vector<std::string>{"set db=2", "set api=10%", "set api=50%",
                                                 "undo smoke to absent", "undo api=1", "undo db=1"});
  CHECK(r.look(run).reason == "step smoke failed: no room left");
}

TEST_CASE("engine/rollback: traffic goes before services when the order is free") {
  rig r;
  plan_builder b;
  b.set("service", "service", "2").rank = shipflow::restore_rank::service;
  b.set("traffic", "traffic", "2").rank = shipflow::restore_rank::traffic;
  b.set("last", "x", "2", {"service", "traffic"});
  fail_step(r, "last");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  const auto& log = r.world->log;
  const auto at = [&](const std::string& line) {
    return std::find(log.begin(), log.end(), line) - log.begin();
  };
  CHECK(at("undo traffic to absent") < at("undo service to absent"));
}

TEST_CASE("engine/rollback: nothing touched means failed, not rolled back") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  b.set("api", "api", "2", {"go"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "reject", "user:quinn", {{"step", "go"}, {"reason", "not today"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "failed");
  CHECK(r.look(run).reason == "go rejected by user:quinn: not today");
  CHECK(r.world->log.empty());
}

TEST_CASE("engine/rollback: an effect under way is asked to end before its resource is put back") {
  rig r;
  r.world->values = {{"slow", "1"}};
  plan_builder b;
  b.set("slow", "slow", "2", {}, true);
  b.set("bad", "bad", "2");
  bool held = true;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step == "slow" && q.what == verb::settle && held && !q.stop.stop_requested()) {
      reply(answer::in_progress(10, "waiting", shipflow::duration{500}));
      return true;
    }
    if (q.step == "bad" && q.what == verb::apply) {
      reply(answer::failed(shipflow::make_error(shipflow::errc::failed, "broken")));
      return true;
    }
    return false;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["slow"] == "1");
  CHECK(r.world->operations.empty());
}

TEST_CASE("engine/rollback: an irreversible effect is left and named") {
  rig r;
  r.world->values = {{"db", "1"}, {"api", "1"}};
  plan_builder b;
  b.set("migrate", "db", "2").undo = reversibility::irreversible;
  b.set("api", "api", "2", {"migrate"});
  b.set("bad", "bad", "2", {"api"});
  fail_step(r, "bad");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["db"] == "2");
  CHECK(r.world->values["api"] == "1");
  CHECK(r.look(run).reason.find("left as it is: migrate") != std::string::npos);
}

TEST_CASE("engine/rollback: after traffic a destructive undo asks, naming the loss window") {
  rig r;
  r.world->values = {{"db", "1"}};
  plan_builder b;
  auto& migrate = b.set("migrate", "db", "2");
  migrate.undo = reversibility::destructive;
  migrate.after = shipflow::after_traffic::ask;
  migrate.ask_roles = {"lead"};
  b.set("traffic", "traffic", "2", {"migrate"}).first_traffic = true;
  b.set("bad", "bad", "2", {"traffic"});
  fail_step(r, "bad");
  const auto run = r.start(b);
  r.settle();
  auto state = r.look(run);
  REQUIRE(state.questions.contains("undo/migrate"));
  CHECK(state.questions.at("undo/migrate").text.find("may be lost") != std::string::npos);
  CHECK_FALSE(r.world->values.contains("traffic"));
  SUBCASE("a lead says yes") {
    CHECK(r.say(run, "approve", "user:lee", {{"step", "undo/migrate"}}));
    REQUIRE(r.finish(run));
    CHECK(r.world->values["db"] == "1");
  }
  SUBCASE("a lead says no") {
    CHECK(r.say(run, "reject", "user:lee", {{"step", "undo/migrate"}}));
    REQUIRE(r.finish(run));
    CHECK(r.world->values["db"] == "2");
  }
  SUBCASE("somebody without the role changes nothing") {
    CHECK(r.say(run, "approve", "user:quinn", {{"step", "undo/migrate"}}));
    r.settle();
    CHECK(r.look(run).questions.contains("undo/migrate"));
  }
}

TEST_CASE("engine/rollback: `keep` leaves an additive migration once traffic has reached the new version") {
  rig r;
  r.world->values = {{"db", "1"}};
  plan_builder b;
  b.set("migrate", "db", "2").after = shipflow::after_traffic::keep;
  b.set("traffic", "traffic", "2", {"migrate"}).first_traffic = true;
  b.set("bad", "bad", "2", {"traffic"});
  fail_step(r, "bad");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["db"] == "2");
}

TEST_CASE("engine/rollback: a compensation that fails parks the run and can be tried again") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2");
  b.set("bad", "bad", "2", {"api"});
  bool broken = true;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    const bool hit =
        (q.step == "bad" && q.what == verb::apply) || (q.step == "api" && q.what == verb::undo && broken);
    if (hit) reply(answer::failed(shipflow::make_error(shipflow::errc::failed, "refused")));
    return hit;
  };
  const auto run = r.start(b);
  r.settle();
  auto state = r.look(run);
  CHECK(state.parked == "putting back api failed: refused");
  CHECK(state.parked_command == "shipflow retry " + run + " api");
  broken = false;
  CHECK(r.say(run, "retry", "user:dana", {{"step", "api"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.world->values["api"] == "1");
}

TEST_CASE("engine/rollback: a world that is not as before afterwards parks the run with the difference") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2");
  b.set("bad", "bad", "2", {"api"});
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step == "bad" && q.what == verb::apply) {
      reply(answer::failed(shipflow::make_error(shipflow::errc::failed, "refused")));
      return true;
    }
    if (q.step == "api" && q.what == verb::undo) {
      reply(answer::done());  // says it did, and did nothing
      return true;
    }
    return false;
  };
  const auto run = r.start(b);
  r.time.run_until([&] { return !r.look(run).parked.empty(); });
  CHECK(r.look(run).parked.find("expected \"1\", found \"2\"") != std::string::npos);
}

TEST_CASE("engine/rollback: somebody else's change stops the run instead of being overwritten") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != verb::apply) return false;
    reply(answer::conflict("weights are 70/30, observed were 100/0"));
    return true;
  };
  const auto run = r.start(b);
  r.settle();
  CHECK(r.look(run).parked.find("70/30") != std::string::npos);
  r.toy->intercept = nullptr;
  CHECK(r.say(run, "retry", "user:dana", {{"step", "api"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine/rollback: one component takes its dependants along and leaves the others") {
  rig r;
  r.world->values = {{"api", "1"}, {"web", "1"}, {"db", "1"}};
  plan_builder b;
  b.get().components = {{"db", "toy", {}, {}}, {"api", "toy", {}, {"db"}}, {"web", "toy", {}, {"api"}}};
  b.set("db", "db", "2").component = "db";
  b.set("api", "api", "2", {"db"}).component = "api";
  b.set("web", "web", "2", {"api"}).component = "web";
  b.watch("watch", std::chrono::hours(1), {"web"});
  const auto run = r.start(b);
  r.settle();
  REQUIRE(r.phase(run) == "watching");
  CHECK(r.say(run, "rollback", "user:dana", {{"component", "api"}, {"reason", "slow"}}));
  REQUIRE(r.finish(run));
  CHECK(r.world->values == std::map<std::string, std::string>{{"api", "1"}, {"web", "1"}, {"db", "2"}});
}

TEST_CASE("engine/rollback: an ensure scope is ended on the way forward, and undone on the way back") {
  rig r;
  r.world->values = {{"maintenance", "off"}};
  plan_builder b;
  b.set("closed", "maintenance", "on");
  b.set("api", "api", "2", {"closed"});
  auto& end = b.step("closed/end", shipflow::step_kind::restore, {"api"});
  end.restores = 0;
  end.provider = "toy";
  b.set("after", "after", "2", {"closed/end"});
  SUBCASE("forward") {
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    CHECK(r.world->values["maintenance"] == "off");
  }
  SUBCASE("failure inside the scope") {
    fail_step(r, "api");
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    CHECK(r.world->values["maintenance"] == "off");
  }
  SUBCASE("failure after the scope does not touch it again") {
    fail_step(r, "after");
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(std::count(r.world->log.begin(), r.world->log.end(), "undo maintenance=off") == 1);
  }
}
