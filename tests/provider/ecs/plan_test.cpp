// A plan with an engine, over HTTP to the double: a good version, and one that is never healthy.
#include "over_http.hpp"

#include <shipflow/shipflow.hpp>

using namespace tests;

namespace {

constexpr const char* plan_text = R"(
shipflow: 1
plan: shop
components: [api]
steps:
  - { id: api, blue_green: { component: api, bake: 100ms } }
rollback: { on_failure: now }
)";
constexpr const char* environments_text = R"(
shipflow: 1
environments:
  production:
    bind:
      api:
        provider: ecs
        cluster: production
        container: api
        instances: 3
        account: "123456789012"
        blue_green:
          by: service
          blue: shop-blue
          green: shop-green
          listener: arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc/f2f7
)";

/// The phase a release of that version ends in, and why.
std::string released(aws_double& d, const std::string& version) {
  diagnostics found;
  const auto document = read_plan(parse_document(plan_text, "plan.yaml", found), found);
  const auto where = read_environment(parse_document(environments_text, "environments.yaml", found),
                                      "production", {}, found);
  loop time;
  engine works(time, make_memory_store(), {});
  works.add(make_ecs_provider({.aws = place::with_keys(d.url()).options()})).value();
  release_info release;
  release.version = version;
  const auto compiled = compile(document, where, release, {}, works.offers(), found);
  if (found.has_errors()) return found.text();
  const auto run = works.start(compiled, {"user:me", {}, "", ""}).value();
  time.run_until([&] { return works.ended(run); });
  const auto state = works.look(run);
  return std::string(name_of(state->phase)) + " " + state->reason;
}

json::object picture(aws_double& d) {
  over_http s(d);
  auto all = s.look("shift").value.as_object();
  for (auto& one : all.at("services").as_object()) one.value().as_object().erase("deployment");
  return all;
}

}  // namespace

TEST_CASE(
    "provider/ecs over HTTP: a plan is released, and a version that is never healthy ends where it began") {
  aws_double d(with_versions(), 60);
  put_up_shop(d);
  const auto before = picture(d);
  const auto ill = released(d, "ill");
  CHECK_MESSAGE(ill.starts_with("rolled_back"), ill);
  CHECK(picture(d) == before);
  const auto good = released(d, "1.5.0");
  CHECK_MESSAGE(good.starts_with("released"), good);
  const auto after = picture(d);
  CHECK(after.at("live") == "green");
  CHECK(after.at("version") == "1.5.0");
  CHECK(at(after, "/weights/green") == 100);
  CHECK(at(after, "/services/blue/desired") == 0);
}
