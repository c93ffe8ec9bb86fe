#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace std::chrono_literals;
using shipflow::look;

namespace {

// A release with half an hour of bake and a watch, whose probe calls a reaction.
struct helped {
  helped() {
    r.world->values = {{"traffic", "1"}, {"fleet", "3"}};
    b.set("traffic", "traffic", "2").first_traffic = true;
    b.wait("bake", 30min, {"traffic"});
    b.watch("watch", 1h, {"bake"});
    b.set("scale-out", "fleet", "6").on_call = true;
    b.probe("cpu", "traffic", "SEV3");
    shipflow::severity_rule rule;
    rule.what = "record";
    rule.calls = {"scale-out"};
    b.get().rollback.guards["cpu"] = rule;
  }
  void red(shipflow::duration lasts) {
    r.probes->now["cpu"] = look::fail;
    r.time.run_until([] { return false; }, lasts);
    r.probes->now["cpu"] = look::pass;
    r.time.run_until([] { return false; }, 1min);
  }
  std::string fleet() { return r.world->values["fleet"]; }
  int calls(const std::string& run) {
    int n = 0;
    for (const auto& f : r.store->read_facts(run).value())
      n += f.body.find("\"reacts\"") != std::string::npos;
    return n;
  }
  rig r;
  plan_builder b;
};

}  // namespace

TEST_CASE("engine/reaction: nobody calls it, nothing happens, and the run ends as without it") {
  helped h;
  const auto run = h.r.start(h.b);
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "released");
  CHECK(h.fleet() == "3");
  CHECK(h.calls(run) == 0);
}

TEST_CASE("engine/reaction: an alert calls it, the release goes on, and it stays as it is") {
  helped h;
  const auto run = h.r.start(h.b);
  SUBCASE("while it bakes") {
    h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
  }
  SUBCASE("while it is watched") {
    h.r.time.run_until([&] { return h.r.phase(run) == "watching"; });
  }
  SUBCASE("while it is paused") {
    h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
    CHECK(h.r.say(run, "pause", "user:dana"));
  }
  h.red(2min);
  CHECK(h.fleet() == "6");
  CHECK(h.calls(run) == 1);
  CHECK(h.r.say(run, "resume", "user:dana"));
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "released");
  CHECK(h.fleet() == "6");
}

TEST_CASE("engine/reaction: the run is held, and what was called comes to its end all the same") {
  helped h;
  h.b.get().rollback.guards["cpu"].what = "hold";
  const auto run = h.r.start(h.b);
  h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
  h.red(2min);
  CHECK(h.fleet() == "6");
  CHECK(h.r.look(run).parked.find("SEV3: cpu") == 0);
  h.r.time.run_until([] { return false; }, 2h);
  CHECK(h.r.phase(run) == "forward");
  CHECK(h.r.say(run, "resume", "user:dana"));
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "released");
}

TEST_CASE("engine/reaction: it is called anew by each alert") {
  helped h;
  const auto run = h.r.start(h.b);
  h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
  h.red(2min);
  h.r.world->values["fleet"] = "4";
  h.red(2min);
  CHECK(h.fleet() == "6");
  CHECK(h.calls(run) == 2);
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "released");
}

TEST_CASE("engine/reaction: a rollback puts back what it found before the first call") {
  helped h;
  const auto run = h.r.start(h.b);
  h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
  h.red(2min);
  CHECK(h.fleet() == "6");
  CHECK(h.r.say(run, "rollback", "user:dana"));
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "rolled_back");
  CHECK(h.fleet() == "3");
  CHECK(h.r.world->values["traffic"] == "1");
}

TEST_CASE("engine/reaction: one that fails fails nothing else, and says so") {
  helped h;
  h.r.toy->intercept = [](const shipflow::request& q, shipflow::reply& reply) {
    if (q.step != "scale-out" || q.what != shipflow::verb::apply) return false;
    reply(shipflow::answer::failed(shipflow::make_error(shipflow::errc::denied, "no quota")));
    return true;
  };
  const auto run = h.r.start(h.b);
  h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
  h.red(2min);
  const auto reaction = h.r.look(run).steps[3];
  CHECK(reaction.status == shipflow::step_status::skipped);
  CHECK(reaction.why.find("failed: ") == 0);
  CHECK(reaction.why.find("no quota") != std::string::npos);
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "released");
}

TEST_CASE("engine/reaction: a crash in the middle of it neither loses nor doubles it") {
  helped h;
  const auto run = h.r.start(h.b);
  h.r.time.run_until([&] { return h.r.world->values["traffic"] == "2"; });
  h.r.toy->carried_out = [&](const shipflow::request& q) { h.r.toy->silent = q.step == "scale-out"; };
  h.r.probes->now["cpu"] = look::fail;
  h.r.time.run_until([&] { return h.fleet() == "6"; });
  h.r.crash();
  h.r.probes->now["cpu"] = look::pass;
  REQUIRE(h.r.engine->resume().has_value());
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "released");
  CHECK(h.fleet() == "6");
  for (const auto& [key, times] : h.r.world->effects) CHECK(times == 1);
}

TEST_CASE("engine/reaction: people are asked level by level until somebody answers") {
  helped h;
  h.b.get().roles["boss"] = {"user:bo"};
  shipflow::severity_rule rule;
  rule.what = "ask";
  rule.roles = {"qa"};
  rule.within = 1h;
  rule.escalate = {{10min, {"lead"}}, {20min, {"boss"}}};
  h.b.get().rollback.guards["cpu"] = rule;
  const auto run = h.r.start(h.b);
  h.r.probes->now["cpu"] = look::fail;
  const auto* id = "rollback/cpu";
  h.r.time.run_until([&] { return h.r.look(run).questions.contains(id); });
  const auto roles = [&] { return h.r.look(run).questions[id].roles; };
  const auto say = [&](const char* who) {
    CHECK(h.r.say(run, "approve", who, {{"step", id}}));
    h.r.settle();
  };
  say("user:lee");
  CHECK(roles() == std::vector<std::string>{"qa"});
  SUBCASE("with an engine") {}
  SUBCASE("over a crash") {
    h.r.crash();
    REQUIRE(h.r.engine->resume().has_value());
    h.r.probes->now["cpu"] = look::fail;
  }
  h.r.time.run_until([] { return false; }, 11min);
  CHECK(roles() == std::vector<std::string>{"qa", "lead"});
  say("user:bo");
  CHECK(h.r.look(run).questions.contains(id));
  h.r.time.run_until([] { return false; }, 10min);
  CHECK(roles() == std::vector<std::string>{"qa", "lead", "boss"});
  say("user:bo");
  REQUIRE(h.r.finish(run));
  CHECK(h.r.phase(run) == "rolled_back");
}
