// The run machine alone: facts go into its state as they come out of its decisions.
#pragma once

#include "support/plans.hpp"

#include <shipflow/run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace shipflow_test {

constexpr shipflow::time_point begin = shipflow::from_ms(1'772'532'000'000);

struct machine {
  explicit machine(plan_builder& b) : state(shipflow::make_state("run", b.shared())) {
    take({shipflow::created_fact(*state.what, "user:dana", "", "", begin)});
    shipflow::fact begun;
    begun.kind = shipflow::fact_kind::state;
    begun.at = begin;
    begun.body = {{"phase", "forward"}};
    take({begun});
  }
  std::vector<shipflow::fact> take(std::vector<shipflow::fact> facts) {
    for (auto& f : facts) {
      f.rev = state.rev + 1;
      REQUIRE(apply(state, f).has_value());
    }
    return facts;
  }
  std::vector<shipflow::fact> tell(const shipflow::run_event& e) { return take(decide(state, e, now)); }
  void settle() {
    while (!tell(shipflow::due_event{}).empty()) {
    }
  }
  [[nodiscard]] bool wants(shipflow::effect_kind kind) const {
    const auto then = next(state, now);
    return std::any_of(then.effects.begin(), then.effects.end(),
                       [&](const shipflow::effect& e) { return e.kind == kind; });
  }

  shipflow::run_state state;
  shipflow::time_point now = begin;
};

}  // namespace shipflow_test
