// Bindings, and the pure parts: new revisions, weights, verdicts.
#include "provider/ecs/actions.hpp"

#include <shipflow/providers/ecs.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

json::object parsed(const char* text) { return parse_json(text)->as_object(); }

std::string wrong(const char* text) {
  const auto b = ecs::read_binding(parsed(text));
  return b ? std::string("good") : b.error().message;
}

const std::string listener = "arn:aws:elasticloadbalancing:eu-central-1:1:listener/app/x/1/2";

}  // namespace

TEST_CASE("provider/ecs: a binding that cannot work is refused with the member's name") {
  CHECK(wrong(R"({"cluster": "c", "service": "s"})") == "good");
  CHECK(wrong(R"({"service": "s"})").find("cluster is missing") != std::string::npos);
  CHECK(wrong(R"({"cluster": "c"})").find("service is missing") != std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "service": "s", "servise": 1})").find("servise is not known") !=
        std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "service": "s", "account": 12})").find("12 digits") != std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "service": "s", "enough": 0})").find("enough must be") !=
        std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "blue_green": 1})").find("must be a mapping") != std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "blue_green": {"by": "colour"}})").find("cluster or service") !=
        std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "blue_green": {"by": "cluster", "blue": "a", "green": "b"}})")
            .find("needs `service`") != std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "blue_green": {"by": "service", "blue": "a"}})").find("green is missing") !=
        std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "blue_green": {"by": "service", "blue": "a", "green": "a"}})")
            .find("are the same") != std::string::npos);
  CHECK(
      wrong(
          R"({"cluster": "c", "blue_green": {"by": "service", "blue": "a", "green": "b", "listener": "l"}})")
          .find("ARN of a listener") != std::string::npos);
}

TEST_CASE("provider/ecs: what `native` cannot mean is refused with the member's name") {
  const auto with = [](const char* native) {
    return wrong((std::string(R"({"cluster": "c", "service": "s", "native": )") + native + "}").c_str());
  };
  CHECK(with(R"({"strategy": "canary", "percent": 5, "pause_minutes": 60})") == "good");
  CHECK(with(R"({"strategy": "blue_green"})") == "good");
  CHECK(with("1").find("must be a mapping") != std::string::npos);
  CHECK(with("{}").find("blue_green, linear or canary") != std::string::npos);
  CHECK(with(R"({"strategy": "linear", "percent": 2})").find("from 3 to 99") != std::string::npos);
  CHECK(with(R"({"strategy": "canary", "percent": 100})").find("from 1 to 99") != std::string::npos);
  CHECK(with(R"({"strategy": "blue_green", "percent": 10})").find("has no percent") != std::string::npos);
  CHECK(with(R"({"strategy": "canary", "pause_minutes": 0})").find("pause_minutes") != std::string::npos);
  CHECK(with(R"({"strategy": "canary", "steps": 3})").find("steps is not known") != std::string::npos);
  CHECK(wrong(R"({"cluster": "c", "native": {"strategy": "canary"}, "blue_green": {"by": "service"}})")
            .find("does not stand beside blue_green") != std::string::npos);
}

TEST_CASE("provider/ecs: what a binding cannot carry is not offered") {
  const auto p = make_ecs_provider({});
  const auto names = [&](const json::object& target) {
    std::string out;
    const auto offered = p->actions_of(target).value();
    for (const auto& a : offered) out += a.name + " ";
    return out;
  };
  CHECK(names(parsed(R"({"cluster": "c", "service": "s"})")) == "replace scale restart run_task ");
  CHECK(names(parsed(R"({"cluster": "c", "blue_green": {"by": "service", "blue": "a", "green": "b"}})")) ==
        "launch retire replace scale restart run_task ");
  CHECK(names(parsed(R"({"cluster": "c", "service": "s", "native": {"strategy": "canary"}})")) ==
        "launch shift retire scale run_task ");
}

TEST_CASE("provider/ecs: a new revision is the old one with another image, whatever else is in it") {
  const auto described = parsed(R"({"taskDefinition": {"family": "f", "revision": 7, "status": "ACTIVE",
      "taskDefinitionArn": "arn:x", "registeredAt": 1.5, "registeredBy": "me", "requiresAttributes": [{"name": "a"}],
      "compatibilities": ["EC2"], "novelMember": {"deep": [1, null, ""]},
      "containerDefinitions": [{"name": "side", "image": "s:1"}, {"name": "api", "image": "r/api:1", "environment":
      [{"name": "EMPTY", "value": ""}]}]}, "tags": [{"key": "team", "value": "shop"}]})");
  const auto made = ecs::with_image(described, "api", "r/api@sha256:abc");
  CHECK(json::value(made) ==
        *parse_json(R"({"family": "f", "novelMember": {"deep": [1, null, ""]}, "containerDefinitions": [
            {"name": "side", "image": "s:1"}, {"name": "api", "image": "r/api@sha256:abc", "environment":
            [{"name": "EMPTY", "value": ""}]}], "tags": [{"key": "team", "value": "shop"}]})"));
}

TEST_CASE("provider/ecs: the image of a version keeps its repository, with a port in its name too") {
  CHECK(ecs::image_for("localhost:5000/shop/api:1.4.0", "1.5.0") == "localhost:5000/shop/api:1.5.0");
  CHECK(ecs::image_for("shop/api@sha256:abc", "1.5.0") == "shop/api:1.5.0");
  CHECK(ecs::image_for("api", "1.5.0") == "api:1.5.0");
  CHECK(ecs::version_of("localhost:5000/api") == "");
}

