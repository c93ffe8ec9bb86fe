// Observe-only mode: the same machine and the same guards, and nothing is touched.
#include "engine/rig.hpp"

#include <shipflow/providers/shadow.hpp>
#include <shipflow/shadow.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace shipflow;

namespace {

// A script that ends when the test says so.
class toy_script final : public provider {
 public:
  answer says = answer::in_progress(-1, "", duration{1'000});
  [[nodiscard]] std::string name() const override { return "script"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec run;
    run.name = "run";
    return {run};
  }
  void call(request q, reply r) override {
    if (q.what == verb::apply) return r(answer::started(1));
    r(q.stop.stop_requested() ? answer::failed(make_error(errc::cancelled, "not waited for")) : says);
  }
};

struct beside {
  beside() {
    plan_.set("api", "api", "2").first_traffic = true;
    plan_.approval("go", {"qa"}, {"api"});
    plan_.wait("bake", std::chrono::minutes(10), {"go"});
    plan_.set("rest", "rest", "${steps.api.value}", {"bake"});
    plan_.probe("well", "api");
    real_world->values = {{"api", "1"}};
  }
  std::string start(const std::string& script_title = "deploy.sh") {
    shadow = shadow_of(plan_.get(), {.script = script_title, .real = {"probe"}});
    engine_options options;
    options.observer = [this](const engine_event& e) {
      if (e.what_kind != engine_event::kind::fact) return;
      for (const auto& d : decisions_of(shadow, e.what)) decisions.push_back(d);
    };
    engine_ = std::make_unique<engine>(time, make_memory_store(), options);
    real = std::make_shared<toy_provider>(real_world, time);
    REQUIRE(engine_->add(make_shadow_provider(real)));
    REQUIRE(engine_->add(script));
    REQUIRE(engine_->add(probes));
    return engine_->start(shadow, {"user:anyone", {}, "", ""}).value();
  }
  void pass(duration for_at_most) {
    time.run_until([] { return false; }, for_at_most);
  }
  std::vector<shadow_decision> of(shadow_act act) const {
    std::vector<shadow_decision> out;
    for (const auto& d : decisions)
      if (d.act == act) out.push_back(d);
    return out;
  }
  [[nodiscard]] bool untouched() const {
    return real_world->effects.empty() && real_world->log.empty() &&
           real_world->values == std::map<std::string, std::string>{{"api", "1"}};
  }

  virtual_time time{1};
  plan_builder plan_;
  plan shadow;
  std::shared_ptr<toy_world> real_world = std::make_shared<toy_world>();
  std::shared_ptr<toy_provider> real;
  std::shared_ptr<toy_script> script = std::make_shared<toy_script>();
  std::shared_ptr<toy_probes> probes = std::make_shared<toy_probes>();
  std::vector<shadow_decision> decisions;
  std::unique_ptr<engine> engine_;
};

}  // namespace

TEST_CASE(
    "shadow: a release that goes well would have been released, after the bake that follows the script") {
  beside b;
  const auto run = b.start();
  b.pass(std::chrono::hours(2));  // the script takes its time, guards look all the while
  CHECK(b.of(shadow_act::released).empty());
  CHECK(b.probes->looks > 1'000);
  const auto ended = b.time.now();
  b.script->says = answer::done();
  b.pass(std::chrono::hours(1));
  REQUIRE(b.of(shadow_act::released).size() == 1);
  CHECK(b.of(shadow_act::released).front().at >= ended + std::chrono::minutes(10));
  CHECK(b.of(shadow_act::started).front().text == "would have started the release of 2.0.0 to test");
  REQUIRE(b.of(shadow_act::asked).size() == 1);
  CHECK(b.of(shadow_act::asked).front().text == "would have asked qa: go: go");
  CHECK(b.of(shadow_act::carried_out).size() == 2);
  CHECK(b.engine_->look(run)->phase == phase::released);
  CHECK(b.untouched());
}

TEST_CASE("shadow: an alert while the script runs would have rolled back then, and nothing is put back") {
  beside b;
  const auto run = b.start();
  b.pass(std::chrono::minutes(5));
  const auto broken = b.time.now();
  b.probes->now["well"] = look::fail;
  b.pass(std::chrono::minutes(5));
  REQUIRE(b.of(shadow_act::rolled_back).size() == 1);
  const auto decided = b.of(shadow_act::rolled_back).front();
  CHECK(decided.at > broken);
  CHECK(decided.at < broken + std::chrono::minutes(1));
  CHECK(decided.text == "would have rolled back: SEV1: well: told to be bad; puts back api");
  CHECK(b.of(shadow_act::saw).back().text == "saw well alert: told to be bad");
  CHECK(b.engine_->look(run)->phase == phase::rolled_back);
  CHECK(b.untouched());
}

TEST_CASE("shadow: a script that fails counts as a step that failed") {
  beside b;
  b.start();
  b.script->says = answer::failed(make_error(errc::failed, "exit code 7"));
  b.pass(std::chrono::minutes(1));
  REQUIRE(b.of(shadow_act::failed).size() == 1);
  CHECK(b.of(shadow_act::failed).front().step == "script");
  CHECK(b.of(shadow_act::rolled_back).size() == 1);
  CHECK(b.untouched());
}

TEST_CASE("shadow: where the plan would ask people about trouble it says whom, until when, and what then") {
  beside b;
  b.plan_.get().rollback.severities["SEV1"] = {"ask", {"lead"}, std::chrono::minutes(15), "rollback"};
  b.start();
  b.probes->now["well"] = look::fail;
  b.pass(std::chrono::minutes(10));
  REQUIRE(b.of(shadow_act::asked).size() == 2);
  const auto text = b.of(shadow_act::asked).back().text;
  CHECK(text.starts_with("would have asked lead: SEV1: well: told to be bad; then, at "));
  CHECK(text.ends_with(", rollback"));
  CHECK(b.of(shadow_act::rolled_back).empty());
  b.pass(std::chrono::minutes(10));
  CHECK(b.of(shadow_act::rolled_back).size() == 1);
}

TEST_CASE("shadow: guards without data hold, and the command that a person would have needed is named") {
  beside b;
  b.start();
  b.probes->now["well"] = look::unavailable;
  b.script->says = answer::done();
  b.pass(std::chrono::hours(1));
  CHECK(b.of(shadow_act::released).empty());
  REQUIRE(b.of(shadow_act::held).size() == 1);
  CHECK(b.of(shadow_act::held).front().text.find("well has had no verdict") != std::string::npos);
  CHECK(b.of(shadow_act::held).front().command.starts_with("shipflow rollback "));
}

TEST_CASE("shadow: without a script what takes time begins at once") {
  beside b;
  b.start("");
  b.pass(std::chrono::minutes(11));
  CHECK(b.of(shadow_act::released).size() == 1);
  CHECK(b.untouched());
}

TEST_CASE("shadow: the plan keeps its order, takes no locks and lets anybody observe") {
  beside b;
  b.plan_.get().protection.start = {"dev"};
  const auto shadow = shadow_of(b.plan_.get(), {.script = "deploy.sh", .real = {}});
  CHECK(shadow.locks.empty());
  CHECK(shadow.protection.start.empty());
  REQUIRE(shadow.steps.size() == b.plan_.get().steps.size() + 1);
  CHECK(shadow.steps.front().id == "script");
  const auto bake = *shadow.find("bake");
  CHECK(shadow.steps[bake].needs == std::vector<step_index>{0, *shadow.find("go")});
  CHECK(shadow.guards.front().from == *shadow.find("api"));
  CHECK_FALSE(shadow.steps[*shadow.find("rest")].inputs.contains("value"));
  CHECK(plan_from_json(parse_json(canonical(to_json(shadow)), 128).value()).has_value());
}

TEST_CASE("shadow: decisions as JSON have time, act, step, text and command") {
  const auto o =
      to_json(shadow_decision{from_ms(1'000), shadow_act::held, "well", "would have held", "shipflow x"});
  CHECK(o.at("at") == 1'000);
  CHECK(o.at("act") == "held");
  CHECK(o.at("command") == "shipflow x");
  CHECK_FALSE(to_json(shadow_decision{}).contains("step"));
}
