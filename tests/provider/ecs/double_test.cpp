// The provider over HTTP, against the double.
#include "over_http.hpp"

using namespace tests;

namespace {

constexpr int speed = 60;

int revisions(aws_double& d, const std::string& family) {
  int n = 0;
  d.with<cloud::ecs>([&](auto& services, auto now) {
    const auto all = services.ask("ListTaskDefinitions", {{"familyPrefix", family}}, now);
    n = static_cast<int>(all.value().at("taskDefinitionArns").as_array().size());
  });
  return n;
}

std::size_t deployments(aws_double& d, const std::string& service) {
  std::size_t n = 0;
  d.with<cloud::ecs>([&](auto& services, auto) { n = services.find("production", service)->history.size(); });
  return n;
}

}  // namespace

TEST_CASE("provider/ecs over HTTP: a release behind a listener, and all the way back") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http s(d);
  const json::object version{{"version", "1.5.0"}};
  const auto launched = s.carry("launch", version);
  REQUIRE_MESSAGE(launched.ended.kind == answer_kind::done, kind_and_problem(launched.ended));
  const auto part = s.carry("shift", {{"weight", 10}}, "part");
  REQUIRE_MESSAGE(part.ended.kind == answer_kind::done, kind_and_problem(part.ended));
  const auto all = s.carry("shift", {{"weight", 100}}, "all");
  REQUIRE_MESSAGE(all.ended.kind == answer_kind::done, kind_and_problem(all.ended));
  const auto retired = s.carry("retire", {});
  REQUIRE_MESSAGE(retired.ended.kind == answer_kind::done, kind_and_problem(retired.ended));
  CHECK(at(s.look("shift").value, "/live") == "green");
  CHECK(s.undo("retire", {}, retired.before).kind == answer_kind::done);
  CHECK(s.undo("shift", {{"weight", 10}}, part.before).kind == answer_kind::done);
  CHECK(s.undo("launch", version, launched.before).kind == answer_kind::done);
  const auto after = s.look("launch", version, launched.before);
  CHECK(at(after.value, "/restores") == at(launched.before, "/restores"));
  CHECK(at(after.value, "/weights/blue") == 100);
  CHECK(revisions(d, "shop-green") == 2);
}

TEST_CASE("provider/ecs over HTTP: a version that is never healthy fails with its evidence") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http s(d);
  const auto a = s.carry("launch", {{"version", "ill"}});
  CHECK_MESSAGE(a.ended.kind == answer_kind::failed, kind_and_problem(a.ended));
  CHECK(at(a.ended.value, "/stopped_tasks/0/reason") == "Task failed ELB health checks");
  CHECK(s.undo("launch", {{"version", "ill"}}, a.before).kind == answer_kind::done);
  CHECK(at(s.look("shift").value, "/weights/green") == 0);
}

TEST_CASE("provider/ecs over HTTP: what goes wrong with a write makes nothing twice") {
  for (const auto how : {mishap::throttled, mishap::fails_before, mishap::fails_after, mishap::drops_after}) {
    for (const std::string operation :
         {"RegisterTaskDefinition", "UpdateService", "AddTags", "ModifyListener"}) {
      CAPTURE(operation);
      CAPTURE(static_cast<int>(how));
      aws_double d(with_versions(), speed);
      put_up_shop(d);
      // Every try of the first call of the client goes wrong, so that the provider hears of it.
      over_http s(d, [](aws_options& o) { o.attempts = 1; });
      d.on_call(
          [&](const std::string& name, int n) { return name == operation && n == 1 ? how : mishap::none; });
      const json::object inputs{{"version", "1.5.0"}};
      const auto launched = s.insist("launch", inputs, s.look("launch", inputs).value);
      REQUIRE_MESSAGE(launched.kind == answer_kind::done, kind_and_problem(launched));
      const auto shifted = s.insist("shift", {{"weight", 100}}, s.look("shift").value);
      REQUIRE_MESSAGE(shifted.kind == answer_kind::done, kind_and_problem(shifted));
      CHECK(at(s.look("shift").value, "/weights/green") == 100);
      CHECK(deployments(d, "shop-green") == 2);
    }
  }
}

