// The fold: the only place that changes a run's state.
#include "run/body.hpp"

#include <shipflow/run.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using run::any;
using run::flag;
using run::member;
using run::text;
using run::texts;
using run::when;

error corrupt(const fact& f, const std::string& why) {
  return make_error(errc::corrupt, "fact " + std::to_string(f.rev) + " (" + std::string(name_of(f.kind)) +
                                       ") does not fit the plan: " + why);
}

void touch_active(run_state& s, step_index i) {
  if (is_over(s.steps[i].status) || s.steps[i].status == step_status::waiting)
    s.active.erase(i);
  else
    s.active.insert(i);
}

void set_status(run_state& s, step_index i, step_status status) {
  s.steps[i].status = status;
  touch_active(s, i);
}

// A step that is over satisfies its dependants unless it failed.
void finish(run_state& s, step_index i, step_status status, time_point at) {
  const bool was_over = is_over(s.steps[i].status);
  set_status(s, i, status);
  s.steps[i].ended = at;
  s.steps[i].due = {};
  if (was_over) return;
  ++s.over;
  if (!s.after_watch[i]) --s.before_watch;
  if (status == step_status::failed || status == step_status::abandoned) return;
  for (const auto d : s.dependants[i]) {
    auto& dependant = s.steps[d];
    if (--dependant.unmet == 0 && dependant.status == step_status::waiting)
      set_status(s, d, step_status::ready);
  }
}

void reopen(run_state& s, step_index i) {
  if (is_over(s.steps[i].status)) {
    --s.over;
    if (!s.after_watch[i]) ++s.before_watch;
  }
  s.steps[i].ended = {};
  s.steps[i].due = {};
  s.steps[i].unknowns = 0;
  s.steps[i].vanished = 0;
  ++s.steps[i].generation;
  set_status(s, i, step_status::ready);
}

void fold_intent(run_state& s, step_index i, const fact& f) {
  auto& step = s.steps[i];
  const auto& planned = s.what->steps[i];
  step.attempt = f.attempt;
  step.key = text(f.body, "key");
  step.timeout_at = when(f.body, "timeout_at");
  step.asked = f.at;
  if (step.began == time_point{}) step.began = f.at;
  if (const auto* inputs = member(f.body, "inputs"); inputs != nullptr && inputs->is_object())
    step.inputs = inputs->get_object();
  step.observed = any(f.body, "observed");
  if (!step.touched) step.baseline = step.observed;
  step.touched = planned.kind == step_kind::action;
  if (step.touched && planned.tells_ready) s.telling.insert(i);
  step.handle = nullptr;
  step.unknowns = 0;
  for (const auto& resource : planned.resources)
    if (s.first_touch.emplace(resource, i).first->second == i) step.first = true;
  if (planned.first_traffic) s.traffic_reached = true;
  set_status(s, i, step_status::intent);
}

// Whoever touched it after a step that turned out not to have: what that one saw before is what was there.
std::optional<step_index> next_to_touch(const run_state& s, const std::string& resource) {
  std::optional<step_index> out;
  for (step_index k = 0; k < s.steps.size(); ++k) {
    const auto& all = s.what->steps[k].resources;
    const bool touches = s.steps[k].touched && std::find(all.begin(), all.end(), resource) != all.end();
    if (touches && (!out || s.steps[k].began < s.steps[*out].began)) out = k;
  }
  return out;
}

void disprove(run_state& s, step_index i) {
  auto& step = s.steps[i];
  if (step.attempt > 1) return;  // an earlier attempt may have left something behind
  step.touched = false;
  step.first = false;
  s.telling.erase(i);
  for (const auto& resource : s.what->steps[i].resources) {
    const auto found = s.first_touch.find(resource);
    if (found == s.first_touch.end() || found->second != i) continue;
    s.first_touch.erase(found);
    if (const auto heir = next_to_touch(s, resource)) {
      s.first_touch.emplace(resource, *heir);
      s.steps[*heir].first = true;
    }
  }
}

