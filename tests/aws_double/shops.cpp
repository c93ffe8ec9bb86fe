#include "shops.hpp"

namespace tests {
namespace {

using namespace shipflow;

json::object behind(const std::string& group) {
  return {{"loadBalancers", json::array{json::object{{"targetGroupArn", group}}}},
          {"deploymentConfiguration",
           {{"minimumHealthyPercent", 100},
            {"maximumPercent", 200},
            {"deploymentCircuitBreaker", {{"enable", true}, {"rollback", true}}}}}};
}

json::object definition(const std::string& family, const std::string& container, const std::string& image) {
  return {{"family", family},
          {"novel", json::array{1, nullptr}},
          {"containerDefinitions", json::array{json::object{{"name", container}, {"image", image}}}}};
}

}  // namespace

cloud::ecs_options with_versions() {
  cloud::ecs_options o;
  o.behaves = [](const std::string& image) {
    cloud::image_behaviour b;
    if (image.ends_with(":ill")) b.ready.reset();
    if (image.ends_with(":dies")) b.dies = duration{500};
    return b;
  };
  return o;
}

std::string group_of(const std::string& name) {
  return "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/" + name + "/73e2";
}

void put_up_shop(aws_double& d) {
  d.with<cloud::ecs, cloud::elb>([](auto& services, auto& balancer, auto now) {
    for (const std::string colour : {"blue", "green"})
      services.install("production", "shop-" + colour, colour == "blue" ? 3 : 0,
                       definition("shop-" + colour, "api", "r.example.com/api:1.4.0"),
                       behind(group_of(colour)), now);
    balancer.install(shop_listener, {{group_of("blue"), 100}, {group_of("green"), 0}});
  });
}

bool put_up(aws_double& d, const std::string& name) {
  if (name.empty()) return true;
  if (name != "shop") return false;
  put_up_shop(d);
  return true;
}

}  // namespace tests
