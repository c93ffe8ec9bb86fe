// Requests through the double's listeners, while the real provider releases behind them.
#include "aws_double/flow.hpp"

#include "aws_double/shops.hpp"
#include "base/members.hpp"
#include "world/aws/cloudwatch.hpp"

#include <shipflow/time.hpp>

#include <doctest/doctest.h>

using namespace tests;
using namespace shipflow;

namespace {

struct place_of_flow {
  aws_double cloud{with_versions(), 20};
  flow requests{cloud};
  place_of_flow() { put_up_shop(cloud); }

  /// Version -> answers, and "status N" -> answers that were not 200.
  std::map<std::string, int> ask(int times) {
    tiny_client people(requests.port(shop_listener));
    std::map<std::string, int> out;
    for (int i = 0; i < times; ++i) {
      const auto said = people.get("/");
      const auto body = parse_json(said.body);
      ++out[said.status == 200 && body ? std::string(body->at("version").as_string())
                                       : "status " + std::to_string(said.status)];
    }
    return out;
  }
  void weigh(int blue, int green) {
    cloud.with<cloud::elb>([&](auto& balancer, auto) {
      balancer.set_weights(shop_listener, {{group_of("blue"), blue}, {group_of("green"), green}});
    });
  }
  void launch_green(const std::string& image) {
    cloud.with<cloud::ecs>([&](auto& services, auto now) {
      const auto made = services.ask(
          "RegisterTaskDefinition",
          {{"family", "shop-green"},
           {"containerDefinitions", json::array{json::object{{"name", "api"}, {"image", image}}}}},
          now);
      REQUIRE(services
                  .ask("UpdateService",
                       {{"cluster", "production"},
                        {"service", "shop-green"},
                        {"desiredCount", 2},
                        {"taskDefinition", made->at("taskDefinition").at("taskDefinitionArn")}},
                       now)
                  .has_value());
    });
  }
  void until_green(int healthy) {
    for (bool done = false; !done;)
      cloud.with<cloud::ecs>([&](auto& services, auto) {
        done = services.healthy(*services.find("production", "shop-green")) == healthy;
      });
  }
  double counted(const std::string& metric, const std::string& group) {
    double sum = 0;
    cloud.with<cloud::cloudwatch>([&](auto& metrics, auto now) {
      json::array dimensions{json::object{{"Name", "LoadBalancer"}, {"Value", "app/shop/50dc"}}};
      if (!group.empty())
        dimensions.push_back(
            json::object{{"Name", "TargetGroup"}, {"Value", "targetgroup/" + group + "/73e2"}});
      const json::object stat{
          {"Metric",
           {{"Namespace", "AWS/ApplicationELB"}, {"MetricName", metric}, {"Dimensions", dimensions}}},
          {"Period", 3600},
          {"Stat", "Sum"}};
      const auto got =
          metrics.ask("GetMetricData",
                      {{"StartTime", cloud::seconds_of(now - std::chrono::minutes(59))},
                       {"EndTime", cloud::seconds_of(now + std::chrono::minutes(1))},
                       {"MetricDataQueries", json::array{json::object{{"Id", "a"}, {"MetricStat", stat}}}}},
                      now + std::chrono::seconds(1));  // what came in this moment counts
      for (const auto& v : got->at("MetricDataResults").at(0).at("Values").as_array())
        sum += v.template to_number<double>();
    });
    return sum;
  }
};

}  // namespace

TEST_CASE("the AWS double: a listener's weights split requests exactly, and CloudWatch has counted them") {
  place_of_flow p;
  CHECK(p.ask(30) == std::map<std::string, int>{{"1.4.0", 30}});
  p.launch_green("r.example.com/api:2.0.0");
  CHECK(p.ask(30) == std::map<std::string, int>{{"1.4.0", 30}});
  p.until_green(2);
  p.weigh(90, 10);
  CHECK(p.ask(100) == std::map<std::string, int>{{"1.4.0", 90}, {"2.0.0", 10}});
  p.weigh(0, 100);
  CHECK(p.ask(20) == std::map<std::string, int>{{"2.0.0", 20}});
  CHECK(p.counted("RequestCount", "") == 180);
  CHECK(p.counted("RequestCount", "green") == 30);
  CHECK(p.counted("HTTPCode_Target_2XX_Count", "blue") == 150);
  CHECK(p.counted("HTTPCode_Target_5XX_Count", "green") == 0);
  int total = 0;
  for (const auto& [definition, n] : p.requests.given()) total += n;
  CHECK(total == 180);
}

TEST_CASE(
    "the AWS double: broken versions answer 500, groups without tasks 503, and both are counted apart") {
  place_of_flow p;
  p.weigh(0, 100);
  CHECK(p.ask(4) == std::map<std::string, int>{{"status 503", 4}});
  CHECK(p.counted("HTTPCode_ELB_5XX_Count", "") == 4);
  p.launch_green("r.example.com/api:bad");
  p.until_green(2);
  CHECK(p.ask(6) == std::map<std::string, int>{{"status 500", 6}});
  CHECK(p.counted("HTTPCode_Target_5XX_Count", "green") == 6);
  CHECK(p.counted("RequestCount", "green") == 6);
}

TEST_CASE("the AWS double: where no target is healthy all get requests, which say that they are not ready") {
  place_of_flow p;
  p.launch_green("r.example.com/api:ill");
  p.weigh(0, 100);
  std::map<std::string, int> said;
  for (bool up = false; !up;)
    p.cloud.with<cloud::ecs>([&](auto& services, auto) {
      for (const auto& t : services.tasks())
        up = up || (t.service == "shop-green" && t.at == cloud::task::stage::running);
    });
  CHECK(p.ask(5) == std::map<std::string, int>{{"status 503", 5}});
  CHECK(p.counted("HTTPCode_Target_5XX_Count", "green") == 5);
}

TEST_CASE("the AWS double: rules go by priority, host and path, before the listener's own action") {
  place_of_flow p;
  p.cloud.with<cloud::elb>([](auto& balancer, auto now) {
    const auto fixed = [&](int priority, const char* field, const char* value, const char* status) {
      REQUIRE(balancer
                  .ask("CreateRule",
                       {{"ListenerArn", shop_listener},
                        {"Priority", priority},
                        {"Conditions",
                         json::array{json::object{{"Field", field}, {"Values", json::array{value}}}}},
                        {"Actions",
                         json::array{json::object{
                             {"Type", "fixed-response"},
                             {"FixedResponseConfig", {{"StatusCode", status}, {"MessageBody", "soon"}}}}}}},
                       now)
                  .has_value());
    };
    fixed(20, "path-pattern", "/a*", "503");
    fixed(10, "path-pattern", "/a/b?", "404");
    fixed(5, "host-header", "*.example.com", "410");
  });
  tiny_client people(p.requests.port(shop_listener));
  CHECK(people.get("/a/x").status == 503);
  CHECK(people.get("/a/x").body == "soon");
  CHECK(people.get("/a/bc").status == 404);
  CHECK(people.get("/b").status == 200);
  CHECK(people.get("/b", "shop.example.com").status == 410);
}