void fold_outcome(run_state& s, step_index i, const fact& f) {
  auto& step = s.steps[i];
  const auto status = text(f.body, "status");
  step.why = text(f.body, "why");
  if (status != "unclear" && status != "stopping") step.vanished = 0;
  if (status == "done") {
    step.outputs = any(f.body, "outputs");
    const auto restores = s.what->steps[i].restores;
    if (restores) {
      s.steps[*restores].restored = true;
      s.telling.erase(*restores);
    }
    finish(s, i, step_status::done, f.at);
  } else if (status == "retry") {
    step.attempt = f.attempt;
    ++step.generation;
    step.due = when(f.body, "retry_at");
    set_status(s, i, step_status::retrying);
  } else if (status == "unclear") {
    step.due = when(f.body, "retry_at");
    set_status(s, i, step_status::unclear);
  } else if (status == "stopping") {
    step.due = when(f.body, "retry_at");
    set_status(s, i, step_status::stopping);
  } else {
    finish(s, i, step_status::failed, f.at);
  }
}

// On the way back what is under way is asked to end, and has as long for it as it had to begin.
void under_way(run_state& s, step_index i, time_point at) {
  const bool going_back = s.phase >= phase::draining;
  if (going_back) s.steps[i].due = at + s.what->steps[i].timeout + s.what->steps[i].call_timeout;
  set_status(s, i, going_back ? step_status::stopping : step_status::started);
}

void fold_resolved(run_state& s, step_index i, const fact& f) {
  auto& step = s.steps[i];
  const auto status = text(f.body, "status");
  const bool going_back = s.phase >= phase::draining;
  if (status == "applied") {
    step.outputs = any(f.body, "outputs");
    finish(s, i, step_status::done, f.at);
  } else if (status == "in_progress") {
    step.handle = any(f.body, "handle");
    under_way(s, i, f.at);
  } else if (status == "not_applied") {
    if (!flag(f.body, "maybe")) disprove(s, i);
    ++step.vanished;
    if (going_back)
      finish(s, i, step_status::abandoned, f.at);
    else
      set_status(s, i, step_status::ready);
  } else if (status == "unknown") {
    ++step.unknowns;
    step.why = text(f.body, "why");
    step.due = when(f.body, "retry_at");
  } else {
    step.why = text(f.body, "why");
    finish(s, i, step_status::failed, f.at);
  }
}

void fold_timer(run_state& s, step_index i, const fact& f) {
  auto& step = s.steps[i];
  if (step.began == time_point{}) step.began = f.at;
  step.due = when(f.body, "due");
  step.not_before = when(f.body, "not_before");
  set_status(s, i, flag(f.body, "asks") ? step_status::asking : step_status::timing);
}

// What was said and does not decide yet.
void fold_vote(run_state& s, const fact& f, const std::string& name, const std::string& principal) {
  const auto asked = s.questions.find(f.step);
  if (asked != s.questions.end() && (name == "approve" || name == "reject"))
    asked->second.votes[principal] = name == "approve";
  if (name == "rollback") s.rollback_votes[text(f.body, "component")].insert(principal);
}

void fold_schedule(run_state& s, const fact& f) {
  s.start_at = when(f.body, "start_at");
  s.scheduled = f.at;
  s.reminded.clear();
}

void fold_signal(run_state& s, std::optional<step_index> i, const fact& f) {
  const auto name = text(f.body, "name");
  const auto meaning = text(f.body, "meaning");
  if (meaning == "refused") return;
  const auto principal = text(f.body, "principal");
  if (name == "pause") s.paused = true;
  if (name == "resume") s.paused = false;
  if (name == "cancel") s.cancel_requested = true;
  if (meaning == "counted") fold_vote(s, f, name, principal);
  if (name == "override") s.calendar_override = text(f.body, "reason");
  if (name == "schedule") fold_schedule(s, f);
  if (!i) return;
  if (name == "approve")
    for (const auto& role : texts(f.body, "roles")) s.steps[*i].votes[role].insert(principal);
  if (name == "tick") s.steps[*i].ticked.insert(text(f.body, "item"));
  if (name == "retry") reopen(s, *i);
}

