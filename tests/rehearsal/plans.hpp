// Plans for rehearsals: like the toy plans of the engine's tests, with providers that are modelled.
#pragma once

#include "support/plans.hpp"

namespace shipflow_test {

class rehearsed_plan : public plan_builder {
 public:
  shipflow::plan_step& fleet(const std::string& id, const std::string& action,
                             const std::vector<std::string>& needs, shipflow::json::object inputs) {
    auto& s = step(id, shipflow::step_kind::action, needs);
    s.provider = "fleets";
    s.component = "api";
    s.action = action;
    s.inputs = std::move(inputs);
    s.repeat = shipflow::effect_class::token;
    s.resources = {(action == "launch" ? "fleet:api/new" : "fleet:api/old")};
    if (action == "shift") {
      s.repeat = shipflow::effect_class::compare_and_set;
      s.resources = {"traffic:api"};
      s.rank = shipflow::restore_rank::traffic;
      s.first_traffic = true;
    }
    return s;
  }
  /// Approval, backup, migration, blue-green with a bake, a watch, and the old fleet goes.
  rehearsed_plan& shop() {
    approval("go", {"qa"});
    auto& backup = make("backup", {"go"});
    backup.retry = {3, shipflow::duration{1'000}, shipflow::duration{10'000}};
    auto& migrate = set("migrate", "database:shop", "2", {"backup"});
    migrate.rank = shipflow::restore_rank::database;
    migrate.after = shipflow::after_traffic::keep;
    fleet("launch", "launch", {"migrate"}, {{"version", "2.0.0"}, {"colour", "next"}});
    fleet("shift", "shift", {"launch"}, {{"weight", 100}, {"colour", "${steps.launch.colour}"}});
    wait("bake", std::chrono::minutes(10), {"shift"});
    set("smoke", "smoke", "ok", {"bake"});
    watch("watch", std::chrono::hours(24), {"smoke"});
    fleet("retire", "retire", {"watch"}, {});
    probe("health", "shift");
    return *this;
  }
};

}  // namespace shipflow_test