TEST_CASE("provider/ecs: only the forward is changed, zero is spelt out, secrets are asked to stay") {
  const auto actions = parse_json(R"([{"Type": "authenticate-oidc", "Order": "1", "AuthenticateOidcConfig":
      {"ClientId": "c"}}, {"Type": "forward", "Order": "2", "TargetGroupArn": "blue", "ForwardConfig":
      {"TargetGroups": [{"TargetGroupArn": "blue", "Weight": "1"}], "TargetGroupStickinessConfig":
      {"Enabled": "true", "DurationSeconds": "60"}}}])")
                           ->as_array();
  const auto made = ecs::with_weights(actions, {{"blue", "green"}}, {{0, 100}});
  REQUIRE(made);
  CHECK(
      json::value(*made) ==
      *parse_json(R"([{"Type": "authenticate-oidc", "Order": "1", "AuthenticateOidcConfig": {"ClientId": "c",
            "UseExistingClientSecret": true}}, {"Type": "forward", "Order": "2", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": "blue", "Weight": 0}, {"TargetGroupArn": "green", "Weight": 100}],
            "TargetGroupStickinessConfig": {"Enabled": "true", "DurationSeconds": "60"}}}])"));
  CHECK_FALSE(ecs::with_weights({json::object{{"Type", "redirect"}}}, {{"b", "g"}}, {{0, 100}}));
}

TEST_CASE("provider/ecs: what was noted at the listener is read back, and what others wrote is not") {
  const ecs::note n{"0123456789abcdef", "fedcba9876543210", {{10, 90}}, {{100, 0}}};
  const auto back = ecs::note_from(ecs::to_text(n));
  REQUIRE(back);
  CHECK(back->run == n.run);
  CHECK(back->effect == n.effect);
  CHECK(back->set == n.set);
  CHECK(back->was == n.was);
  for (const char* bad : {"", "run=", "run=1:set=10:was=1/2", "run=1:effect=2:set=10/x:was=1/2", "hello"})
    CHECK_FALSE(ecs::note_from(bad));
}

TEST_CASE("provider/ecs: a deployment is judged by its id") {
  ecs::rollout r;
  r.cluster = "c";
  r.service = "s";
  r.deployment = "ecs-svc/2";
  r.desired = 2;
  r.begun = from_ms(1'000'000);
  const auto judged = [&](const char* text, std::int64_t ms_later = 1'000) {
    const auto v = ecs::judge(r, parsed(text), 0, r.begun + duration{ms_later});
    return std::to_string(static_cast<int>(v.is)) + " " + v.text;
  };
  const char* mine = R"({"desiredCount": 2, "deployments": [{"id": "ecs-svc/2", "status": "PRIMARY",
      "rolloutState": "COMPLETED", "runningCount": 2, "pendingCount": 0}]})";
  CHECK(judged(mine) == "1 2 of 2 tasks run");
  const char* theirs =
      R"({"desiredCount": 2, "runningCount": 2, "deployments": [{"id": "ecs-svc/3", "status": "PRIMARY",
      "rolloutState": "COMPLETED", "taskDefinition": "td:1", "runningCount": 2}]})";
  CHECK(judged(theirs) == "0 deployment ecs-svc/2 is not to be seen yet");
  CHECK(judged(theirs, 60'000) == "2 deployment ecs-svc/2 was replaced by ecs-svc/3 with td:1");
  const char* two =
      R"({"desiredCount": 2, "deployments": [{"id": "ecs-svc/2", "status": "PRIMARY", "rolloutState":
      "IN_PROGRESS", "runningCount": 2, "pendingCount": 0, "failedTasks": 1}, {"id": "ecs-svc/1", "status": "ACTIVE"}]})";
  CHECK(judged(two) == "0 2 of 2 tasks run, 1 failed, old ones are being ended");
  const char* failing =
      R"({"desiredCount": 2, "deployments": [{"id": "ecs-svc/2", "status": "PRIMARY", "rolloutState":
      "IN_PROGRESS", "failedTasks": 3}]})";
  CHECK(judged(failing) == "2 3 tasks of deployment ecs-svc/2 failed");
  const char* back =
      R"({"desiredCount": 2, "deployments": [{"id": "ecs-svc/3", "status": "PRIMARY"}, {"id": "ecs-svc/2",
      "status": "ACTIVE", "rolloutState": "FAILED", "rolloutStateReason": "circuit breaker"}]})";
  CHECK(judged(back) == "2 deployment ecs-svc/2 failed and was rolled back: circuit breaker");
  CHECK(judged("{}", 60'000).starts_with("2 "));
}

TEST_CASE("provider/ecs: service deployments that turned back have failed, pause hooks are named") {
  const auto word = [](const char* text) {
    const auto v = ecs::judge_service_deployment(parsed(text));
    return std::to_string(static_cast<int>(v.is)) + " " + v.text;
  };
  CHECK(word(R"({"status": "SUCCESSFUL"})") == "1 service deployment is SUCCESSFUL");
  CHECK(word(R"({"status": "ROLLBACK_SUCCESSFUL", "statusReason": "why", "deploymentCircuitBreaker":
      {"status": "TRIGGERED", "failureCount": 3}})") ==
        "2 service deployment is ROLLBACK_SUCCESSFUL: why, circuit breaker after 3 failed tasks");
  CHECK(word(R"({"status": "IN_PROGRESS", "lifecycleStage": "BAKE_TIME", "lifecycleHookDetails":
      [{"status": "AWAITING_ACTION"}]})") ==
        "0 service deployment is IN_PROGRESS at BAKE_TIME, a pause hook waits for ContinueServiceDeployment");
}