// Non-units clear at once; a unit clears when it is over. Linear in steps and edges over the
// whole rollback, because every edge is walked once.
void clear_for_undo(run_state& s, std::vector<step_index> cleared) {
  while (!cleared.empty()) {
    const auto i = cleared.back();
    cleared.pop_back();
    for (const auto need : s.what->steps[i].needs) {
      if (--s.undo_unmet[need] != 0) continue;
      const auto unit = s.undo_of.find(need);
      if (unit == s.undo_of.end()) {
        cleared.push_back(need);
      } else {
        s.undo[unit->second].status = undo_status::ready;
        s.undo_active.insert(unit->second);
      }
    }
  }
}

void fix_units(run_state& s, const json::value& units) {
  s.undo.clear();
  s.undo_of.clear();
  s.undo_active.clear();
  s.undo_over = 0;
  for (const auto& unit : units.get_array()) {
    const auto step = static_cast<step_index>(unit.to_number<std::uint32_t>());
    s.undo_of[step] = s.undo.size();
    s.undo.push_back({});
    s.undo.back().step = step;
  }
  const auto count = s.what->steps.size();
  s.undo_unmet.resize(count);
  std::vector<step_index> cleared;
  for (step_index i = 0; i < count; ++i) {
    s.undo_unmet[i] = static_cast<std::uint32_t>(s.dependants[i].size());
    if (s.undo_unmet[i] != 0) continue;
    const auto unit = s.undo_of.find(i);
    if (unit == s.undo_of.end()) {
      cleared.push_back(i);
    } else {
      s.undo[unit->second].status = undo_status::ready;
      s.undo_active.insert(unit->second);
    }
  }
  clear_for_undo(s, std::move(cleared));
}

// Steps that never began are abandoned when the run turns back.
void abandon_idle(run_state& s, time_point at) {
  const auto active = s.active;
  for (const auto i : active) {
    const auto status = s.steps[i].status;
    if (status == step_status::ready || status == step_status::retrying || status == step_status::asking ||
        status == step_status::timing)
      finish(s, i, step_status::abandoned, at);
    if (status == step_status::started) {
      s.steps[i].due = at + s.what->steps[i].timeout + s.what->steps[i].call_timeout;
      set_status(s, i, step_status::stopping);
    }
  }
}

void enter(run_state& s, phase p, time_point at) {
  const bool turned = p >= phase::draining && s.phase < phase::draining;
  s.held.clear();
  s.held_until = {};
  s.phase = p;
  if (turned && p != phase::released) abandon_idle(s, at);
  if (p == phase::watching && s.released_at == time_point{}) s.released_at = at;
  if (p == phase::released && s.released_at == time_point{}) s.released_at = at;
  if (is_terminal(p)) {
    s.finished = at;
    s.questions.clear();
    s.parked.clear();
    s.parked_command.clear();
  }
}

std::optional<phase> phase_named(std::string_view name) {
  for (auto p = phase::queued; p <= phase::cancelled; p = static_cast<phase>(static_cast<int>(p) + 1))
    if (name_of(p) == name) return p;
  return std::nullopt;
}

void fold_question(run_state& s, const json::object& asked) {
  question q;
  q.id = text(asked, "id");
  q.text = text(asked, "text");
  q.roles = texts(asked, "roles");
  q.due = when(asked, "due");
  q.then = text(asked, "then");
  if (const auto* n = member(asked, "quorum"); n != nullptr && n->is_int64())
    q.quorum = static_cast<int>(std::clamp<std::int64_t>(n->get_int64(), 1, 100));
  s.questions[q.id] = std::move(q);
}

void fold_ready(readiness& to, const json::object& told, time_point at) {
  const auto level = text(told, "level");
  to.level = readiness_level::unknown;
  for (const auto l : {readiness_level::ready, readiness_level::lapsed})
    if (name_of(l) == level) to.level = l;
  to.why = text(told, "why");
  to.takes = duration{0};
  if (const auto* takes = member(told, "takes_ms"); takes != nullptr && takes->is_int64())
    to.takes = duration{takes->get_int64()};
  to.since = at;
}

