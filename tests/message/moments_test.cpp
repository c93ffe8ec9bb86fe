#include "message/telling.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::duration;
using texts = std::vector<std::string>;

TEST_CASE("message/moments: a release tells of its start, of its steps and of its end, in order") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  b.set("b", "web", "2", {"a"});
  b.watch("watch", std::chrono::hours(1), {"b"});
  for (const auto* m : {"started", "released", "watched", "failed", "rolling_back"})
    tell(b, m, {"version", "environment", "started_by"});
  tell(b, "step_done", {"step", "title"});
  b.get().messages.back().steps = {"a"};
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  r.settle();
  CHECK(r.people->texts() == texts{"started: 2.0.0 test user:dana", "step_done: a a",
                                   "released: 2.0.0 test user:dana", "watched: 2.0.0 test user:dana"});
}

TEST_CASE("message/moments: who is asked, who agreed, who refused") {
  telling_rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  b.approval("sure", {"lead"}, {"go"});
  for (const auto* m : {"approval", "approved", "rejected"}) tell(b, m, {"step", "roles", "who", "why"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  r.settle();
  CHECK(r.say(run, "reject", "user:lee", {{"step", "sure"}, {"reason", "not on a Friday"}}));
  REQUIRE(r.finish(run));
  r.settle();
  CHECK(r.people->texts() == texts{"approval: go qa - -", "approved: go - user:quinn -",
                                   "approval: sure lead - -",
                                   "rejected: sure - - rejected by user:lee: not on a Friday"});
}

TEST_CASE("message/moments: pausing and going on name who said so") {
  telling_rig r;
  plan_builder b;
  b.wait("wait", std::chrono::minutes(10), {});
  tell(b, "paused", {"who", "why"});
  tell(b, "resumed", {"who"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "pause", "user:dana", {{"reason", "lunch"}}));
  CHECK(r.say(run, "resume", "user:dana"));
  r.settle();
  CHECK(r.people->texts() == texts{"paused: user:dana lunch", "resumed: user:dana"});
}

TEST_CASE("message/moments: a breach and what follows are told, with the severity a rule asks for") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  b.watch("watch", std::chrono::hours(1), {"a"});
  b.probe("health", "a", "SEV1");
  for (const auto* m : {"breach", "rolling_back", "rolled_back"}) tell(b, m, {"severity", "guard", "why"});
  tell(b, "breach", {"guard"}, "only-sev2");
  b.get().messages.back().severities = {"SEV2"};
  const auto run = r.start(b);
  r.settle();
  r.probes->now["health"] = shipflow::look::fail;
  REQUIRE(r.finish(run));
  r.settle();
  const auto said = r.people->texts();
  REQUIRE(said.size() == 3);
  CHECK(said[0].starts_with("breach: SEV1 health "));
  CHECK(said[1].starts_with("rolling_back: - - SEV1: health"));
  CHECK(said[2].starts_with("rolled_back: - - SEV1: health"));
}

TEST_CASE("message/moments: a question names who may answer, a parked run what to do") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  b.watch("watch", std::chrono::hours(2), {"a"});
  b.probe("health", "a", "SEV2");
  b.get().rollback.severities["SEV2"] = {"ask", {"lead"}, std::chrono::minutes(15), "hold", 1};
  tell(b, "question", {"severity", "roles", "due", "why"});
  tell(b, "parked", {"why", "command"});
  const auto run = r.start(b);
  r.settle();
  r.probes->now["health"] = shipflow::look::fail;
  r.time.run_until([] { return false; }, std::chrono::hours(1));
  const auto said = r.people->texts();
  REQUIRE(said.size() == 2);
  CHECK(said[0].starts_with("question: SEV2 lead 20"));
  CHECK(said[1].find("shipflow ") != std::string::npos);
}

TEST_CASE("message/moments: an escalation asks the next level the same") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  b.watch("watch", std::chrono::hours(2), {"a"});
  b.probe("health", "a", "SEV2");
  b.get().rollback.severities["SEV2"] = {"ask", {"dev"}, std::chrono::minutes(30), "hold", 1};
  b.get().rollback.severities["SEV2"].escalate = {{std::chrono::minutes(10), {"lead"}}};
  tell(b, "question", {"severity", "roles"});
  const auto run = r.start(b);
  r.settle();
  r.probes->now["health"] = shipflow::look::fail;
  r.time.run_until([] { return false; }, std::chrono::minutes(20));
  CHECK(r.people->texts() == texts{"question: SEV2 dev", "question: SEV2 lead"});
}

