// The contract of providers, over the model; and a plan that is rehearsed with every fault.
#include <shipflow/shipflow.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

json::object target() { return {{"bucket", "shop-frontend"}, {"directory", "dist"}}; }

constexpr const char* plan_text = R"(
shipflow: 1
plan: frontend
components: [web]
steps:
  - id: site
    action: web.publish
    with: { version: "${release.version}" }
  - id: right
    needs: [site]
    action: web.verify
    with: { version: "${release.version}" }
  - id: say
    needs: [right]
    wait: 10m
)";

constexpr const char* environments_text = R"(
shipflow: 1
environments:
  production:
    bind:
      web: { provider: site, bucket: shop-frontend, directory: dist }
)";

}  // namespace

TEST_CASE("provider/site: keeps the contract of providers") {
  for (const std::string before : {"", "1.4.0"}) {
    virtual_time time(7);
    const auto w = std::make_shared<world>(time);
    const auto site = make_site_world(w, {});
    REQUIRE(site->install("production", "web", target(), before).has_value());
    std::optional<provider_report> report;
    std::vector<provider_trial> trials{
        {"publish", target(), {{"version", "1.5.0"}}, {}, std::chrono::minutes(5)},
        {"replace", target(), {{"version", "1.6.0"}}, {}, std::chrono::minutes(5)}};
    if (!before.empty()) {
      trials.push_back({"verify", target(), {}, {}, std::chrono::minutes(5)});
      trials.push_back({"prune", target(), {}, {}, std::chrono::minutes(5)});
    }
    check_provider(time, site, std::move(trials), [&](provider_report r) { report = std::move(r); });
    time.run_until([&] { return report.has_value(); });
    REQUIRE(report);
    CHECK(report->kept.size() > 10);
    for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
  }
}

TEST_CASE("provider/site: a plan that publishes is rehearsed with every fault, and nothing is violated") {
  diagnostics found;
  const auto plan = read_plan(parse_document(plan_text, "plan.yaml", found), found);
  const auto here = read_environment(parse_document(environments_text, "environments.yaml", found),
                                     "production", {}, found);
  release_info release;
  release.version = "1.5.0";
  virtual_time offering(1);
  const auto offers_of = make_site_world(std::make_shared<world>(offering), {});
  loop events;
  engine e(events, make_memory_store(), {});
  REQUIRE(e.add(offers_of).has_value());
  const auto compiled = compile(plan, here, release, {}, e.offers(), found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  rehearsal_options options;
  options.make_world = [&](const std::shared_ptr<world>& w) {
    auto site = make_site_world(w, {});
    REQUIRE(site->install("production", "web", compiled.steps.front().target, "1.4.0").has_value());
    rehearsal_world out;
    out.models.push_back(site);
    return out;
  };
  const auto report = rehearse(compiled, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().text());
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
  CHECK(report->cells.size() > 20);
}