result<void> fold_state(run_state& s, std::optional<step_index> about, const fact& f) {
  const auto& b = f.body;
  if (const auto* told = member(b, "ready"); told != nullptr && told->is_object()) {
    if (!about) return corrupt(f, "there is no step \"" + f.step + "\"");
    fold_ready(s.steps[*about].way_back, told->get_object(), f.at);
  }
  if (const auto name = text(b, "phase"); !name.empty()) {
    const auto p = phase_named(name);
    if (!p) return corrupt(f, "phase \"" + name + "\" is unknown");
    if (const auto why = text(b, "reason"); !why.empty()) s.reason = why;
    enter(s, *p, f.at);
  }
  if (const auto* units = member(b, "units"); units != nullptr && units->is_array()) fix_units(s, *units);
  if (flag(b, "resumed")) {
    for (const auto i : s.active) {
      if (s.steps[i].status != step_status::intent) continue;
      s.steps[i].status = step_status::unclear;
      // Its call began before the takeover, whatever the clock of the engine that made it shows.
      s.steps[i].asked = f.at;
      s.steps[i].late_until = f.at + s.what->steps[i].call_timeout;
    }
  }
  if (const auto* asked = member(b, "asks"); asked != nullptr && asked->is_object())
    fold_question(s, asked->get_object());
  if (const auto* holds = member(b, "holds"); holds != nullptr && holds->is_object()) {
    s.held = text(holds->get_object(), "why");
    s.held_until = when(holds->get_object(), "until");
  }
  if (const auto* lead = member(b, "reminded"); lead != nullptr && lead->is_int64())
    s.reminded.insert(lead->get_int64());
  if (const auto answered = text(b, "answered"); !answered.empty()) s.questions.erase(answered);
  if (const auto why = text(b, "parked"); !why.empty()) {
    s.parked = why;
    s.parked_command = text(b, "command");
  }
  if (flag(b, "unparked")) {
    s.parked.clear();
    s.parked_command.clear();
  }
  return {};
}

void undo_over(run_state& s, std::size_t unit) {
  s.undo_active.erase(unit);
  ++s.undo_over;
  clear_for_undo(s, {s.undo[unit].step});
}

result<void> fold_undo(run_state& s, step_index i, const fact& f) {
  const auto found = s.undo_of.find(i);
  if (found == s.undo_of.end()) return corrupt(f, "step \"" + f.step + "\" has nothing to undo");
  auto& unit = s.undo[found->second];
  const auto status = text(f.body, "status");
  if (f.kind == fact_kind::undo_intent) {
    unit.status = undo_status::intent;
    unit.attempt = f.attempt;
    unit.key = text(f.body, "key");
    unit.timeout_at = when(f.body, "timeout_at");
    unit.handle = nullptr;
    s.undo_active.insert(found->second);
    return {};
  }
  if (f.kind == fact_kind::undo_started) {
    unit.status = undo_status::started;
    unit.handle = any(f.body, "handle");
    return {};
  }
  unit.why = text(f.body, "why");
  if (status == "asking") {
    unit.status = undo_status::asking;
  } else if (status == "ready") {
    unit.status = undo_status::ready;
    s.undo_active.insert(found->second);
  } else if (status == "retry") {
    unit.status = undo_status::retrying;
    ++unit.generation;
    unit.due = when(f.body, "retry_at");
  } else if (status == "failed") {
    unit.status = undo_status::failed;
    ++unit.generation;
    s.undo_active.erase(found->second);
  } else if (status == "verified") {
    unit.status = undo_status::verified;
  } else {
    unit.status = status == "kept" ? undo_status::kept : undo_status::done;
    undo_over(s, found->second);
  }
  return {};
}

