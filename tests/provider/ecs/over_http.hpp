// The real provider against the double: two services behind a listener, and calls as an engine makes them.
#pragma once

#include "aws/place.hpp"
#include "aws_double/shops.hpp"
#include "shop.hpp"

#include <shipflow/providers/ecs.hpp>

namespace tests {

class over_http final : public in_earnest {
 public:
  explicit over_http(aws_double& d, const std::function<void(aws_options&)>& change = {})
      : over_http(changed(place::with_keys(d.url()).options(), change)) {}
  explicit over_http(const aws_options& options) : in_earnest(make_ecs_provider({.aws = options})) {
    target = two_services();
  }

 private:
  static aws_options changed(aws_options options, const std::function<void(aws_options&)>& change) {
    if (change) change(options);
    return options;
  }
};

}  // namespace tests
