// The contract of providers, kept by the provider's code over its model.
#include "shop.hpp"

#include <shipflow/provider_suite.hpp>

using namespace tests;

namespace {

void keeps_the_contract(const json::object& target,
                        const std::vector<std::pair<std::string, json::object>>& actions) {
  shop s(target);
  std::optional<provider_report> report;
  std::vector<provider_trial> trials;
  for (const auto& [action, inputs] : actions)
    trials.push_back({action, target, inputs, {}, std::chrono::minutes(5)});
  check_provider(s.time, s.cloud, std::move(trials), [&](provider_report r) { report = std::move(r); });
  s.time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  CHECK(report->kept.size() > 10);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
}

}  // namespace

TEST_CASE("provider/ecs: keeps the contract of providers, in place") {
  keeps_the_contract(one_service(), {{"replace", {{"version", "1.5.0"}}},
                                     {"scale", {{"instances", 4}}},
                                     {"run_task", {{"command", {"npm", "test"}}}}});
}

TEST_CASE("provider/ecs: keeps the contract of providers, blue-green") {
  keeps_the_contract(two_services(),
                     {{"launch", {{"version", "1.5.0"}}}, {"retire", {}}, {"maintenance", {{"on", true}}}});
}
