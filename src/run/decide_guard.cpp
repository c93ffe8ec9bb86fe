// Guards: a change of verdict becomes a fact, and an alert the reaction of its severity.
#include "run/body.hpp"
#include "run/decision.hpp"

namespace shipflow::run {
namespace {

// "errors@watch/later" and "errors-silent" are of the trigger "errors".
std::string written_name(const std::string& id) {
  auto name = id.substr(0, id.find('@'));
  constexpr std::string_view silent = "-silent";
  if (name.ends_with(silent)) name.resize(name.size() - silent.size());
  return name;
}

severity_rule rule_for(const plan& what, const plan_guard& guard) {
  const auto own = what.rollback.guards.find(written_name(guard.id));
  if (own != what.rollback.guards.end()) return own->second;
  const auto& severity = guard.severity;
  const auto found = what.rollback.severities.find(severity);
  if (found != what.rollback.severities.end()) return found->second;
  severity_rule rule;
  rule.what = severity == "SEV1" || severity.empty() ? "now" : "record";
  return rule;
}

bool without_data(guard_level l) { return l == guard_level::unavailable || l == guard_level::insufficient; }

/// What hold, rollback and continue mean.
severity_rule rule_named(const std::string& then) {
  severity_rule rule;
  rule.what = then == "rollback" ? "now" : then == "hold" ? "hold" : "record";
  return rule;
}

/// The end of a guard's budget: of one without data, or of a gate that has not passed.
struct budget {
  time_point ends{};
  bool of_gate = false;
};

std::optional<budget> budget_of(const run_state& s, std::size_t g) {
  const auto& known = s.guards[g];
  const auto& guard = s.what->guards[g];
  const auto& policy = s.what->rollback;
  if (known.acted) return std::nullopt;
  const bool waits =
      guard.holds && known.level != guard_level::unavailable && known.level != guard_level::pass;
  if (waits) {
    const auto& wait = s.steps[*guard.holds];
    if (guard.patience.count() == 0 || wait.status != step_status::timing) return std::nullopt;
    return budget{wait.due + guard.patience, true};
  }
  if (!without_data(known.level) || policy.unavailable_after.count() == 0) return std::nullopt;
  return budget{known.since + policy.unavailable_after, false};
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
    const bool ended = guard.until && is_over(s.steps[*guard.until].status);
    if (armed_since(s, g) && !ended) out.push_back(g);
  }
  return out;
}

std::vector<std::size_t> baseline_guards(const run_state& s) {
  std::vector<std::size_t> out;
  if (s.phase != phase::forward) return out;
  for (std::size_t g = 0; g < s.what->guards.size(); ++g) {
    const auto& guard = s.what->guards[g];
    if (guard.probe.empty() && !is_over(s.steps[guard.from].status) && !armed_since(s, g)) out.push_back(g);
  }
  return out;
}

void on_guard(decision& d, const guard_event& e) {
  const auto& known = d.s.guards.at(e.guard);
  if (known.level == e.level || (d.s.phase != phase::forward && d.s.phase != phase::watching)) return;
  const auto& guard = d.s.what->guards[e.guard];
  const auto rule = rule_for(*d.s.what, guard);
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
  for (const auto g : armed_guards(d.s)) {
    const auto end = budget_of(d.s, g);
    if (!end || end->ends > d.now) continue;
    const auto& known = d.s.guards[g];
    const auto& guard = d.s.what->guards[g];
    d.add(fact_kind::verdict, guard.id, verdict_body(known.level, known.reason, {}, true));
    const auto why = end->of_gate
                         ? guard.id + " has not passed within " + format_duration(guard.patience)
                         : guard.id + " has had no verdict for " + format_duration(policy.unavailable_after);
    react(d, rule_named(end->of_gate ? guard.inconclusive : policy.unavailable_then), "rollback/" + guard.id,
          why + ": " + known.reason);
    if (d.turned) return;
  }
}

std::optional<time_point> guards_wake(const run_state& s) {
  std::optional<time_point> wake;
  for (const auto g : armed_guards(s)) {
    const auto end = budget_of(s, g);
    if (end && (!wake || end->ends < *wake)) wake = end->ends;
  }
  return wake;
}

}  // namespace shipflow::run

namespace shipflow {
inline namespace v1 {

std::optional<time_point> armed_since(const run_state& s, std::size_t guard) {
  const auto from = s.what->guards.at(guard).from;
  const auto& step = s.steps[from];
  const bool done = step.status == step_status::done;
  if (s.what->steps[from].kind == step_kind::watch)
    return done || step.status == step_status::timing ? std::optional(step.began) : std::nullopt;
  return done ? std::optional(step.ended) : std::nullopt;
}

}  // namespace v1
}  // namespace shipflow
