// What a double has when it begins: shops by name.
#pragma once

#include "double.hpp"

namespace tests {

/// Images tagged `ill` never become healthy; those tagged `dies` end by themselves.
[[nodiscard]] shipflow::cloud::ecs_options with_versions();

/// ARN of a target group by its name.
[[nodiscard]] std::string group_of(const std::string& name);
inline constexpr const char* shop_listener =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7";

/// Services shop-blue and shop-green in cluster production, both with 1.4.0: blue has all requests, green no tasks.
void put_up_shop(aws_double& d);
/// By name: "shop", or "" for none. false: there is no such shop.
[[nodiscard]] bool put_up(aws_double& d, const std::string& name);

}  // namespace tests
