// What is gathered when a service does not come up.
#include "over_http.hpp"
#include "world/aws/logs.hpp"

using namespace tests;

namespace {

ecs_world_options talkative() {
  ecs_world_options options;
  auto& ill = options.versions["1.6.0"];
  ill.ready.reset();
  ill.dies = std::chrono::seconds(3);
  for (int i = 1; i <= 30; ++i) ill.says.push_back("line " + std::to_string(i));
  return options;
}

/// The green service's containers write to CloudWatch Logs from now on.
void write_logs(aws_double& d) {
  d.with<shipflow::cloud::ecs>([](auto& services, auto now) {
    const auto seen = services.ask("DescribeTaskDefinition", {{"taskDefinition", "shop-green"}}, now).value();
    json::object again{{"family", "shop-green"},
                       {"containerDefinitions", seen.at("taskDefinition").at("containerDefinitions")}};
    again["containerDefinitions"].as_array()[0].as_object()["logConfiguration"] =
        json::object{{"logDriver", "awslogs"},
                     {"options",
                      {{"awslogs-group", "/ecs/shop"},
                       {"awslogs-region", "eu-west-1"},
                       {"awslogs-stream-prefix", "ecs"}}}};
    const auto made = services.ask("RegisterTaskDefinition", again, now).value();
    REQUIRE(services
                .ask("UpdateService",
                     {{"cluster", "production"},
                      {"service", "shop-green"},
                      {"taskDefinition", made.at("taskDefinition").at("taskDefinitionArn")}},
                     now)
                .has_value());
  });
}

}  // namespace

TEST_CASE("provider/ecs: a failed release shows events, why tasks stopped, exit codes and their last lines") {
  shop s(one_service(), talkative());
  const auto a = s.carry("replace", {{"version", "1.6.0"}});
  REQUIRE(a.ended.kind == answer_kind::failed);
  CHECK(at(a.ended.value, "/events").as_array().size() > 2);
  CHECK(at(a.ended.value, "/stopped_tasks/0/stop_code") == "EssentialContainerExited");
  CHECK(at(a.ended.value, "/stopped_tasks/0/containers/0/exitCode") == 1);
  const auto lines = at(a.ended.value, "/stopped_tasks/0/containers/0/last_lines").as_array();
  REQUIRE(lines.size() == 20);
  CHECK(lines.front() == "line 11");
  CHECK(lines.back() == "line 30");
  // The same is there for whoever asks later.
  const auto later = s.ask(s.make(verb::diagnose, "replace", {}));
  REQUIRE(later.kind == answer_kind::done);
  CHECK(at(later.value, "/blue/stopped_tasks/0/containers/0/last_lines/19") == "line 30");
}

TEST_CASE(
    "provider/ecs over HTTP: logs are read where the definition says, and a missing permission is one line") {
  auto options = with_versions();
  options.behaves = [usual = options.behaves](const std::string& image) {
    auto b = usual(image);
    if (image.ends_with(":dies")) b.ready.reset();
    b.says = {"no database"};
    return b;
  };
  for (const bool denied : {false, true}) {
    aws_double d(options, 60);
    put_up_shop(d);
    write_logs(d);
    d.with<shipflow::cloud::logs>([&](auto& logs, auto) { logs.denied = denied; });
    over_http s(d);
    s.wait(std::chrono::seconds(20));
    const auto a = s.carry("launch", {{"version", "dies"}});
    REQUIRE_MESSAGE(a.ended.kind == answer_kind::failed, kind_and_problem(a.ended));
    const auto lines = at(a.ended.value, "/stopped_tasks/0/containers/0/last_lines");
    REQUIRE_MESSAGE(lines.is_array(), json::serialize(a.ended.value));
    REQUIRE(lines.as_array().size() == 1);
    if (!denied) CHECK(lines.as_array().front() == "no database");
    if (denied) {
      CHECK(lines.as_array().front().as_string().find("log not read: ") == 0);
      CHECK(lines.as_array().front().as_string().find("AccessDenied") != std::string::npos);
      CHECK(lines.as_array().front().as_string().find('\n') == std::string::npos);
      // Nobody asks again where one call was refused.
      const auto calls = d.calls();
      CHECK(std::count(calls.begin(), calls.end(), "GetLogEvents:AccessDeniedException") == 1);
    }
  }
}
