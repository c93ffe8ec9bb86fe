// What others do to listeners, rules and targets meanwhile, over HTTP.
#include "over_http.hpp"

#include <atomic>

using namespace tests;

namespace {

constexpr const char* shop_rule =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/other/50dc/f2f7/aa01";

struct stage {
  aws_double cloud{with_versions(), 60};
  over_http talk{cloud};
  stage() { put_up_shop(cloud); }

  void by_rule() {
    cloud.with<cloud::elb>([](auto& balancer, auto) {
      balancer.install_rule(shop_rule, {{group_of("blue"), 100}, {group_of("green"), 0}});
    });
    auto& two = talk.target["blue_green"].as_object();
    two.erase("listener");
    two["rule"] = shop_rule;
  }
  int writes() {
    return cloud.count("ModifyListener") + cloud.count("ModifyRule") + cloud.count("CreateRule");
  }
  /// Green with healthy tasks.
  void launch() {
    const auto a = talk.carry("launch", {{"version", "1.5.0"}});
    REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  }
  std::map<std::string, int> weights(const char* of) {
    std::map<std::string, int> out;
    cloud.with<cloud::elb>([&](auto& balancer, auto) { out = balancer.weights(of); });
    return out;
  }
  void by_hand(const char* of, int blue, int green) {
    cloud.with<cloud::elb>([&](auto& balancer, auto) {
      balancer.set_weights(of, {{group_of("blue"), blue}, {group_of("green"), green}});
    });
  }
};

}  // namespace

TEST_CASE("provider/ecs over HTTP: weights that somebody set by hand are a conflict, and stay as they are") {
  stage s;
  s.launch();
  const auto before = s.talk.look("shift");
  s.by_hand(shop_listener, 60, 40);
  const int writes = s.writes();
  auto q = s.talk.make(verb::apply, "shift", {{"weight", 100}});
  q.baseline = before.value;
  const auto stopped = s.talk.finish(q, s.talk.ask(q));
  CHECK_MESSAGE(stopped.kind == answer_kind::conflict, kind_and_problem(stopped));
  CHECK(s.writes() == writes);
  CHECK(s.weights(shop_listener).at(group_of("blue")) == 60);
}

TEST_CASE(
    "provider/ecs over HTTP: weights changed by hand after the shift stop its undo, not the other way "
    "round") {
  stage s;
  s.launch();
  const auto all = s.talk.carry("shift", {{"weight", 100}});
  REQUIRE_MESSAGE(all.ended.kind == answer_kind::done, kind_and_problem(all.ended));
  s.by_hand(shop_listener, 70, 30);
  const auto stopped = s.talk.undo("shift", {{"weight", 100}}, all.before);
  CHECK_MESSAGE(stopped.kind == answer_kind::conflict, kind_and_problem(stopped));
  CHECK(s.weights(shop_listener).at(group_of("green")) == 30);
}

TEST_CASE("provider/ecs over HTTP: a rule carries the traffic as a listener does, and its conditions stay") {
  stage s;
  s.by_rule();
  s.launch();
  const auto part = s.talk.carry("shift", {{"weight", 25}});
  REQUIRE_MESSAGE(part.ended.kind == answer_kind::done, kind_and_problem(part.ended));
  CHECK(s.weights(shop_rule).at(group_of("green")) == 25);
  s.cloud.with<cloud::elb>([](auto& balancer, auto now) {
    const auto rules = balancer.ask("DescribeRules", {{"RuleArns", json::array{shop_rule}}}, now);
    CHECK(rules->at("Rules").at(0).at("Conditions").at(0).at("Field") == "host-header");
  });
}

TEST_CASE("provider/ecs over HTTP: a rule that is gone meanwhile is named, and nothing else is touched") {
  stage s;
  s.by_rule();
  s.launch();
  const auto before = s.talk.look("shift");
  s.cloud.with<cloud::elb>([](auto& balancer, auto now) {
    REQUIRE(balancer.ask("DeleteRule", {{"RuleArn", shop_rule}}, now).has_value());
  });
  auto q = s.talk.make(verb::apply, "shift", {{"weight", 100}});
  q.baseline = before.value;
  const auto gone = s.talk.finish(q, s.talk.ask(q));
  CHECK_MESSAGE(gone.kind == answer_kind::failed, kind_and_problem(gone));
  CHECK(gone.problem.code == errc::not_found);
  CHECK(gone.problem.message.find("RuleNotFound") != std::string::npos);
  CHECK(s.cloud.count("ModifyListener") == 0);
  CHECK(s.talk.undo("shift", {{"weight", 100}}, before.value).kind == answer_kind::failed);
}

