// A database in the world of the provider.
#pragma once

#include "provider/conversation.hpp"

#include <shipflow/providers/rds_world.hpp>

namespace tests {

inline json::object an_instance() { return {{"instance", "shop-production"}}; }
inline json::object a_cluster() { return {{"cluster", "shop-aurora"}}; }

class databases final : public in_world {
 public:
  explicit databases(json::object bound, rds_world_options options = {})
      : cloud(make_rds_world(where, options)) {
    target = std::move(bound);
    cloud->install("production", "api", target).value();
  }

  std::shared_ptr<rds_world> cloud;

 private:
  provider& asked() override { return *cloud; }
};

}  // namespace tests
