// Records as an engine would make them, from made-up samples.
#pragma once

#include "health/trigger.hpp"

#include <shipflow/decision.hpp>

#include <string>
#include <vector>

namespace shipflow_test {

namespace json = shipflow::json;
namespace health = shipflow::health;

inline shipflow::decision_rule errors_rule() {
  shipflow::decision_rule r;
  r.guard = "errors";
  r.severity = "SEV1";
  r.normal = "errors < 1%";
  r.alert = "errors > 5% for 3s";
  r.slot = shipflow::duration{1'000};
  r.metrics = {
      {"errors", json::object{{"source", "test"}, {"ratio", json::array{"bad", "all"}}, {"min_count", 1}}}};
  return r;
}

struct seconds_seen {
  std::vector<std::int64_t> bad;  ///< of 100 requests each; -1: missing, -2: invalid
  std::int64_t first = 1'772'532'000;
};

inline health::slot_sample sample(std::int64_t n) {
  if (n == -1) return {};
  if (n == -2) return {health::slot_state::invalid, shipflow::series_kind::counter, 0, 0, {}};
  return {n == 0 ? health::slot_state::empty : health::slot_state::value,
          shipflow::series_kind::counter,
          static_cast<double>(n),
          n,
          {}};
}

/// Folds as the engine does: a fact whenever the level changes, with the digest of what was seen.
inline shipflow::guard_decisions decided(const shipflow::decision_rule& rule, const seconds_seen& seen,
                                         std::int64_t begin) {
  health::trigger_spec spec;
  spec.id = rule.guard;
  spec.normal = rule.normal;
  spec.alert = rule.alert;
  spec.severity = rule.severity;
  spec.slot = rule.slot;
  spec.whom = rule.attributable_only ? health::blame::attributable_only : health::blame::always;
  spec.metrics = shipflow::read_metrics(rule.metrics).value();
  const auto t = health::make_trigger(spec).value();
  shipflow::guard_decisions g;
  g.rule = rule;
  g.begin = begin;
  g.conditions = t->digest();
  for (const auto& key : t->inputs())
    g.inputs.push_back(
        json::array{json::string(key.metric), json::string(key.series), json::string(name_of(key.arm))});
  health::trigger_state state(t);
  auto digest = t->digest();
  std::string level = "none";
  for (std::size_t i = 0; i < seen.bad.size(); ++i) {
    const auto k = seen.first + static_cast<std::int64_t>(i);
    const bool known = seen.bad[i] >= 0;
    const std::vector<health::slot_sample> samples{sample(seen.bad[i]), sample(known ? 100 : seen.bad[i])};
    json::array row{k};
    for (const auto& s : samples) row.push_back(health::to_json(s));
    digest = shipflow::sha256_hex(digest + "\n" + json::serialize(row));
    g.slots.push_back(std::move(row));
    if (k >= begin) state.begin(begin);
    const auto v = state.push(k, samples);
    const auto word = std::string(health::guard_word(*v));
    if (!state.begun() || word == level) continue;
    level = word;
    g.decisions.push_back({static_cast<std::int64_t>(g.decisions.size()) + 10, health::slot_end(k, rule.slot),
                           word, health::describe(*t, *v), health::to_json(*t, *v), digest});
  }
  return g;
}

inline shipflow::decision_record record_with(shipflow::guard_decisions g) {
  shipflow::decision_record r{"run-1", "shopflow", "sha256:0", "production", "1.5.0", {}};
  r.guards.push_back(std::move(g));
  return r;
}

inline shipflow::decision_record bad_release() {
  return record_with(decided(errors_rule(), {{0, 0, 0, 0, 9, 9, -1, 9, 9}}, 1'772'532'002));
}

}  // namespace shipflow_test
