// What an event means: the dispatcher, and what time alone brings.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using run::decision;

void on_due(decision& d) {
  const auto& s = d.s;
  run::calendar_due(d);
  if (d.turned) return;
  for (const auto& [id, q] : s.questions) {
    run::question_escalates(d, q);
    if (q.due != time_point{} && q.due <= d.now) run::question_due(d, q);
    if (d.turned) return;
  }
  for (const auto i : s.active) {
    run::step_due(d, i);
    if (d.turned) return;
  }
  const bool watches = s.phase == phase::watching && !s.paused && s.parked.empty();
  for (const auto i : s.active) {
    const bool goes_on = watches && d.planned(i).kind == step_kind::watch;
    if (!goes_on && !run::may_begin_step(s, i)) continue;
    run::start_ready_step(d, i);
    if (d.turned) return;
  }
  run::guards_due(d);
  if (d.turned) return;
  run::start_ready_units(d);
  if (d.facts.empty()) run::change_phase(d);
}

// After a takeover nobody knows whether an intent was carried out.
void on_claimed(decision& d) {
  const auto any_is = [&](step_status status) {
    return std::any_of(d.s.active.begin(), d.s.active.end(),
                       [&](step_index i) { return d.step(i).status == status; });
  };
  // Parked, it is taken up for every word that is said, and has not to begin waiting each time.
  const bool unsettled =
      d.s.parked.empty() && (any_is(step_status::unclear) || !d.s.late.empty() || !d.s.late_undo.empty());
  const bool open = any_is(step_status::intent) || unsettled;
  const bool undoes = std::any_of(d.s.undo_active.begin(), d.s.undo_active.end(),
                                  [&](std::size_t u) { return d.s.undo[u].status == undo_status::intent; });
  if (open || undoes) d.add(fact_kind::state, "", {{"resumed", true}});
}

void on_acquired(decision& d, const acquired_event& e) {
  if (d.s.phase == phase::queued) run::begin(d, e.objection);
}

// Locks are wanted at the start, at the end of a watch and for a rollback out of it. A newer run
// that holds them has superseded this one.
void on_locked(decision& d, const locked_event& e) {
  if (d.s.phase == phase::queued)
    d.add(fact_kind::state, "",
          {{"phase", "failed"},
           {"reason", "run " + e.holder + " holds the environment, which refuses a second release"}});
  if (d.s.phase != phase::watching) return;
  d.add(
      fact_kind::state, "",
      {{"phase", "released"}, {"reason", "superseded by run " + e.holder + ", which holds the environment"}});
}

void on_note(decision& d, const note_event& e) { d.add(fact_kind::note, e.step, e.body); }

}  // namespace

std::vector<fact> decide(const run_state& state, const run_event& event, time_point now) {
  decision d{state, now};
  if (const auto* note = std::get_if<note_event>(&event)) on_note(d, *note);
  if (is_terminal(state.phase) && !std::holds_alternative<signal_event>(event)) return std::move(d.facts);
  if (const auto* observed = std::get_if<observed_event>(&event)) run::on_observed(d, *observed);
  if (const auto* answered = std::get_if<answered_event>(&event)) run::on_answered(d, *answered);
  if (const auto* undone = std::get_if<undo_answered_event>(&event)) run::on_undo_answered(d, *undone);
  if (const auto* verified = std::get_if<verified_event>(&event)) run::on_verified(d, *verified);
  if (const auto* ready = std::get_if<ready_event>(&event)) run::on_ready(d, *ready);
  if (const auto* signal = std::get_if<signal_event>(&event)) run::on_signal(d, *signal);
  if (const auto* verdict = std::get_if<guard_event>(&event)) run::on_guard(d, *verdict);
  if (std::holds_alternative<due_event>(event)) on_due(d);
  if (std::holds_alternative<claimed_event>(event)) on_claimed(d);
  if (const auto* acquired = std::get_if<acquired_event>(&event)) on_acquired(d, *acquired);
  if (const auto* locked = std::get_if<locked_event>(&event)) on_locked(d, *locked);
  return std::move(d.facts);
}

}  // namespace v1
}  // namespace shipflow