void fold_verdict(run_state& s, const fact& f) {
  for (std::size_t i = 0; i < s.what->guards.size(); ++i) {
    if (s.what->guards[i].id != f.step) continue;
    auto& g = s.guards[i];
    const auto level = text(f.body, "level");
    for (auto l = guard_level::none; l <= guard_level::unavailable;
         l = static_cast<guard_level>(static_cast<int>(l) + 1))
      if (name_of(l) == level) g.level = l;
    g.since = f.at;
    g.reason = text(f.body, "reason");
    g.acted = flag(f.body, "acted");
  }
}

void move(time_point& at, duration by) {
  if (at != time_point{}) at += by;
}

// Calls, time-outs and pauses take as long as they take, whatever the wall clock says. What waits for a time of
// day keeps it.
void fold_clock_jump(run_state& s, const fact& f) {
  const auto* jump = member(f.body, "clock_jump_ms");
  if (jump == nullptr || !jump->is_int64()) return;
  const duration by{jump->get_int64()};
  for (auto& step : s.steps) {
    move(step.asked, by);
    move(step.late_until, by);
    move(step.timeout_at, by);
    const bool pauses = step.status == step_status::unclear || step.status == step_status::stopping ||
                        step.status == step_status::retrying;
    if (pauses) move(step.due, by);
  }
  for (auto& unit : s.undo) {
    move(unit.timeout_at, by);
    move(unit.due, by);
  }
}

// Of a guard a note may say what a calibration chose.
void fold_note(run_state& s, const fact& f) {
  fold_clock_jump(s, f);
  const auto* calibration = member(f.body, "calibration");
  if (calibration == nullptr || !calibration->is_object()) return;
  for (std::size_t i = 0; i < s.what->guards.size(); ++i)
    if (s.what->guards[i].id == f.step) s.guards[i].calibration = *calibration;
}

bool needs_step(fact_kind k) {
  return k == fact_kind::intent || k == fact_kind::started || k == fact_kind::outcome ||
         k == fact_kind::resolved || k == fact_kind::timer || k == fact_kind::skipped ||
         k == fact_kind::undo_intent || k == fact_kind::undo_started || k == fact_kind::undo_outcome;
}

result<void> fold_step(run_state& s, step_index i, const fact& f) {
  switch (f.kind) {
    case fact_kind::intent: fold_intent(s, i, f); break;
    case fact_kind::started:
      s.steps[i].handle = any(f.body, "handle");
      under_way(s, i, f.at);
      break;
    case fact_kind::outcome: fold_outcome(s, i, f); break;
    case fact_kind::resolved: fold_resolved(s, i, f); break;
    case fact_kind::timer: fold_timer(s, i, f); break;
    case fact_kind::skipped:
      if (is_over(s.steps[i].status)) reopen(s, i);
      s.steps[i].why = text(f.body, "why");
      finish(s, i, step_status::skipped, f.at);
      break;
    default: return fold_undo(s, i, f);
  }
  return {};
}

}  // namespace

result<void> apply(run_state& s, const fact& f) {
  const auto found = s.index.find(f.step);
  const auto i = found == s.index.end() ? std::nullopt : std::optional{found->second};
  if (needs_step(f.kind) && !i) return corrupt(f, "there is no step \"" + f.step + "\"");
  result<void> done;
  switch (f.kind) {
    case fact_kind::created:
      s.created = f.at;
      s.principal = text(f.body, "principal");
      s.emergency = text(f.body, "emergency");
      s.start_at = when(f.body, "start_at");
      s.scheduled = f.at;
      s.calendar_override = text(f.body, "override");
      break;
    case fact_kind::signal: fold_signal(s, i, f); break;
    case fact_kind::verdict: fold_verdict(s, f); break;
    case fact_kind::state: done = fold_state(s, i, f); break;
    case fact_kind::note: fold_note(s, f); break;
    case fact_kind::pinned: break;
    default: done = fold_step(s, *i, f); break;
  }
  if (!done) return done;
  s.rev = f.rev;
  return done;
}

}  // namespace v1
}  // namespace shipflow
