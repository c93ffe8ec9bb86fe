// The provider's own code over the model of ECS and its load balancer.
#include "shop.hpp"

using namespace tests;
using std::chrono::seconds;

TEST_CASE("provider/ecs: a service is replaced in place, and its targets are healthy when it is said to be") {
  shop s(one_service());
  const auto a = s.carry("replace", {{"version", "1.5.0"}});
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(at(a.ended.value, "/version") == "1.5.0");
  CHECK(at(a.ended.value, "/instances") == 3);
  const auto now = s.look("replace");
  CHECK(at(now.value, "/services/blue/version") == "1.5.0");
  CHECK(at(now.value, "/services/blue/image") == "registry.example.com/api:1.5.0");
  for (const auto& v : s.cloud->serves()) CHECK(v.healthy == 3);
}

TEST_CASE("provider/ecs: blue-green over two services moves traffic only to healthy targets, and back") {
  shop s(two_services());
  const auto launched = s.carry("launch", {{"version", "1.5.0"}, {"colour", "next"}});
  REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
  CHECK(at(launched.ended.value, "/colour") == "green");
  const auto shifted = s.carry("shift", {{"weight", 100}, {"colour", "green"}});
  REQUIRE_MESSAGE(shifted.ended.kind == answer_kind::done, kind_and_problem(shifted.ended));
  CHECK(at(s.look("shift").value, "/live") == "green");
  const auto retired = s.carry("retire", {});
  REQUIRE_MESSAGE(retired.ended.kind == answer_kind::done, kind_and_problem(retired.ended));
  CHECK(at(s.look("retire").value, "/services/blue/desired") == 0);

  CHECK(s.ready("retire", {}, retired.before).kind == answer_kind::done);
  CHECK(s.ready("shift", {{"weight", 100}}, shifted.before).kind == answer_kind::done);
  CHECK(s.undo("retire", {}, retired.before).kind == answer_kind::done);
  const auto back = s.undo("shift", {{"weight", 100}}, shifted.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(s.undo("launch", {{"version", "1.5.0"}}, launched.before).kind == answer_kind::done);
  const auto after = s.look("launch", {{"version", "1.5.0"}}, launched.before);
  CHECK(at(after.value, "/restores") == at(launched.before, "/restores"));
  CHECK(at(after.value, "/weights/blue") == 100);
  CHECK(at(after.value, "/services/green/desired") == 0);
}

TEST_CASE("provider/ecs: canary shares grow on the same colour though it has half of the traffic") {
  shop s(two_services());
  REQUIRE(s.carry("launch", {{"version", "1.5.0"}}).ended.kind == answer_kind::done);
  for (const int share : {10, 50, 60, 100}) {
    const auto a = s.carry("shift", {{"weight", share}}, "share " + std::to_string(share));
    REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
    CHECK(at(s.look("shift").value, "/weights/green") == share);
  }
}

TEST_CASE(
    "provider/ecs: a version that is never healthy fails, though the circuit breaker made all well again") {
  ecs_world_options options;
  options.versions["1.6.0"].ready.reset();
  shop s(one_service(), options);
  const auto a = s.carry("replace", {{"version", "1.6.0"}});
  CHECK(a.ended.kind == answer_kind::failed);
  CHECK(a.ended.problem.message.find("deployment ecs-svc/") != std::string::npos);
  CHECK(at(a.ended.value, "/events").is_array());
  CHECK(at(a.ended.value, "/stopped_tasks/0/reason") == "Task failed ELB health checks");
  // What the stock waiter looks at is content by now: one deployment, all tasks running.
  s.wait(seconds(120));
  const auto now = s.look("replace");
  CHECK(at(now.value, "/services/blue/version") == "1.4.0");
  CHECK(at(now.value, "/services/blue/running") == 3);
  const auto back = s.undo("replace", {{"version", "1.6.0"}}, a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
}

TEST_CASE("provider/ecs: tasks that die are counted, and the fleet is taken back to nothing") {
  ecs_world_options options;
  options.versions["1.6.0"].dies = seconds(5);
  options.versions["1.6.0"].ready = seconds(60);
  shop s(two_services(), options);
  const auto a = s.carry("launch", {{"version", "1.6.0"}});
  CHECK(a.ended.kind == answer_kind::failed);
  const auto back = s.undo("launch", {{"version", "1.6.0"}}, a.before);
  REQUIRE_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(at(s.look("launch", {{"version", "1.6.0"}}, a.before).value, "/restores") ==
        at(a.before, "/restores"));
}

TEST_CASE("provider/ecs: weights that somebody else set are a conflict with both values") {
  shop s(two_services());
  REQUIRE(s.carry("launch", {{"version", "1.5.0"}}).ended.kind == answer_kind::done);
  const auto first = s.carry("shift", {{"weight", 10}}, "first");
  REQUIRE(first.ended.kind == answer_kind::done);
  REQUIRE(s.cloud->set_weights("production", "api", 70, 30));
  const auto second = s.carry("shift", {{"weight", 50}}, "second");
  CHECK(second.ended.kind == answer_kind::conflict);
  CHECK(at(second.ended.value, "/expected/green") == 10);
  CHECK(at(second.ended.value, "/found/green") == 30);
  CHECK(s.undo("shift", {{"weight", 10}}, first.before).kind == answer_kind::conflict);
  CHECK(s.ready("shift", {{"weight", 10}}, first.before).kind == answer_kind::conflict);
  REQUIRE(s.cloud->set_weights("production", "api", 90, 10));
  CHECK(s.undo("shift", {{"weight", 10}}, first.before).kind == answer_kind::done);
}

TEST_CASE(
    "provider/ecs: a shift that comes after its undo finds what it compares with, so undos wait for it") {
  shop s(two_services());
  REQUIRE(s.carry("launch", {{"version", "1.5.0"}}).ended.kind == answer_kind::done);
  auto late = s.make(verb::apply, "shift", {{"weight", 10}});
  late.baseline = s.look("shift").value;
  const auto first = s.carry("shift", {{"weight", 10}});
  REQUIRE(first.ended.kind == answer_kind::done);
  REQUIRE(s.undo("shift", {{"weight", 10}}, first.before).kind == answer_kind::done);
  CHECK(s.finish(late, s.ask(late)).kind == answer_kind::done);
  CHECK(at(s.look("shift").value, "/weights/blue") != json::value(100));
}

TEST_CASE("provider/ecs: traffic does not go to a service without tasks") {
  shop s(two_services());
  const auto a = s.carry("shift", {{"weight", 100}});
  CHECK(a.ended.kind == answer_kind::failed);
  CHECK(a.ended.problem.message.find("0 of 1 healthy targets") != std::string::npos);
  CHECK(at(s.look("shift").value, "/weights/blue") == 100);
}

TEST_CASE("provider/ecs: a second deployment by somebody else is a conflict, and ends a rollout") {
  shop s(one_service());
  const auto before = s.look("replace", {{"version", "1.5.0"}});
  s.run = "run-of-others";
  REQUIRE(s.carry("replace", {{"version", "1.4.9"}}, "theirs").ended.kind == answer_kind::done);
  s.run = "run-1";
  auto q = s.make(verb::apply, "replace", {{"version", "1.5.0"}});
  q.baseline = before.value;
  const auto late = s.ask(q);
  CHECK(late.kind == answer_kind::conflict);

  auto mine = s.make(verb::apply, "replace", {{"version", "1.5.0"}});
  mine.baseline = s.look("replace", {{"version", "1.5.0"}}).value;
  const auto started = s.ask(mine);
  REQUIRE(started.kind == answer_kind::started);
  s.wait(seconds(20));
  auto theirs = s.make(verb::apply, "replace", {{"version", "2.0.0"}}, "theirs again");
  theirs.baseline = s.look("replace").value;
  REQUIRE(s.ask(theirs).kind == answer_kind::started);
  const auto end = s.finish(mine, started);
  CHECK(end.kind == answer_kind::failed);
  CHECK(end.problem.message.find("was replaced by") != std::string::npos);
}

TEST_CASE(
    "provider/ecs: after a crash between any two calls the same effect is found again and not made twice") {
  shop s(two_services());
  const json::object inputs{{"version", "1.5.0"}};
  auto q = s.make(verb::apply, "launch", inputs);
  q.baseline = s.look("launch", inputs).value;
  auto r = q;
  r.what = verb::resolve;
  CHECK(s.ask(r).kind == answer_kind::not_applied);
  const auto first = s.ask(q);
  const auto again = s.ask(q);
  REQUIRE(first.kind == answer_kind::started);
  CHECK(at(again.value, "/definition") == at(first.value, "/definition"));
  CHECK(at(again.value, "/deployment") == at(first.value, "/deployment"));
  s.wait(seconds(2));
  const auto found = s.ask(r);
  REQUIRE(found.kind == answer_kind::started);
  CHECK(at(found.value, "/deployment") == at(first.value, "/deployment"));
  CHECK(s.finish(q, found).kind == answer_kind::done);
  CHECK(s.where->effects().at("key of launch").times == 1);
}

TEST_CASE("provider/ecs: maintenance is a rule in front, and what was there is whole when it is gone") {
  shop s(two_services());
  const auto on = s.carry("maintenance", {{"on", true}, {"page", "<h1>soon</h1>"}}, "on");
  REQUIRE_MESSAGE(on.ended.kind == answer_kind::done, kind_and_problem(on.ended));
  CHECK(s.cloud->snapshot().at("maintenance:api") == true);
  CHECK(s.carry("maintenance", {{"on", true}}, "on").ended.kind == answer_kind::done);
  CHECK(s.where->effects().at("on").times == 1);
  CHECK(s.undo("maintenance", {{"on", true}}, on.before).kind == answer_kind::done);
  CHECK(s.cloud->snapshot().at("maintenance:api") == false);
  CHECK(at(s.look("shift").value, "/weights/blue") == 100);
  const auto long_page = s.carry("maintenance", {{"on", true}, {"page", std::string(1025, 'x')}}, "long");
  CHECK(long_page.ended.problem.code == errc::invalid_argument);
}

TEST_CASE("provider/ecs: a one-off task runs once, whoever asks again, and its exit code counts") {
  shop s(one_service());
  const json::object inputs{{"command", {"npm", "run", "migrate"}}};
  auto q = s.make(verb::apply, "run_task", inputs);
  q.baseline = s.look("run_task", inputs).value;
  const auto first = s.ask(q);
  const auto again = s.ask(q);
  REQUIRE(first.kind == answer_kind::started);
  CHECK(at(again.value, "/task") == at(first.value, "/task"));
  auto r = q;
  r.what = verb::resolve;
  CHECK(at(s.ask(r).value, "/task") == at(first.value, "/task"));
  const auto end = s.finish(q, first);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/exit_code") == 0);
  CHECK(s.where->effects().at("key of run_task").times == 1);
  CHECK(s.carry("run_task", {{"command", "npm"}}).ended.problem.code == errc::invalid_argument);
}

TEST_CASE("provider/ecs: a restart is a new deployment of the same revision") {
  shop s(one_service());
  const auto before = s.look("restart").value;
  const auto a = s.carry("restart", {});
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  const auto after = s.look("restart").value;
  CHECK(at(after, "/services/blue/definition") == at(before, "/services/blue/definition"));
  CHECK(at(after, "/services/blue/deployment") != at(before, "/services/blue/deployment"));
}

TEST_CASE("provider/ecs: scale changes the live service's count and puts it back") {
  shop s(one_service());
  const auto a = s.carry("scale", {{"instances", 5}});
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(at(s.look("scale").value, "/services/blue/running") == 5);
  CHECK(s.undo("scale", {{"instances", 5}}, a.before).kind == answer_kind::done);
  s.wait(seconds(10));
  CHECK(at(s.look("scale").value, "/services/blue/running") == 3);
}
