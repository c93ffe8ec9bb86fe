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

bool is_tagged(const std::string& image, const std::string& word) {
  return image.ends_with(":" + word) || image.ends_with("-" + word);
}

}  // namespace

cloud::ecs_options with_versions() {
  cloud::ecs_options o;
  o.behaves = [](const std::string& image) {
    cloud::image_behaviour b;
    if (is_tagged(image, "ill")) b.ready.reset();
    if (is_tagged(image, "dies")) b.dies = duration{500};
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

void put_up_native_shop(aws_double& d) {
  d.with<cloud::ecs, cloud::elb>([](auto& services, auto& balancer, auto now) {
    balancer.install_rule(native_rule, {{group_of("shop"), 100}, {group_of("shop-next"), 0}});
    json::object rest = behind(group_of("shop"));
    auto& entry = rest.at("loadBalancers").as_array().front().as_object();
    entry["containerName"] = "api";
    entry["containerPort"] = 80;
    entry["advancedConfiguration"] = json::object{{"alternateTargetGroupArn", group_of("shop-next")},
                                                  {"productionListenerRule", native_rule},
                                                  {"roleArn", "arn:aws:iam::123456789012:role/ecs"}};
    auto& s = services.install("production", "shop", 3, definition("shop", "api", "r.example.com/api:1.4.0"),
                               std::move(rest), now);
    s.completed = s.definition;
  });
}

void put_up_shopflow(aws_double& d) {
  d.with<cloud::ecs, cloud::elb>([](auto& services, auto& balancer, auto now) {
    for (const std::string colour : {"blue", "green"})
      services.install("shopflow-production", "shopflow-api-" + colour, colour == "blue" ? 3 : 0,
                       definition("shopflow-api-" + colour, "api", "r.example.com/api:1.2.2"),
                       behind(group_of("shopflow-" + colour)), now);
    balancer.install(shopflow_listener, {{group_of("shopflow-blue"), 100}, {group_of("shopflow-green"), 0}});
  });
}

void put_up_sample(aws_double& d) {
  const std::string groups = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/frontend-";
  const std::map<std::string, std::string> group_for{{"blue", groups + "blue/73e2d6bc24d8a067"},
                                                     {"green", groups + "green/09966783158cda59"}};
  d.with<cloud::ecs, cloud::elb>([&](auto& services, auto& balancer, auto now) {
    for (const auto& [colour, group] : group_for) {
      const bool live = colour == "blue";
      services.install("production-" + colour, "frontend", live ? 3 : 0,
                       definition("frontend-" + colour, "frontend", "r.example.com/ecommerce-frontend:1.2.2"),
                       behind(group), now);
      auto alone = behind({});
      alone.erase("loadBalancers");
      services.install("production-" + colour, "backend", live ? 2 : 0,
                       definition("backend-" + colour, "backend", "r.example.com/ecommerce-backend:1.2.2"),
                       alone, now);
    }
    balancer.install(sample_listener, {{group_for.at("blue"), 100}, {group_for.at("green"), 0}});
  });
}

bool put_up(aws_double& d, const std::string& name) {
  static const std::map<std::string, void (*)(aws_double&)> shops{{"", [](aws_double&) {}},
                                                                  {"shop", put_up_shop},
                                                                  {"native-shop", put_up_native_shop},
                                                                  {"shopflow", put_up_shopflow},
                                                                  {"sample-ecommerce", put_up_sample}};
  const auto found = shops.find(name);
  if (found != shops.end()) found->second(d);
  return found != shops.end();
}

}  // namespace tests
