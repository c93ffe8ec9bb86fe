// What a double has when it begins: shops by name.
#pragma once

#include "double.hpp"

namespace tests {

/// Images tagged `ill` never become healthy, those tagged `dies` end by themselves; so do 1.5.0-ill and 1.5.0-dies.
[[nodiscard]] shipflow::cloud::ecs_options with_versions();

/// ARN of a target group by its name.
[[nodiscard]] std::string group_of(const std::string& name);
inline constexpr const char* shop_listener =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7";

/// Services shop-blue and shop-green in cluster production, both with 1.4.0: blue has all requests, green no tasks.
void put_up_shop(aws_double& d);
/// Service shop in cluster production with 1.4.0, behind a rule whose weights ECS sets itself.
inline constexpr const char* native_rule =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc/f2f7/0d4c";
void put_up_native_shop(aws_double& d);
/// Production of examples/processes/shopflow: blue runs 1.2.2, green is empty.
inline constexpr const char* shopflow_listener =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shopflow-production/"
    "50dc6c495c0c9188/"
    "f2f7dc8efc522ab2";
void put_up_shopflow(aws_double& d);
/// Production of examples/processes/sample-ecommerce: two services in each of two clusters, blue runs 1.2.2.
inline constexpr const char* sample_listener =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/sample-ecommerce/50dc6c495c0c9188/"
    "f2f7dc8efc522ab2";
void put_up_sample(aws_double& d);
/// By name: "shop", "native-shop", "shopflow", "sample-ecommerce", or "" for none. false: there is no such shop.
[[nodiscard]] bool put_up(aws_double& d, const std::string& name);

/// From JSON: {"services": [{"cluster", "name", "desired", "definition": as RegisterTaskDefinition takes it, "rest": further
/// members of the service}], "listeners": {ARN: {target group's ARN: weight}}, "rules": {ARN: {...}}, "databases": [id],
/// "distributions": {id: origin path}}. All of it may be left out. What is wrong, or nothing; then nothing was put up.
[[nodiscard]] std::string put_up_state(aws_double& d, const shipflow::json::value& state);

}  // namespace tests
