// The contract of providers, kept by the provider's code over its model; and a plan that waits for a backup.
#include "databases.hpp"

#include <shipflow/provider_suite.hpp>
#include <shipflow/shipflow.hpp>

using namespace tests;

TEST_CASE("provider/rds: keeps the contract of providers") {
  databases s(an_instance());
  std::optional<provider_report> report;
  std::vector<provider_trial> trials;
  for (const auto& [action, inputs] : std::vector<std::pair<std::string, json::object>>{
           {"snapshot", {}}, {"verify", {}}, {"backup", {}}, {"prune", {{"keep", 1}}}})
    trials.push_back({action, an_instance(), inputs, {}, std::chrono::minutes(5)});
  check_provider(s.time, s.cloud, std::move(trials), [&](provider_report r) { report = std::move(r); });
  s.time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  CHECK(report->kept.size() > 10);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
}

TEST_CASE(
    "provider/rds: a plan with a backup is rehearsed with every fault at every step, without a violation") {
  diagnostics found;
  const auto document = read_plan(parse_document(R"(
shipflow: 1
plan: shop
components: [backups]
steps:
  - { id: nightly, action: backups.backup }
  - { id: snapshot, needs: [nightly], action: backups.snapshot, timeout: 1h }
  - { id: verified, needs: [snapshot], action: backups.verify, with: { snapshot: "${steps.snapshot.snapshot}", max_age: 2h } }
  - { id: old, needs: [verified], action: backups.prune, with: { keep: 5 } }
rollback: { on_failure: now }
)",
                                                 "plan.yaml", found),
                                  found);
  const auto where = read_environment(parse_document(R"(
shipflow: 1
environments:
  production:
    bind:
      backups: { provider: rds, instance: shop-production }
)",
                                                     "environments.yaml", found),
                                      "production", {}, found);
  release_info release;
  release.version = "1.5.0";
  const auto real = make_rds_provider({});
  const auto compiled = compile(document, where, release, {}, *make_catalogue({real.get()}, {}, {}), found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  rehearsal_options options;
  options.make_world = [&](const std::shared_ptr<world>& w) {
    return make_recorded_world(compiled, recording{}, w).value();
  };
  const auto report = rehearse(compiled, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  CHECK(report->cells.size() > 50);
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, "  ", v.replay);
}
