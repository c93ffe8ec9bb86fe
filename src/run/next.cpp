// What to do now, and when to look again.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

// What is due already is decided at once, or held until an event comes; neither needs a timer.
void consider(next_step& out, time_point at, time_point now) {
  if (at <= now) return;
  if (!out.wake || at < *out.wake) out.wake = at;
}

void step_effects(const run_state& s, step_index i, time_point now, next_step& out) {
  const auto& step = s.steps[i];
  const bool again = step.status == step_status::retrying && step.due <= now;
  switch (step.status) {
    case step_status::ready:
    case step_status::retrying:
      if (step.status == step_status::retrying) consider(out, step.due, now);
      if (run::may_begin_step(s, i) && (again || step.status == step_status::ready) && run::wants_look(s, i))
        out.effects.push_back({effect_kind::observe, i});
      break;
    case step_status::intent: out.effects.push_back({effect_kind::apply, i}); break;
    case step_status::started:
      out.effects.push_back({effect_kind::settle, i});
      consider(out, step.timeout_at, now);
      break;
    case step_status::stopping:
      out.effects.push_back({effect_kind::settle, i, true});
      consider(out, step.due, now);
      break;
    case step_status::unclear:
      if (step.due <= now && s.parked.empty()) out.effects.push_back({effect_kind::resolve, i});
      consider(out, step.due, now);
      break;
    case step_status::asking: consider(out, run::has_quorum(s, i) ? step.not_before : step.due, now); break;
    default: consider(out, step.due, now); break;
  }
}

// A queued run waits for its time, for the calendar, then for its locks.
void queued_effects(const run_state& s, time_point now, next_step& out) {
  const auto start = may_begin(s, now);
  if (!start.never && !start.refused && start.at <= now) out.effects.push_back({effect_kind::acquire, 0});
  if (!start.never) consider(out, start.at, now);
  if (const auto remind = run::reminder_after(s, now)) consider(out, *remind, now);
}

void undo_effects(const run_state& s, time_point now, next_step& out) {
  for (const auto u : run::free_units(s)) {
    const auto& unit = s.undo[u];
    if (unit.status == undo_status::intent) out.effects.push_back({effect_kind::undo, unit.step});
    if (unit.status == undo_status::started) out.effects.push_back({effect_kind::undo_settle, unit.step});
    const auto earliest = run::undo_not_before(s, unit);
    if (unit.status == undo_status::retrying) consider(out, std::max(unit.due, earliest), now);
    if (unit.status == undo_status::ready) consider(out, earliest, now);
  }
}

void verify_effects(const run_state& s, next_step& out) {
  if (!s.parked.empty()) return;
  for (const auto& unit : s.undo)
    if (unit.status == undo_status::done && !s.what->steps[unit.step].resources.empty())
      out.effects.push_back({effect_kind::verify, unit.step});
}

}  // namespace

next_step next(const run_state& s, time_point now) {
  next_step out;
  if (is_terminal(s.phase)) return out;
  if (s.phase == phase::queued) {
    queued_effects(s, now, out);
    return out;
  }
  for (const auto i : s.active) step_effects(s, i, now, out);
  undo_effects(s, now, out);
  if (s.phase == phase::verifying) verify_effects(s, out);
  for (const auto& [id, q] : s.questions) {
    consider(out, q.due, now);
    if (!q.escalate.empty()) consider(out, q.escalate.front().first, now);
  }
  consider(out, run::locks_not_before(s), now);
  if (s.parked.empty()) {
    for (const auto& [i, until] : s.late) consider(out, until, now);
    for (const auto& [i, until] : s.late_undo) consider(out, until, now);
  }
  if (const auto wake = run::guards_wake(s)) consider(out, *wake, now);
  out.armed = run::armed_guards(s);
  out.baseline = run::baseline_guards(s);
  out.looks_back = !s.telling.empty() && run::waits_long(s);
  if (!decide(s, due_event{}, now).empty()) out.wake = now;
  return out;
}

request readiness_request(const run_state& s, step_index step) {
  auto q = request_for(s, {effect_kind::verify, step});
  q.what = verb::ready;
  return q;
}

request request_for(const run_state& s, const effect& e) {
  const auto& planned = s.what->steps[e.step];
  const auto& state = s.steps[e.step];
  // A restore step carries out the undo of the step whose scope it ends.
  const auto source = planned.restores.value_or(e.step);
  const auto& acted = s.what->steps[source];
  const bool restoring = planned.restores.has_value();
  request q;
  q.action = acted.action;
  q.run = s.id;
  q.step = planned.id;
  q.environment = s.what->environment;
  q.component = acted.component;
  q.effect_key = state.key.empty() ? run::effect_key(s, e.step) : state.key;
  q.attempt = state.attempt;
  q.target = acted.target;
  q.timeout = planned.timeout;
  q.inputs = restoring ? s.steps[source].inputs : state.inputs;
  q.handle = state.handle;
  q.baseline = restoring ? s.steps[source].baseline : state.observed;
  switch (e.kind) {
    case effect_kind::observe:
    case effect_kind::verify:
      q.what = verb::observe;
      if (e.kind == effect_kind::observe) {
        auto inputs = run::render(s, planned.inputs);
        if (inputs && inputs->is_object()) q.inputs = inputs->get_object();
      }
      q.baseline = state.baseline;
      break;
    case effect_kind::apply: q.what = restoring ? verb::undo : verb::apply; break;
    case effect_kind::settle: q.what = verb::settle; break;
    case effect_kind::resolve: q.what = verb::resolve; break;
    case effect_kind::undo:
    case effect_kind::undo_settle: {
      const auto& unit = s.undo[s.undo_of.at(e.step)];
      q.what = e.kind == effect_kind::undo ? verb::undo : verb::settle;
      q.effect_key = unit.key;
      q.attempt = unit.attempt;
      q.baseline = state.baseline;
      if (e.kind == effect_kind::undo_settle) q.handle = unit.handle;
      break;
    }
    case effect_kind::acquire: break;
  }
  return q;
}

}  // namespace v1
}  // namespace shipflow
