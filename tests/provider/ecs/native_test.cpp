// ECS's own blue-green, canary and linear deployments: the plan's stages answer their pauses.
#include "provider/ecs/native.hpp"

#include "shop.hpp"

#include <shipflow/provider_suite.hpp>
#include <shipflow/providers/ecs.hpp>

#include <algorithm>

using namespace tests;
using std::chrono::seconds;

namespace {

json::object native(const std::string& strategy, int percent = 0) {
  auto target = one_service();
  json::object with{{"strategy", strategy}};
  if (percent > 0) with["percent"] = percent;
  target["native"] = std::move(with);
  return target;
}

/// Percent of the requests that a version gets, 0 to 100.
int share_of(const shop& s, const std::string& version) {
  int weight = 0;
  for (const auto& v : s.cloud->serves())
    if (v.version == version) weight = v.weight;
  return weight;
}

const json::object fresh{{"version", "1.5.0"}, {"colour", "next"}};

void released(shop& s, const std::vector<int>& weights) {
  const auto launched = s.carry("launch", fresh);
  REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
  CHECK(at(launched.ended.value, "/version") == "1.5.0");
  CHECK(share_of(s, "1.5.0") == 0);
  CHECK(share_of(s, "1.4.0") == 100);
  for (const int w : weights) {
    const auto shifted = s.carry("shift", {{"weight", w}}, "share " + std::to_string(w));
    REQUIRE_MESSAGE(shifted.ended.kind == answer_kind::done, kind_and_problem(shifted.ended));
    CHECK(at(shifted.ended.value, "/weights/new") == w);
    CHECK(at(shifted.ended.value, "/version") == "1.5.0");
    CHECK(share_of(s, "1.5.0") == w);
    s.wait(seconds(300));  // nothing goes on while it is paused
    CHECK(share_of(s, "1.5.0") == w);
  }
  const auto retired = s.carry("retire", {});
  REQUIRE_MESSAGE(retired.ended.kind == answer_kind::done, kind_and_problem(retired.ended));
  const auto now = s.look("launch", fresh).value;
  CHECK(at(now, "/version") == "1.5.0");
  // No pause is left for those who deploy by hand.
  CHECK(json::serialize(at(now, "/configuration")).find("PAUSE") == std::string::npos);
  CHECK(s.cloud->serves().size() == 1);
}

}  // namespace

TEST_CASE("provider/ecs native: blue-green shifts at once when the plan says so, and ends when it says so") {
  shop s(native("blue_green"));
  released(s, {100});
}

TEST_CASE("provider/ecs native: a canary stands at its share until the plan lets it go on") {
  shop s(native("canary", 10));
  released(s, {10, 100});
}

TEST_CASE("provider/ecs native: linear steps follow the plan's weights, also several at once") {
  shop s(native("linear", 20));
  released(s, {20, 60, 100});
}

TEST_CASE("provider/ecs native: a plan may have the shares that the strategy's steps bring, and no others") {
  const auto shares = [](const json::object& strategy) {
    const auto provider = make_ecs_provider({});
    const auto actions = provider->actions_of(
        {{"provider", "ecs"}, {"cluster", "production"}, {"service", "shop"}, {"native", strategy}});
    std::vector<std::int64_t> out;
    for (const auto& a : actions.value())
      for (const auto& input : a.inputs)
        for (const auto& r : input.name == "weight" ? input.ranges : std::vector<number_range>{})
          for (auto w = r.least; w <= r.most; ++w) out.push_back(w);
    return out;
  };
  CHECK(shares({{"strategy", "blue_green"}}) == std::vector<std::int64_t>{100});
  CHECK(shares({{"strategy", "canary"}, {"percent", 10}}) == std::vector<std::int64_t>{10, 100});
  CHECK(shares({{"strategy", "linear"}, {"percent", 30}}) == std::vector<std::int64_t>{30, 60, 90, 100});
}

