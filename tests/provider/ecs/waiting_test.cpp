// Waits that the stock waiter of AWS gets wrong.
#include "shop.hpp"

using namespace tests;
using std::chrono::seconds;

TEST_CASE("provider/ecs: blue-green over two clusters is one service in each") {
  const auto target = parse_json(R"({"service": "shop", "container": "api", "instances": 3, "blue_green": {
      "by": "cluster", "blue": "production-blue", "green": "production-green",
      "rule": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc/f2f7/9683"}})")
                          ->as_object();
  shop s(target);
  const auto launched = s.carry("launch", {{"version", "1.5.0"}});
  REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
  CHECK(at(launched.ended.value, "/service") == "production-green/shop");
  const auto shifted = s.carry("shift", {{"weight", 100}});
  REQUIRE_MESSAGE(shifted.ended.kind == answer_kind::done, kind_and_problem(shifted.ended));
  CHECK(s.carry("retire", {}).ended.kind == answer_kind::done);
  const auto now = s.look("shift").value;
  CHECK(at(now, "/live") == "green");
  CHECK(at(now, "/services/green/running") == 3);
  CHECK(at(now, "/services/blue/desired") == 0);
}

TEST_CASE(
    "provider/ecs: a count that somebody scales meanwhile is waited for, and left alone by the way back") {
  shop s(one_service());
  auto mine = s.make(verb::apply, "replace", {{"version", "1.5.0"}});
  mine.baseline = s.look("replace", {{"version", "1.5.0"}}).value;
  const auto started = s.ask(mine);
  REQUIRE(started.kind == answer_kind::started);
  s.wait(seconds(4));
  s.run = "scaler";
  auto theirs = s.make(verb::apply, "scale", {{"instances", 5}}, "theirs");
  theirs.baseline = s.look("scale").value;
  REQUIRE(s.ask(theirs).kind == answer_kind::started);
  s.run = "run-1";
  const auto end = s.finish(mine, started);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(s.look("replace").value, "/services/blue/running") == 5);
  REQUIRE(s.undo("replace", {{"version", "1.5.0"}}, mine.baseline).kind == answer_kind::done);
  const auto after = s.look("replace").value;
  CHECK(at(after, "/services/blue/version") == "1.4.0");
  CHECK(at(after, "/services/blue/desired") == 5);
}

TEST_CASE("provider/ecs: reads that are ten seconds old end no wait, neither well nor badly") {
  ecs_world_options options;
  options.lag = seconds(10);
  shop s(one_service(), options);
  const auto a = s.carry("replace", {{"version", "1.5.0"}});
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(at(s.look("replace").value, "/services/blue/version") == "1.5.0");
  for (const auto& v : s.cloud->serves()) CHECK(v.healthy == 3);
}

TEST_CASE("provider/ecs: one service is known to be over within two seconds") {
  shop s(one_service());
  for (int wait = 0; wait < 8; ++wait) {
    s.wait(seconds(60) + duration{311} * wait);
    auto q = s.make(verb::apply, "restart", {}, "restart " + std::to_string(wait));
    const auto first = s.ask(q);
    REQUIRE(first.kind == answer_kind::started);
    q.handle = first.value;
    q.what = verb::settle;
    std::optional<time_point> over;
    s.where->on_change = [&] {
      if (!over && !s.cloud->next_change()) over = s.time.now();
    };
    for (auto a = first; a.kind == answer_kind::started || a.kind == answer_kind::progress; a = s.ask(q))
      s.wait(a.look_again);
    s.where->on_change = nullptr;
    REQUIRE(over);
    CHECK(s.time.now() - *over <= seconds(2));
  }
}