TEST_CASE("message/moments: a failed step and the run that fails for it") {
  telling_rig r;
  plan_builder b;
  auto& s = b.set("a", "api", "2");
  s.provider = "nobody";
  tell(b, "step_failed", {"step"});
  tell(b, "failed", {"environment"});
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  r.settle();
  CHECK(r.people->texts() == texts{"step_failed: a", "failed: test"});
}

TEST_CASE("message/moments: reminders come before a scheduled start") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  tell(b, "reminder", {"lead"});
  tell(b, "started", {"plan"});
  b.get().calendar.emplace();
  b.get().calendar->remind = {std::chrono::hours(24), std::chrono::hours(1)};
  shipflow::start_options options;
  options.principal = "user:dana";
  options.start_at = r.time.now() + std::chrono::hours(30);
  const auto run = r.engine->start(b.get(), options);
  REQUIRE(run);
  REQUIRE(r.finish(*run));
  r.settle();
  CHECK(r.people->texts() == texts{"reminder: 1d", "reminder: 1h", "started: toy"});
}

TEST_CASE("message/moments: a guard that goes to and fro is told of once in ten minutes") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  b.watch("watch", std::chrono::minutes(30), {"a"});
  b.probe("health", "a", "SEV3");
  tell(b, "breach", {"guard"});
  const auto run = r.start(b);
  r.settle();
  for (int i = 0; i < 10; ++i) {
    r.probes->now["health"] = i % 2 == 0 ? shipflow::look::fail : shipflow::look::pass;
    r.time.run_until([] { return false; }, std::chrono::minutes(1));
  }
  CHECK(r.people->seen.size() == 1);
  r.probes->now["health"] = shipflow::look::pass;
  r.time.run_until([] { return false; }, std::chrono::minutes(2));
  r.probes->now["health"] = shipflow::look::fail;
  r.time.run_until([] { return false; }, std::chrono::minutes(2));
  CHECK(r.people->seen.size() == 2);
}

TEST_CASE("message/moments: a step that cannot be put back any more is told once, with the reason") {
  telling_rig r;
  plan_builder b;
  b.set("api", "api", "2").tells_ready = true;
  b.watch("watch", std::chrono::hours(24), {"api"});
  tell(b, "lapsed", {"step", "why"});
  std::string why;
  r.world->values = {{"api", "1"}};
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& to) {
    if (q.what != shipflow::verb::ready) return false;
    to(why.empty() ? shipflow::answer::done(json::object{{"takes_ms", 4000}})
                   : shipflow::answer::failed(shipflow::make_error(shipflow::errc::failed, why)));
    return true;
  };
  const auto run = r.start(b);
  r.time.run_until([] { return false; }, std::chrono::hours(1));
  CHECK(r.people->texts().empty());
  why = "the old fleet is gone";
  r.time.run_until([] { return false; }, std::chrono::hours(3));
  CHECK(r.people->texts() == texts{"lapsed: api the old fleet is gone"});
  CHECK(r.phase(run) == "watching");
}

TEST_CASE("message/moments: a cancel that has to put something back is a rollback with its reason") {
  telling_rig r;
  plan_builder b;
  b.set("api", "api", "2");
  b.approval("go", {"qa"}, {"api"});
  r.world->values = {{"api", "1"}};
  for (const auto* m : {"cancelled", "rolling_back", "rolled_back", "failed"}) tell(b, m, {"why"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "cancel", "user:dana", {{"reason", "not today"}}));
  REQUIRE(r.finish(run));
  r.settle();
  const auto said = r.people->texts();
  REQUIRE(said.size() == 2);
  CHECK(said[0].starts_with("rolling_back: "));
  CHECK(said[1] == "rolled_back: cancelled by user:dana: not today");
  CHECK(r.world->values["api"] == "1");
}

TEST_CASE("message/moments: a run that is cancelled before it touched anything says just that") {
  telling_rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  b.set("api", "api", "2", {"go"});
  for (const auto* m : {"cancelled", "rolling_back", "rolled_back", "failed"}) tell(b, m, {"why"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "cancel", "user:dana", {{"reason", "not today"}}));
  REQUIRE(r.finish(run));
  r.settle();
  CHECK(r.people->texts() == texts{"cancelled: cancelled by user:dana: not today"});
}
