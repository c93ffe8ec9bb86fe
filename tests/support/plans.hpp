// Plans built by hand, for tests of what comes after the compiler.
#pragma once

#include <shipflow/plan.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace shipflow_test {

class plan_builder {
 public:
  plan_builder() {
    plan_.name = "toy";
    plan_.environment = "test";
    plan_.release.version = "2.0.0";
    plan_.locks = {"environment:test"};
    plan_.secrets = {{"TOKEN", "test:TOKEN"}};
    plan_.roles = {{"qa", {"user:quinn", "group:qa"}}, {"lead", {"user:lee"}}, {"dev", {"user:dana"}}};
    plan_.rollback.unavailable_after = shipflow::duration{60'000};
  }

  shipflow::plan_step& step(const std::string& id, shipflow::step_kind kind,
                            const std::vector<std::string>& needs) {
    shipflow::plan_step s;
    s.id = s.group = s.title = id;
    s.kind = kind;
    for (const auto& n : needs) s.needs.push_back(*plan_.find(n));
    plan_.steps.push_back(std::move(s));
    return plan_.steps.back();
  }
  /// Sets a toy resource.
  shipflow::plan_step& set(const std::string& id, const std::string& resource, const std::string& value,
                           const std::vector<std::string>& needs = {}, bool slow = false) {
    auto& s = step(id, shipflow::step_kind::action, needs);
    s.provider = "toy";
    s.action = "set";
    s.inputs = {{"resource", resource}, {"value", value}, {"slow", slow}};
    s.resources = {resource};
    s.timeout = shipflow::duration{600'000};
    return s;
  }
  shipflow::plan_step& make(const std::string& id, const std::vector<std::string>& needs = {}) {
    auto& s = step(id, shipflow::step_kind::action, needs);
    s.provider = "toy";
    s.action = "make";
    s.repeat = shipflow::effect_class::creates;
    s.undo = shipflow::reversibility::forward_only;
    s.inputs = {{"name", id}};
    return s;
  }
  shipflow::plan_step& wait(const std::string& id, shipflow::duration lasts,
                            const std::vector<std::string>& needs) {
    auto& s = step(id, shipflow::step_kind::wait, needs);
    s.lasts = lasts;
    return s;
  }
  shipflow::plan_step& watch(const std::string& id, shipflow::duration lasts,
                             const std::vector<std::string>& needs) {
    auto& s = step(id, shipflow::step_kind::watch, needs);
    s.lasts = lasts;
    return s;
  }
  shipflow::plan_step& approval(const std::string& id, const std::vector<std::string>& roles,
                                const std::vector<std::string>& needs = {}) {
    auto& s = step(id, shipflow::step_kind::approval, needs);
    s.roles = roles;
    s.timeout = std::chrono::hours(4);
    return s;
  }
  shipflow::plan_guard& probe(const std::string& id, const std::string& from,
                              const std::string& severity = "SEV1") {
    shipflow::plan_guard g;
    g.id = id;
    g.severity = severity;
    g.from = *plan_.find(from);
    g.probe = id;
    g.probe_kind = "toy";
    plan_.guards.push_back(std::move(g));
    return plan_.guards.back();
  }
  /// Errors of the source "toy" above 1 % for `lasts`.
  shipflow::plan_guard& trigger(const std::string& id, const std::string& from, const std::string& lasts) {
    shipflow::plan_guard g;
    g.id = id;
    g.severity = "SEV1";
    g.from = *plan_.find(from);
    g.alert = "errors > 1% for " + lasts;
    g.metrics = {{"errors", {{"source", "toy"}, {"ratio", {"errors", "all"}}}}};
    plan_.guards.push_back(std::move(g));
    return plan_.guards.back();
  }
  shipflow::plan& get() { return plan_; }
  [[nodiscard]] std::shared_ptr<const shipflow::plan> shared() const {
    return std::make_shared<const shipflow::plan>(plan_);
  }

 private:
  shipflow::plan plan_;
};

}  // namespace shipflow_test
