// Guards: a change of verdict becomes a fact, and an alert the reaction of its severity.
#include "run/body.hpp"
#include "run/decision.hpp"

namespace shipflow::run {
namespace {

severity_rule rule_for(const plan& what, const std::string& severity) {
  const auto found = what.rollback.severities.find(severity);
  if (found != what.rollback.severities.end()) return found->second;
  severity_rule rule;
  rule.what = severity == "SEV1" || severity.empty() ? "now" : "record";
  return rule;
}

bool without_data(guard_level l) { return l == guard_level::unavailable || l == guard_level::insufficient; }

severity_rule unavailable_rule(const rollback_policy& policy) {
  severity_rule rule;
  rule.what = policy.unavailable_then == "rollback" ? "now"
              : policy.unavailable_then == "hold"   ? "hold"
                                                    : "record";
  return rule;
}

json::object verdict_body(guard_level level, const std::string& reason, const json::object& numbers,
                          bool acted, const std::string& samples = {}) {
  json::object body{{"level", std::string(name_of(level))}};
  if (!reason.empty()) body["reason"] = reason;
  if (!numbers.empty()) body["numbers"] = numbers;
  if (acted) body["acted"] = true;
  if (!samples.empty()) body["samples"] = samples;
  return body;
}

}  // namespace

std::vector<std::size_t> armed_guards(const run_state& s) {
  std::vector<std::size_t> out;
  if (s.phase != phase::forward && s.phase != phase::watching) return out;
  for (std::size_t g = 0; g < s.what->guards.size(); ++g) {
    const auto& guard = s.what->guards[g];
    const bool begun = s.steps[guard.from].status == step_status::done;
    const bool ended = guard.until && is_over(s.steps[*guard.until].status);
    if (begun && !ended) out.push_back(g);
  }
  return out;
}

std::vector<std::size_t> baseline_guards(const run_state& s) {
  std::vector<std::size_t> out;
  if (s.phase != phase::forward) return out;
  for (std::size_t g = 0; g < s.what->guards.size(); ++g) {
    const auto& guard = s.what->guards[g];
    if (guard.probe.empty() && !is_over(s.steps[guard.from].status)) out.push_back(g);
  }
  return out;
}

void on_guard(decision& d, const guard_event& e) {
  const auto& known = d.s.guards.at(e.guard);
  if (known.level == e.level || (d.s.phase != phase::forward && d.s.phase != phase::watching)) return;
  const auto& guard = d.s.what->guards[e.guard];
  const auto rule = rule_for(*d.s.what, guard.severity);
  const bool alert = e.level == guard_level::alert;
  // Recorded alerts do not hold a bake up: the policy says that they are only recorded.
  const bool acted = alert && rule.what == "record";
  d.add(fact_kind::verdict, guard.id, verdict_body(e.level, e.reason, e.numbers, acted, e.samples));
  if (!alert) return;
  const auto severity = guard.severity.empty() ? std::string{} : guard.severity + ": ";
  react(d, rule, "rollback/" + guard.id, severity + guard.id + ": " + e.reason);
}

void guards_due(decision& d) {
  const auto& policy = d.s.what->rollback;
  if (policy.unavailable_after.count() == 0) return;
  for (const auto g : armed_guards(d.s)) {
    const auto& known = d.s.guards[g];
    if (!without_data(known.level) || known.acted || known.since + policy.unavailable_after > d.now) continue;
    const auto& guard = d.s.what->guards[g];
    d.add(fact_kind::verdict, guard.id, verdict_body(known.level, known.reason, {}, true));
    react(d, unavailable_rule(policy), "rollback/" + guard.id,
          guard.id + " has had no verdict for " + format_duration(policy.unavailable_after) + ": " +
              known.reason);
    if (d.turned) return;
  }
}

std::optional<time_point> guards_wake(const run_state& s) {
  const auto& policy = s.what->rollback;
  std::optional<time_point> wake;
  if (policy.unavailable_after.count() == 0) return wake;
  for (const auto g : armed_guards(s)) {
    const auto& known = s.guards[g];
    if (!without_data(known.level) || known.acted) continue;
    const auto at = known.since + policy.unavailable_after;
    if (!wake || at < *wake) wake = at;
  }
  return wake;
}

}  // namespace shipflow::run
