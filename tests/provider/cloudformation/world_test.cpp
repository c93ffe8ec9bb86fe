// The provider's own code over the model of CloudFormation; and the contract of providers.
#include "some_stacks.hpp"

#include <shipflow/provider_suite.hpp>
#include <shipflow/shipflow.hpp>

using namespace tests;

TEST_CASE(
    "provider/cloudformation: an assembly's stacks are changed in order, and go back to what they were") {
  stacks_in_memory s;
  const auto a = s.carry("deploy_assembly", the_assembly());
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(at(a.ended.value, "/changed") == json::value{"network", "service", "fresh"});
  CHECK(at(a.ended.value, "/outputs/network/Url") == "https://network");
  CHECK(s.stack("service") == "service 2");
  CHECK(s.stack("fresh") == "fresh 1");
  CHECK(s.ready("deploy_assembly", the_assembly(), a.before).kind == answer_kind::done);
  const auto back = s.undo("deploy_assembly", the_assembly(), a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(s.stack("network") == json::value(network_before()));
  CHECK(s.stack("service") == "service 1");
  CHECK(s.stack("fresh").is_null());
  CHECK(at(s.look("deploy_assembly", the_assembly()).value, "/restores") == at(a.before, "/restores"));
}

TEST_CASE("provider/cloudformation: a stack without changes is done without one") {
  stacks_in_memory s;
  const auto a = s.carry("deploy", deploys("network", "same.yaml")).ended;
  REQUIRE_MESSAGE(a.kind == answer_kind::done, kind_and_problem(a));
  CHECK(at(a.value, "/changed").as_array().empty());
  CHECK(s.where->effects().empty());
}

TEST_CASE("provider/cloudformation: after a crash between any two calls the same change set is found again") {
  stacks_in_memory s;
  auto q = s.make(verb::apply, "deploy_assembly", the_assembly());
  q.baseline = s.look("deploy_assembly", the_assembly()).value;
  auto r = q;
  r.what = verb::resolve;
  CHECK(s.ask(r).kind == answer_kind::not_applied);
  for (int i = 0; i < 6; ++i) {
    const auto again = s.ask(q);
    REQUIRE_MESSAGE(again.kind == answer_kind::started, kind_and_problem(again));
    CHECK(s.ask(r).kind == answer_kind::started);
    s.wait(std::chrono::seconds(40));
  }
  const auto end = s.finish(q, s.ask(r));
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  for (const auto& [key, effect] : s.where->effects()) CHECK_MESSAGE(effect.times == 1, key);
  CHECK(s.where->effects().size() == 3);  // one execution of each stack
}

TEST_CASE("provider/cloudformation: what breaks half way is failed with its first cause, and undone") {
  stacks_in_memory s;
  const auto inputs = deploys("network", "network.yaml");
  auto q = s.make(verb::apply, "deploy", inputs);
  q.baseline = s.look("deploy", inputs).value;
  const auto begun = s.ask(q);
  auto settle = q;
  settle.what = verb::settle;
  settle.handle = begun.value;
  s.wait(std::chrono::seconds(10));
  REQUIRE(s.ask(settle).kind == answer_kind::progress);  // the change set is executed now
  REQUIRE(s.cloud->disturb(disturbance::fail_half_way, q));
  const auto end = s.finish(q, begun);
  CHECK(end.kind == answer_kind::failed);
  CHECK(end.problem.message.find(
            "Service (AWS::ECS::Service): Resource handler returned message: it broke") != std::string::npos);
  const auto back = s.undo("deploy", inputs, q.baseline);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(s.stack("network") == json::value(network_before()));
}

TEST_CASE(
    "provider/cloudformation: wrong bindings, inputs and templates are refused before anything is changed") {
  stacks_in_memory s;
  for (const auto& wrong : {json::object{{"x", 1}}, json::object{{"capabilities", "ALL"}},
                            json::object{{"capabilities", {"ALL"}}}, json::object{{"role", "deploy"}}})
    CHECK(s.cloud->actions_of(wrong).error().code == errc::invalid_argument);
  for (const auto& wrong : {json::object{}, deploys("a b", "network.yaml"), deploys("network", ""),
                            deploys("network", "large.yaml"), deploys("network", "empty.yaml")})
    CHECK(s.carry("deploy", wrong).ended.problem.code == errc::invalid_argument);
  CHECK(s.carry("deploy", deploys("network", "none.yaml")).ended.problem.code == errc::not_found);
  CHECK(s.carry("deploy_assembly", {}).ended.problem.code == errc::invalid_argument);
  CHECK(s.carry("deploy_assembly", {{"assembly", "nowhere"}}).ended.problem.code == errc::not_found);
  CHECK(s.where->effects().empty());
}

TEST_CASE("provider/cloudformation: keeps the contract of providers") {
  stacks_in_memory s;
  std::optional<provider_report> report;
  check_provider(s.time, s.cloud,
                 {{"deploy", s.target, deploys("network", "network.yaml"), {}, std::chrono::minutes(5)},
                  {"deploy", s.target, deploys("fresh", "service.yaml"), {}, std::chrono::minutes(5)},
                  {"deploy_assembly", s.target, the_assembly(), {}, std::chrono::minutes(5)}},
                 [&](provider_report r) { report = std::move(r); });
  s.time.run_until([&] { return report.has_value(); });
  REQUIRE(report);
  CHECK(report->kept.size() > 10);
  for (const auto& b : report->broken) FAIL_CHECK(b.rule, " ", b.action, ": ", b.what);
}

TEST_CASE("provider/cloudformation: a plan with stacks is rehearsed with every fault, without a violation") {
  diagnostics found;
  const auto document = read_plan(parse_document(R"(
shipflow: 1
plan: shop
components: [infrastructure]
steps:
  - { id: network, action: infrastructure.deploy, with: { stack: network, template: network.yaml } }
  - { id: service, needs: [network], action: infrastructure.deploy, with: { stack: service, template: service.yaml } }
  - { id: smoke, needs: [service], command: [npm, test] }
rollback: { on_failure: now }
)",
                                                 "plan.yaml", found),
                                  found);
  const auto where = read_environment(parse_document(R"(
shipflow: 1
environments:
  production: { bind: { infrastructure: { provider: cloudformation } } }
)",
                                                     "environments.yaml", found),
                                      "production", {}, found);
  release_info release;
  release.version = "1.5.0";
  const auto real = make_cloudformation_provider({});
  command_options commands;
  commands.state_directory = "/tmp/never-made";
  const auto programs = make_command_provider(commands).value();
  const auto offers = make_catalogue({real.get(), programs.get()}, {}, {});
  const auto compiled = compile(document, where, release, {}, *offers, found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  rehearsal_options options;
  options.make_world = [&](const std::shared_ptr<world>& w) {
    return make_recorded_world(compiled, recording{}, w).value();
  };
  const auto report = rehearse(compiled, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  CHECK(report->restored > 0);
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, "  ", v.replay);
}