TEST_CASE("provider/ecs native: the way back from every stage, also after the end, restores what was there") {
  for (int stage = 0; stage < 4; ++stage) {
    CAPTURE(stage);
    shop s(native("canary", 10));
    const auto before = s.look("launch", fresh).value;
    const auto launched = s.carry("launch", fresh);
    REQUIRE(launched.ended.kind == answer_kind::done);
    conversation::carried shifted;
    if (stage >= 1) shifted = s.carry("shift", {{"weight", 10}}, "a");
    if (stage >= 2) REQUIRE(s.carry("shift", {{"weight", 100}}, "b").ended.kind == answer_kind::done);
    if (stage >= 3) {
      const auto retired = s.carry("retire", {});
      REQUIRE(retired.ended.kind == answer_kind::done);
      const auto undone = s.undo("retire", {}, retired.before);
      REQUIRE_MESSAGE(undone.kind == answer_kind::done, kind_and_problem(undone));
      CHECK(share_of(s, "1.4.0") == 100);
    }
    if (stage >= 1) {
      CHECK(s.ready("shift", {{"weight", 10}}, shifted.before).kind == answer_kind::done);
      const auto back = s.undo("shift", {{"weight", 10}}, shifted.before);
      REQUIRE_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
      CHECK(share_of(s, "1.4.0") == 100);
    }
    CHECK(s.ready("launch", fresh, launched.before).kind == answer_kind::done);
    const auto back = s.undo("launch", fresh, launched.before);
    REQUIRE_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
    const auto after = s.look("launch", fresh, launched.before).value;
    CHECK(at(after, "/restores") == at(before, "/restores"));
    CHECK(at(after, "/configuration") == at(before, "/configuration"));
    CHECK(share_of(s, "1.4.0") == 100);
  }
}

TEST_CASE("provider/ecs native: tasks that never get healthy fail the launch before a request reaches them") {
  ecs_world_options options;
  options.versions["1.5.0"].ready.reset();
  shop s(native("canary", 10), options);
  const auto a = s.carry("launch", fresh);
  CHECK(a.ended.kind == answer_kind::failed);
  CHECK_MESSAGE(a.ended.problem.message.find("tasks of deployment") != std::string::npos,
                a.ended.problem.message);
  CHECK(at(a.ended.value, "/stopped_tasks").is_array());
  const auto back = s.undo("launch", fresh, a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(share_of(s, "1.4.0") == 100);
}

TEST_CASE("provider/ecs native: a pause that nobody answers in time is a failure, and ECS has gone back") {
  auto target = native("canary", 10);
  target["native"].as_object()["pause_minutes"] = 5;
  shop s(target);
  REQUIRE(s.carry("launch", fresh).ended.kind == answer_kind::done);
  const auto before = s.look("shift").value;
  s.wait(seconds(400));
  auto q = s.make(verb::apply, "shift", {{"weight", 10}});
  q.baseline = before;
  const auto late = s.finish(q, s.ask(q));
  CHECK(late.kind != answer_kind::done);
  CHECK(share_of(s, "1.4.0") == 100);
}

TEST_CASE(
    "provider/ecs native: weights that the strategy does not make are refused with those that it makes") {
  shop s(native("canary", 10));
  REQUIRE(s.carry("launch", fresh).ended.kind == answer_kind::done);
  const auto five = s.carry("shift", {{"weight", 5}}, "five");
  CHECK(five.ended.problem.code == errc::invalid_argument);
  CHECK(five.ended.problem.message.find("brings 10% of the requests, not 5%") != std::string::npos);
  CHECK(share_of(s, "1.5.0") == 0);
  const auto early = s.carry("retire", {});
  CHECK(early.ended.problem.code == errc::conflict);
}

TEST_CASE("provider/ecs native: after a crash the same deployment is found and not begun twice") {
  shop s(native("blue_green"));
  auto q = s.make(verb::apply, "launch", fresh);
  q.baseline = s.look("launch", fresh).value;
  auto r = q;
  r.what = verb::resolve;
  CHECK(s.ask(r).kind == answer_kind::not_applied);
  const auto first = s.ask(q);
  REQUIRE(first.kind == answer_kind::started);
  s.wait(seconds(2));
  const auto found = s.ask(r);
  REQUIRE(found.kind == answer_kind::started);
  CHECK(at(found.value, "/service_deployment") == at(first.value, "/service_deployment"));
  REQUIRE(s.finish(q, found).kind == answer_kind::done);
  auto shift = s.make(verb::apply, "shift", {{"weight", 100}});
  shift.baseline = s.look("shift").value;
  auto seen = shift;
  seen.what = verb::resolve;
  CHECK(s.ask(seen).kind == answer_kind::not_applied);
  const auto moved = s.ask(shift);
  CHECK(s.ask(seen).kind == answer_kind::started);
  CHECK(s.finish(shift, moved).kind == answer_kind::done);
  CHECK(s.ask(seen).kind == answer_kind::done);
}

TEST_CASE("provider/ecs native: somebody else's deployment in between is a conflict") {
  shop s(native("canary", 10));
  REQUIRE(s.carry("launch", fresh).ended.kind == answer_kind::done);
  const auto before = s.look("shift").value;
  const auto theirs = s.look("launch", {{"version", "1.6.0"}}).value;
  s.run = "another";
  REQUIRE(s.undo("shift", {{"weight", 10}}, before).kind == answer_kind::done);
  s.run = "run-1";
  auto q = s.make(verb::apply, "shift", {{"weight", 10}});
  q.baseline = before;
  CHECK(s.ask(q).kind == answer_kind::conflict);
}

TEST_CASE(
    "provider/ecs native: hooks of functions stay, pauses of others are refused, and what is missing is "
    "said") {
  const ecs::native_strategy canary{"CANARY", 10, 60};
  auto service = parse_json(R"({"loadBalancers": [{"advancedConfiguration": {"productionListenerRule": "r"}}],
      "deploymentConfiguration": {"maximumPercent": 200, "deploymentCircuitBreaker": {"enable": true},
      "lifecycleHooks": [{"hookTargetArn": "arn:aws:lambda:eu:1:function:check", "lifecycleStages": ["POST_SCALE_UP"]}]}})")
                     ->as_object();
  const auto made = ecs::with_pauses(canary, service);
  REQUIRE(made);
  CHECK(made->at("strategy") == "CANARY");
  CHECK(made->at("maximumPercent") == 200);
  CHECK_FALSE(made->contains("deploymentCircuitBreaker"));
  const auto& hooks = made->at("lifecycleHooks").as_array();
  REQUIRE(hooks.size() == 2);
  CHECK(at(hooks[0], "/hookTargetArn") == "arn:aws:lambda:eu:1:function:check");
  CHECK(at(hooks[1], "/timeoutConfiguration/timeoutInMinutes") == 60);
  CHECK(ecs::without_pauses(*made).at("lifecycleHooks").as_array().size() == 1);

  service["deploymentConfiguration"].as_object()["lifecycleHooks"].as_array().push_back(
      json::object{{"targetType", "PAUSE"}, {"lifecycleStages", {"POST_SCALE_UP"}}});
  const auto foreign = ecs::with_pauses(canary, service);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().message.find("POST_SCALE_UP") != std::string::npos);
  CHECK(ecs::with_pauses(canary, {}).error().message.find("advancedConfiguration") != std::string::npos);
}