TEST_CASE("provider/ecs over HTTP: answers that cannot be read are failures with the operation's name") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http s(d, [](aws_options& o) { o.attempts = 1; });
  for (const auto how : {mishap::truncated, mishap::malformed, mishap::oversized, mishap::entities})
    for (const std::string operation : {"DescribeServices", "DescribeListeners", "DescribeTags"}) {
      if (how == mishap::entities && operation == "DescribeServices") continue;
      CAPTURE(operation);
      CAPTURE(static_cast<int>(how));
      d.on_call([&](const std::string& name, int) { return name == operation ? how : mishap::none; });
      const auto seen = s.look("shift");
      if (how == mishap::entities) {
        // Entities are not replaced: what is left says nothing about weights, and nothing grows.
        CHECK(json::serialize(seen.value).size() < 4'000);
        continue;
      }
      CHECK(seen.kind == answer_kind::failed);
      CHECK(seen.problem.message.find(operation) != std::string::npos);
      CHECK(seen.problem.message.size() < 1'000);
    }
}

TEST_CASE("provider/ecs over HTTP: answers with wrong bytes are answered, whatever they seem to say") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http s(d, [](aws_options& o) { o.attempts = 1; });
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  d.seed(seed);
  d.on_call([](const std::string&, int) { return mishap::mangled; });
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    const auto seen = s.look(i % 2 == 0 ? "shift" : "maintenance");
    CHECK((seen.kind == answer_kind::done || seen.kind == answer_kind::failed));
    CHECK(seen.problem.message.size() < 2'000);
    refused += seen.kind == answer_kind::failed ? 1 : 0;
  }
  CHECK(refused > 50);
}

TEST_CASE("provider/ecs over HTTP: a throttling storm is said to be one, and may be tried again") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http s(d, [](aws_options& o) { o.attempts = 2; });
  d.on_call([](const std::string&, int) { return mishap::throttled; });
  const auto seen = s.look("shift");
  CHECK(seen.kind == answer_kind::failed);
  CHECK(seen.problem.code == errc::throttled);
  CHECK(seen.problem.retryable());
}

TEST_CASE("provider/ecs over HTTP: wrong keys, a wrong account and a wrong clock") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http wrong(d, [&](aws_options& o) {
    auto p = place::with_keys(d.url());
    p.variables["AWS_SECRET_ACCESS_KEY"] = "another";
    o = p.options();
  });
  const auto refused = wrong.look("shift");
  CHECK(refused.problem.code == errc::denied);
  CHECK(refused.problem.message.find("AWS_SECRET_ACCESS_KEY") != std::string::npos);

  over_http late(d, [](aws_options& o) {
    o.now = [] {
      return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) - std::chrono::hours(3);
    };
  });
  CHECK(late.look("shift").kind == answer_kind::done);

  over_http elsewhere(d);
  elsewhere.target["account"] = "999999999999";
  const auto stopped = elsewhere.carry("launch", {{"version", "1.5.0"}});
  CHECK(stopped.ended.problem.code == errc::denied);
  CHECK(stopped.ended.problem.message.find("123456789012") != std::string::npos);
  CHECK(d.count("RegisterTaskDefinition") + d.count("UpdateService") == 0);
  elsewhere.target["account"] = "123456789012";
  CHECK(elsewhere.carry("launch", {{"version", "1.5.0"}}).ended.kind == answer_kind::done);
}

TEST_CASE("provider/ecs over HTTP: a service, a rule or a revision that is gone meanwhile is named") {
  aws_double d(with_versions(), speed);
  put_up_shop(d);
  over_http s(d);
  const json::object inputs{{"version", "1.5.0"}};
  const auto launched = s.carry("launch", inputs);
  REQUIRE(launched.ended.kind == answer_kind::done);
  d.with<cloud::ecs>([](auto& services, auto now) {
    REQUIRE(services.ask("DeregisterTaskDefinition", {{"taskDefinition", "shop-green:1"}}, now).has_value());
  });
  const auto ready = s.ready("launch", inputs, launched.before);
  CHECK(ready.kind == answer_kind::failed);
  CHECK(ready.problem.message.find("shop-green:1 is INACTIVE") != std::string::npos);
  CHECK(s.undo("launch", inputs, launched.before).kind == answer_kind::failed);

  s.target["blue_green"].as_object()["green"] = "nowhere";
  const auto gone = s.look("shift");
  CHECK(gone.problem.code == errc::not_found);
  CHECK(gone.problem.message.find("no service nowhere in cluster production") != std::string::npos);
  s.target = two_services();
  s.target["blue_green"].as_object()["listener"] =
      "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/none";
  CHECK(s.look("shift").problem.code == errc::not_found);
}
