// A canary that ECS shifts itself: the plan's stages answer its pauses, with a fault at every step.
#include <shipflow/providers/ecs.hpp>
#include <shipflow/recording.hpp>
#include <shipflow/rehearsal.hpp>
#include <shipflow/shipflow.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

constexpr const char* plan_text = R"(
shipflow: 1
plan: shop
components: [web]
steps:
  - id: web
    canary: { component: web, weights: [10, 50], bake: 5m }
rollback: { on_failure: now }
)";
constexpr const char* environments_text = R"(
shipflow: 1
environments:
  production:
    bind:
      web:
        provider: ecs
        cluster: production
        service: web
        native: { strategy: STRATEGY }
)";

plan compiled(const std::string& strategy, const std::string& weights) {
  diagnostics found;
  std::string plan = plan_text;
  plan.replace(plan.find("[10, 50]"), 8, weights);
  std::string environments = environments_text;
  environments.replace(environments.find("STRATEGY"), 8, strategy);
  const auto document = read_plan(parse_document(plan, "plan.yaml", found), found);
  const auto where =
      read_environment(parse_document(environments, "environments.yaml", found), "production", {}, found);
  release_info release;
  release.version = "1.5.0";
  const auto ecs = make_ecs_provider({});
  const auto offers = make_catalogue({ecs.get()}, {}, {});
  auto out = compile(document, where, release, {}, *offers, found);
  if (found.has_errors()) throw std::runtime_error(found.text());
  return out;
}

void leads_back(const plan& p) {
  rehearsal_options options;
  options.compare_every = 50;
  recording before;
  before.behaviour.before = "1.4.0";
  options.make_world = [&](const std::shared_ptr<world>& where) {
    return make_recorded_world(p, before, where).value();
  };
  const auto r = rehearse(p, options);
  if (!r) FAIL(r.error().text());
  for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, "\n  ", v.replay);
  CHECK(r->cells.size() > 50);
  CHECK(r->point_of_no_return.empty());
}

}  // namespace

TEST_CASE("rehearsal/ecs: a canary of ECS itself leads back from every fault at every step") {
  leads_back(compiled("canary, percent: 10", "[10]"));
}

TEST_CASE("rehearsal/ecs: linear steps of ECS itself lead back from every fault at every step") {
  leads_back(compiled("linear, percent: 25", "[25, 50]"));
}
