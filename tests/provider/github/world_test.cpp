// The world model: the contract of providers, and a release that hands work over with every fault at every step.
#include "support/plans.hpp"

#include <shipflow/provider_suite.hpp>
#include <shipflow/providers/github_world.hpp>
#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

const json::object workflow{{"repository", "octo/shop"}, {"workflow", "deploy.yml"}, {"ref", "main"}};
const json::object event{
    {"repository", "octo/shop"}, {"event_type", "release"}, {"workflow", "on-release.yml"}};

plan_step& handed_over(shipflow_test::plan_builder& b, const std::string& id, const std::string& action,
                       const json::object& inputs, const std::vector<std::string>& needs) {
  auto& s = b.step(id, step_kind::action, needs);
  s.provider = "github";
  s.action = action;
  s.inputs = inputs;
  s.repeat = effect_class::creates;
  s.undo = reversibility::forward_only;
  s.call_timeout = std::chrono::minutes(2);
  s.timeout = std::chrono::minutes(30);
  return s;
}

}  // namespace

TEST_CASE("provider/github: its world model keeps the contract of providers") {
  virtual_time time(1);
  const auto hub = make_github_world(std::make_shared<world>(time), {});
  std::optional<provider_report> report;
  check_provider(
      time, hub,
      {{"workflow_dispatch", {}, workflow, {}, std::chrono::minutes(5)},
       {"repository_dispatch", {}, event, {}, std::chrono::minutes(5)},
       {"checks", {}, {{"repository", "octo/shop"}, {"ref", "main"}}, {}, std::chrono::minutes(5)},
       {"pull_request", {}, {{"repository", "octo/shop"}, {"number", 1}}, {}, std::chrono::minutes(5)}},
      [&](provider_report r) { report = std::move(r); });
  time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
  CHECK(report->kept.size() > 20);
}

TEST_CASE("provider/github: rehearsed with every fault at every step, nothing is ever dispatched twice") {
  shipflow_test::plan_builder b;
  b.set("api", "api", "2");
  handed_over(b, "build", "workflow_dispatch", workflow, {"api"});
  handed_over(b, "announce", "repository_dispatch", event, {"build"});
  b.set("web", "web", "2", {"announce"});
  rehearsal_options options;
  options.make_world = [](const std::shared_ptr<world>& w) {
    rehearsal_world out;
    out.models.push_back(make_github_world(w, {}));
    return out;
  };
  const auto r = rehearse(b.get(), options);
  if (!r) FAIL(r.error().text());
  for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, " ", v.replay);
  CHECK(r->undisturbed.outcome == rehearsed::released);
  CHECK(r->undisturbed.lasted > std::chrono::minutes(4));
  CHECK(r->cells.size() > 60);
  CHECK(r->restored > 10);
}
