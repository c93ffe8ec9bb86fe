#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::look;
using std::chrono::minutes;

namespace {

struct asked {
  explicit asked(const std::string& then = "rollback") {
    r.world->values = {{"traffic", "1"}};
    b.set("traffic", "traffic", "2").first_traffic = true;
    b.wait("bake", minutes(10), {"traffic"});
    b.watch("watch", minutes(60), {"bake"});
    b.probe("api", "traffic", "SEV2");
    b.get().roles = {{"lead", {"user:lee", "user:lou"}}, {"qa", {"user:quinn"}}};
    shipflow::severity_rule rule{"ask", {"lead", "qa"}, minutes(15), then, 2};
    b.get().rollback.severities["SEV2"] = rule;
    b.get().rollback.decision_roles = {"lead"};
    b.get().rollback.decision_quorum = 2;
    b.get().rollback.decision_window = minutes(30);
  }
  std::string until_asked() {
    r.probes->now["api"] = look::fail;
    auto run = r.start(b);
    r.time.run_until([&] { return r.look(run).questions.contains(question); });
    return run;
  }
  void say(const std::string& run, const std::string& word, const std::string& who) {
    CHECK(r.say(run, word, who, {{"step", question}}));
    r.settle();
  }
  bool open(const std::string& run) { return r.look(run).questions.contains(question); }

  std::string question = "rollback/api";
  rig r;
  plan_builder b;
};

}  // namespace

TEST_CASE("engine/quorum: a severity that asks two people is decided by two who say the same") {
  asked a;
  const auto run = a.until_asked();
  CHECK(a.r.look(run).questions[a.question].quorum == 2);
  a.say(run, "approve", "user:lee");
  a.say(run, "approve", "user:lee");
  a.say(run, "approve", "user:mallory");  // of no role
  CHECK(a.open(run));
  CHECK(a.r.phase(run) == "forward");
  SUBCASE("two of one role") { a.say(run, "approve", "user:lou"); }
  SUBCASE("of different roles") { a.say(run, "approve", "user:quinn"); }
  SUBCASE("the first vote outlives a crash") {
    a.r.crash();
    REQUIRE(a.r.engine->resume().has_value());
    a.r.settle();
    CHECK(a.r.look(run).questions[a.question].votes.size() == 1);
    a.say(run, "approve", "user:quinn");
  }
  REQUIRE(a.r.finish(run));
  CHECK(a.r.phase(run) == "rolled_back");
}

TEST_CASE("engine/quorum: an answer to a question that was given for another plan is refused") {
  asked a;
  const auto run = a.until_asked();
  CHECK(a.r.say(run, "approve", "user:lee", {{"step", a.question}, {"plan_digest", "sha256:other"}}));
  a.r.settle();
  CHECK(a.r.look(run).questions[a.question].votes.empty());
  CHECK(a.r.say(run, "approve", "user:lee",
                {{"step", a.question}, {"plan_digest", a.r.look(run).what->digest()}}));
  a.r.settle();
  CHECK(a.r.look(run).questions[a.question].votes.size() == 1);
}

TEST_CASE("engine/quorum: people who differ decide nothing, and may change their minds") {
  asked a;
  const auto run = a.until_asked();
  a.say(run, "approve", "user:lee");
  a.say(run, "reject", "user:lou");
  CHECK(a.open(run));
  a.say(run, "reject", "user:lee");
  CHECK_FALSE(a.open(run));
  a.r.probes->now["api"] = look::pass;
  REQUIRE(a.r.finish(run));
  CHECK(a.r.phase(run) == "released");
}

TEST_CASE("engine/quorum: one vote is not enough when time runs out: what the plan says then is done") {
  std::string then, end;
  SUBCASE("rollback") { then = "rollback", end = "rolled_back"; }
  SUBCASE("continue") { then = "continue", end = "released"; }
  SUBCASE("hold") { then = "hold"; }
  asked a(then);
  const auto run = a.until_asked();
  a.say(run, then == "rollback" ? "reject" : "approve", "user:lee");
  a.r.time.run_until([&] { return !a.open(run); }, minutes(16));
  if (then == "continue") a.r.probes->now["api"] = look::pass;
  if (then == "hold") {
    CHECK_FALSE(a.r.look(run).parked.empty());
    return;
  }
  REQUIRE(a.r.finish(run));
  CHECK(a.r.phase(run) == end);
}

TEST_CASE(
    "engine/quorum: a rollback in the decision window takes as many as the plan says, within its time") {
  asked a;
  const auto run = a.r.start(a.b);
  a.r.time.run_until([&] { return a.r.phase(run) == "watching"; });
  CHECK(a.r.say(run, "rollback", "user:lee", {{"reason", "orders are down"}}));
  CHECK(a.r.say(run, "rollback", "user:lee"));
  CHECK(a.r.say(run, "rollback", "user:quinn"));  // not one of those who decide
  a.r.settle();
  CHECK(a.r.phase(run) == "watching");
  CHECK(a.r.look(run).rollback_votes[""] == std::set<std::string>{"user:lee"});
  SUBCASE("the second in time") {
    CHECK(a.r.say(run, "rollback", "user:lou", {{"reason", "orders are down"}}));
    REQUIRE(a.r.finish(run));
    CHECK(a.r.phase(run) == "rolled_back");
    CHECK(a.r.look(run).reason == "rollback asked by user:lee, user:lou: orders are down");
  }
  SUBCASE("the second too late") {
    a.r.time.run_until([] { return false; }, minutes(31));
    CHECK(a.r.say(run, "rollback", "user:lou"));
    REQUIRE(a.r.finish(run));
    CHECK(a.r.phase(run) == "released");
  }
}

TEST_CASE("engine/quorum: undoing a step that people are asked about takes as many as the decision window") {
  asked a;
  auto& step = a.b.get().steps[0];
  step.after = shipflow::after_traffic::ask;
  step.ask_roles = {"lead"};
  a.question = "undo/traffic";
  const auto run = a.r.start(a.b);
  a.r.time.run_until([&] { return a.r.phase(run) == "watching"; });
  CHECK(a.r.say(run, "rollback", "user:lee"));
  CHECK(a.r.say(run, "rollback", "user:lou"));
  a.r.time.run_until([&] { return a.open(run); });
  a.say(run, "approve", "user:lee");
  CHECK(a.open(run));
  a.say(run, "approve", "user:lou");
  REQUIRE(a.r.finish(run));
  CHECK(a.r.phase(run) == "rolled_back");
  CHECK(a.r.world->values["traffic"] == "1");
}
