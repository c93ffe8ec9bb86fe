// A double put up from JSON.
#include "aws_double/flow.hpp"
#include "aws_double/shops.hpp"
#include "world/aws/cloudfront.hpp"
#include "world/aws/rds.hpp"

#include <doctest/doctest.h>

using namespace tests;
using shipflow::parse_json;

TEST_CASE("the AWS double: is put up from a state in JSON") {
  aws_double d;
  const auto wrong = put_up_state(d, *parse_json(R"({
    "services": [{"cluster": "c", "name": "web", "desired": 2,
                  "definition": {"family": "web", "containerDefinitions": [{"name": "web", "image": "web:7"}]},
                  "rest": {"loadBalancers": [{"targetGroupArn": "arn:targetgroup/web/1"}]}}],
    "listeners": {"arn:x:listener/app/web/1/2": {"arn:targetgroup/web/1": 1}},
    "rules": {"arn:x:listener-rule/app/web/1/2/3": {"arn:targetgroup/web/1": 100}},
    "databases": ["shop"], "distributions": {"E2EXAMPLE1AB": "/1.0.0"}})"));
  CHECK(wrong.empty());
  flow requests(d);
  tiny_client line(requests.port("arn:x:listener/app/web/1/2"));
  CHECK(parse_json(line.get("/").body)->at("version") == "7");
  d.with<shipflow::cloud::elb>(
      [](auto& balancer, auto) { CHECK(balancer.weights("arn:x:listener-rule/app/web/1/2/3").size() == 1); });
  d.with<shipflow::cloud::rds, shipflow::cloud::cloudfront>([](auto& databases, auto& cdn, auto) {
    CHECK(databases.find("shop", false) != nullptr);
    REQUIRE(cdn.find("E2EXAMPLE1AB") != nullptr);
    CHECK(cdn.origin_path(*cdn.find("E2EXAMPLE1AB")) == "/1.0.0");
  });
}

TEST_CASE("the AWS double: a state that is none is refused with what is wrong, and nothing is put up") {
  aws_double d;
  CHECK(put_up_state(d, *parse_json("[]")) == "a state is a JSON object");
  CHECK(put_up_state(d, *parse_json(R"({"buckets": []})")).find("not buckets") != std::string::npos);
  CHECK(put_up_state(d, *parse_json(R"({"services": [{"name": "web"}]})")) == "a service needs `cluster`");
  CHECK(put_up_state(d, *parse_json(R"({"services": [{"cluster": "c", "name": "web"}]})")) ==
        "service web needs `definition` with a family");
  CHECK_FALSE(put_up(d, "no such shop"));
}