namespace shipflow::run {

void decision::add(fact_kind kind, std::string step, json::object body, int attempt) {
  fact f;
  f.kind = kind;
  f.at = now;
  f.step = std::move(step);
  f.attempt = attempt;
  if (kind == fact_kind::state && body.contains("phase")) turned = true;
  f.body = std::move(body);
  facts.push_back(std::move(f));
}

void decision::add(fact_kind kind, step_index i, json::object body) {
  add(kind, planned(i).id, std::move(body), s.steps[i].attempt);
}

std::string effect_key(const run_state& s, step_index i) {
  return sha256_hex(s.id + "\n" + s.what->steps[i].id + "\n" + std::to_string(s.steps[i].generation))
      .substr(0, 32);
}

std::string undo_key(const run_state& s, const undo_state& unit) {
  return sha256_hex(s.id + "\nundo " + s.what->steps[unit.step].id + "\n" + std::to_string(unit.generation))
      .substr(0, 32);
}

duration backoff(const retry_policy& policy, int attempt, const std::string& key) {
  auto wait = policy.backoff.count();
  for (int i = 1; i < attempt && wait < policy.most.count(); ++i) wait *= 2;
  wait = std::min(wait, policy.most.count());
  const auto draw = std::stoll(sha256_hex(key + std::to_string(attempt)).substr(0, 8), nullptr, 16);
  return duration{wait / 2 + (wait / 2 + 1) * draw / 0x1'0000'0000LL};
}

bool is_open(step_status status) {
  return status == step_status::intent || status == step_status::started || status == step_status::unclear ||
         status == step_status::stopping;
}

void park(decision& d, const std::string& why, const std::string& command) {
  if (d.s.parked == why) return;
  d.add(fact_kind::state, "", {{"parked", why}, {"command", command}});
}

void hold(decision& d, const std::string& why) {
  park(d, why, "shipflow rollback " + d.s.id + ", or shipflow resume " + d.s.id);
}

std::set<std::string> with_dependants(const plan& what, const std::string& component) {
  std::set<std::string> out{component};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& c : what.components) {
      const bool depends =
          std::any_of(c.needs.begin(), c.needs.end(), [&](const auto& n) { return out.contains(n); });
      if (depends && out.insert(c.name).second) grew = true;
    }
  }
  return out;
}

void turn_back(decision& d, const std::string& reason, const std::set<std::string>& components) {
  const auto& s = d.s;
  const auto steps = units_to_undo(s, components);
  json::array units(steps.begin(), steps.end());
  std::string left;
  bool open = false;
  for (step_index i = 0; i < s.steps.size(); ++i) {
    const auto& st = s.steps[i];
    open = open || is_open(st.status);
    if (!st.touched || st.restored) continue;
    const auto& planned = d.planned(i);
    if (!components.empty() && !components.contains(planned.component)) continue;
    if (planned.undo == reversibility::irreversible) left += (left.empty() ? "" : ", ") + planned.id;
  }
  const auto why = left.empty() ? reason : reason + "; irreversible and left as it is: " + left;
  if (units.empty() && !open && d.now >= quiet_at(s)) {
    d.add(fact_kind::state, "", {{"phase", s.cancel_requested ? "cancelled" : "failed"}, {"reason", why}});
    return;
  }
  json::object body{{"phase", "draining"}, {"reason", why}, {"units", std::move(units)}};
  if (!s.parked.empty()) body["unparked"] = true;
  d.add(fact_kind::state, "", std::move(body));
}

namespace {

// A reaction that is under way from an earlier call is not called a second time.
void call_reactions(decision& d, const severity_rule& rule, const std::string& why) {
  json::array called;
  for (const auto& name : rule.calls) {
    const auto found = d.s.index.find(name);
    if (found != d.s.index.end() && is_over(d.step(found->second).status)) called.emplace_back(name);
  }
  if (!called.empty()) d.add(fact_kind::state, "", {{"reacts", std::move(called)}, {"why", why}});
}

json::array levels_of(const severity_rule& rule, time_point now) {
  json::array out;
  for (const auto& level : rule.escalate)
    out.push_back({{"at", to_ms(now + level.after)}, {"roles", to_array(level.roles)}});
  return out;
}

}  // namespace

void react(decision& d, const severity_rule& rule, const std::string& id, const std::string& why) {
  // On the way back nothing is begun any more.
  if (rule.what != "now") call_reactions(d, rule, why);
  if (rule.what == "now") {
    turn_back(d, why);
  } else if (rule.what == "ask") {
    if (d.s.questions.contains(id)) return;
    json::object asked{{"id", id}, {"text", why}, {"then", rule.then}, {"roles", to_array(rule.roles)}};
    if (rule.quorum > 1) asked["quorum"] = rule.quorum;
    if (rule.within.count() > 0) asked["due"] = to_ms(d.now + rule.within);
    if (!rule.escalate.empty()) asked["escalate"] = levels_of(rule, d.now);
    d.add(fact_kind::state, "", {{"asks", std::move(asked)}});
  } else if (rule.what == "hold") {
    hold(d, why);
  }
}

}  // namespace shipflow::run