TEST_CASE(
    "provider/ecs over HTTP: traffic waits while targets drain, and goes when there are healthy ones again") {
  stage s;
  s.launch();
  const auto scale = [&](int to) {
    s.cloud.with<cloud::ecs>([&](auto& services, auto now) {
      REQUIRE(services
                  .ask("UpdateService",
                       {{"cluster", "production"}, {"service", "shop-green"}, {"desiredCount", to}}, now)
                  .has_value());
    });
  };
  const auto before = s.talk.look("shift");
  scale(0);
  auto q = s.talk.make(verb::apply, "shift", {{"weight", 100}});
  q.baseline = before.value;
  const auto begun = s.talk.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  q.what = verb::settle;
  q.handle = begun.value;
  const auto waiting = s.talk.ask(q);
  CHECK_MESSAGE(waiting.kind == answer_kind::progress, kind_and_problem(waiting));
  CHECK(waiting.text.find("healthy targets") != std::string::npos);
  CHECK(s.weights(shop_listener).at(group_of("green")) == 0);
  scale(3);
  const auto end = s.talk.finish(q, s.talk.ask(q));
  CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(s.weights(shop_listener).at(group_of("green")) == 100);
}

TEST_CASE(
    "provider/ecs over HTTP: how long traffic waits for targets is measured by the clock that was given") {
  aws_double cloud(with_versions(), 60);
  put_up_shop(cloud);
  const auto begun_at = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  std::atomic<int> seconds{0};
  over_http talk(cloud, [&](aws_options& o) {
    o.now = [&] { return begun_at + std::chrono::seconds(seconds.load()); };
  });
  auto q = talk.make(verb::apply, "shift", {{"weight", 100}});
  q.baseline = talk.look("shift").value;
  const auto begun = talk.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  q.what = verb::settle;
  q.handle = begun.value;
  seconds = 60;
  CHECK(talk.ask(q).kind == answer_kind::progress);
  seconds = 61;
  const auto given_up = talk.ask(q);
  CHECK_MESSAGE(given_up.kind == answer_kind::failed, kind_and_problem(given_up));
  CHECK(given_up.problem.message.find("traffic cannot be shifted: ") != std::string::npos);
}

TEST_CASE(
    "provider/ecs over HTTP: maintenance whose answer was lost is found again, and leaves no rule behind") {
  for (const auto how :
       {mishap::fails_before, mishap::fails_after, mishap::drops_before, mishap::drops_after}) {
    CAPTURE(static_cast<int>(how));
    stage s;
    const json::object on{{"on", true}, {"page", "<h1>soon</h1>"}};
    const auto before = s.talk.look("maintenance", on);
    s.cloud.on_call([&](const std::string& name, int n) {
      return (name == "CreateRule" || name == "DeleteRule") && n == 1 ? how : mishap::none;
    });
    const auto closed = s.talk.insist("maintenance", on, before.value);
    REQUIRE_MESSAGE(closed.kind == answer_kind::done, kind_and_problem(closed));
    s.cloud.with<cloud::elb>([](auto& balancer, auto now) {
      CHECK(balancer.answers_itself(shop_listener));
      const auto rules = balancer.ask("DescribeRules", {{"ListenerArn", shop_listener}}, now);
      CHECK(rules->at("Rules").as_array().size() == 2);
    });
    auto opened = s.talk.undo("maintenance", on, before.value);
    if (opened.kind == answer_kind::unknown) opened = s.talk.undo("maintenance", on, before.value);
    CHECK_MESSAGE(opened.kind == answer_kind::done, kind_and_problem(opened));
    s.cloud.with<cloud::elb>(
        [](auto& balancer, auto) { CHECK_FALSE(balancer.answers_itself(shop_listener)); });
    CHECK(s.weights(shop_listener).at(group_of("blue")) == 100);
  }
}

TEST_CASE("provider/ecs over HTTP: maintenance finds no place before a rule of priority 1, and says so") {
  stage s;
  s.cloud.with<cloud::elb>([](auto& balancer, auto now) {
    REQUIRE(balancer
                .ask("CreateRule",
                     {{"ListenerArn", shop_listener},
                      {"Priority", 1},
                      {"Conditions",
                       json::array{json::object{{"Field", "path-pattern"}, {"Values", json::array{"/x"}}}}},
                      {"Actions",
                       json::array{json::object{{"Type", "forward"}, {"TargetGroupArn", group_of("blue")}}}}},
                     now)
                .has_value());
  });
  const auto refused = s.talk.carry("maintenance", {{"on", true}});
  CHECK_MESSAGE(refused.ended.problem.code == errc::conflict, kind_and_problem(refused.ended));
  CHECK(refused.ended.problem.message.find("priority 1") != std::string::npos);
}
