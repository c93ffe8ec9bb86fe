// ECS's own canary over HTTP, against the double.
#include "over_http.hpp"

using namespace tests;

namespace {

json::object canary() {
  auto target = one_service();
  target["native"] = json::object{{"strategy", "canary"}, {"percent", 10}};
  return target;
}

int share_of_next(aws_double& d) {
  int share = 0;
  d.with<cloud::elb>(
      [&](auto& balancer, auto) { share = balancer.weights(native_rule).at(group_of("shop-next")); });
  return share;
}

const json::object fresh{{"version", "1.5.0"}, {"colour", "next"}};

}  // namespace

TEST_CASE("provider/ecs native over HTTP: the stages answer the pauses, and the requests follow") {
  aws_double d(with_versions(), 60);
  put_up_native_shop(d);
  over_http s(d);
  s.target = canary();
  const auto launched = s.carry("launch", fresh);
  REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
  CHECK(share_of_next(d) == 0);
  const auto part = s.carry("shift", {{"weight", 10}}, "part");
  REQUIRE_MESSAGE(part.ended.kind == answer_kind::done, kind_and_problem(part.ended));
  CHECK(share_of_next(d) == 10);
  const auto all = s.carry("shift", {{"weight", 100}}, "all");
  REQUIRE_MESSAGE(all.ended.kind == answer_kind::done, kind_and_problem(all.ended));
  CHECK(share_of_next(d) == 100);
  const auto retired = s.carry("retire", {});
  REQUIRE_MESSAGE(retired.ended.kind == answer_kind::done, kind_and_problem(retired.ended));
  CHECK(d.count("ContinueServiceDeployment") == 3);
  CHECK(at(s.look("launch", fresh).value, "/version") == "1.5.0");
}

TEST_CASE(
    "provider/ecs native over HTTP: from its share a canary is taken back, whatever is lost on the way") {
  for (const auto wrong : {mishap::none, mishap::throttled, mishap::fails_after, mishap::drops_after}) {
    CAPTURE(static_cast<int>(wrong));
    aws_double d(with_versions(), 60);
    put_up_native_shop(d);
    over_http s(d);
    s.target = canary();
    const auto before = s.look("launch", fresh).value;
    const auto launched = s.carry("launch", fresh);
    REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
    d.on_call([wrong](const std::string& operation, int number) {
      const bool answers = operation == "ContinueServiceDeployment" || operation == "StopServiceDeployment";
      return answers && number == 1 ? wrong : mishap::none;
    });
    const auto seen = s.look("shift", {{"weight", 10}}).value;
    const auto shifted = s.insist("shift", {{"weight", 10}}, seen);
    REQUIRE_MESSAGE(shifted.kind == answer_kind::done, kind_and_problem(shifted));
    CHECK(share_of_next(d) == 10);
    CHECK(s.undo("shift", {{"weight", 10}}, seen).kind == answer_kind::done);
    CHECK(s.undo("launch", fresh, launched.before).kind == answer_kind::done);
    CHECK(share_of_next(d) == 0);
    CHECK(at(s.look("launch", fresh, launched.before).value, "/restores") == at(before, "/restores"));
  }
}