TEST_CASE("provider/ecs native: what AWS says of a deployment is read whole") {
  const auto s = ecs::read_staged(parse_json(R"({"serviceDeploymentArn": "a", "status": "IN_PROGRESS",
      "lifecycleStage": "BAKE_TIME", "targetServiceRevision": {"requestedProductionTrafficWeight": 10.0},
      "lifecycleHookDetails": [{"hookId": "h1", "targetType": "PAUSE", "status": "SUCCEEDED"},
        {"hookId": "h2", "targetType": "PAUSE", "status": "AWAITING_ACTION", "expiresAt": 1772532000},
        {"hookId": "h3", "targetArn": "arn:aws:lambda:eu:1:function:check", "status": "IN_PROGRESS"}]})")
                                      ->as_object());
  CHECK(s.hook == "h2");
  CHECK(s.weight == 10);
  CHECK(s.text() ==
        "10% of the requests, service deployment is IN_PROGRESS at BAKE_TIME, paused until "
        "2026-03-03T10:00:00.000Z, hook check is IN_PROGRESS");
}

TEST_CASE("provider/ecs native: keeps the contract of providers") {
  shop s(native("blue_green"));
  std::optional<provider_report> report;
  check_provider(s.time, s.cloud, {{"launch", s.target, {{"version", "1.5.0"}}, {}, std::chrono::minutes(5)}},
                 [&](provider_report r) { report = std::move(r); });
  s.time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  CHECK(report->kept.size() > 5);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
}
