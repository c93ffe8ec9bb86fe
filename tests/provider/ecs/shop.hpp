// A shop of one component in the world of the provider.
#pragma once

#include "provider/conversation.hpp"

#include <shipflow/providers/ecs_world.hpp>

namespace tests {

using namespace shipflow;

inline json::object two_services() {
  return parse_json(R"({"cluster": "production", "container": "api", "instances": 3, "blue_green": {
      "by": "service", "blue": "shop-blue", "green": "shop-green",
      "listener": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7"}})")
      ->as_object();
}
inline json::object one_service() {
  return {{"cluster", "production"}, {"service", "shop"}, {"container", "api"}, {"instances", 3}};
}

class shop final : public in_world {
 public:
  explicit shop(json::object bound, ecs_world_options options = {}, const std::string& version = "1.4.0")
      : cloud(make_ecs_world(where, std::move(options))) {
    target = std::move(bound);
    cloud->install("production", "api", target, version).value();
  }

  std::shared_ptr<ecs_world> cloud;

 private:
  provider& asked() override { return *cloud; }
};

}  // namespace tests
