// A distribution in the world of the provider, and behind the double.
#pragma once

#include "aws/place.hpp"
#include "aws_double/double.hpp"
#include "provider/conversation.hpp"
#include "world/aws/cloudfront.hpp"

#include <shipflow/providers/cloudfront.hpp>
#include <shipflow/providers/cloudfront_world.hpp>

namespace tests {

inline json::object a_distribution() { return {{"distribution", "E2EXAMPLE1AB"}}; }

class site final : public in_world {
 public:
  explicit site(const cloudfront_world_options& options = {}) : cloud(make_cloudfront_world(where, options)) {
    target = a_distribution();
    cloud->install("production", "api", target, "/releases/1.4.0").value();
  }

  std::shared_ptr<cloudfront_world> cloud;

 private:
  provider& asked() override { return *cloud; }
};

inline void put_up_site(aws_double& d) {
  d.with<cloud::cloudfront>([](auto& model, auto) {
    auto& made = model.install("E2EXAMPLE1AB", "/releases/1.4.0");
    // What this version knows nothing of stays as it is.
    made.config["Novel"] = json::object{{"Quantity", "2"}, {"Items", {{"Thing", {"a", "b < c"}}}}};
  });
}

class over_http final : public in_earnest {
 public:
  explicit over_http(const aws_options& options) : in_earnest(make_cloudfront_provider({.aws = options})) {
    target = a_distribution();
  }
  explicit over_http(const aws_double& d) : over_http(place::with_keys(d.url()).options()) {}
};

}  // namespace tests
