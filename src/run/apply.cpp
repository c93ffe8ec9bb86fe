// The fold: the only place that changes a run's state.
#include "run/body.hpp"
#include "run/fold.hpp"

#include <shipflow/run.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using run::corrupt;
using run::finish;
using run::flag;
using run::member;
using run::reopen;
using run::set_status;
using run::text;
using run::texts;
using run::when;

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
  if (const auto task = text(f.body, "task"); !task.empty() && name == "tick")
    s.tasks.emplace(task, done_task{f.at, principal});
  if (!i) return;
  if (name == "approve")
    for (const auto& role : texts(f.body, "roles")) s.steps[*i].votes[role].insert(principal);
  if (name == "tick") s.steps[*i].ticked.insert(text(f.body, "item"));
  if (name == "untick") s.steps[*i].ticked.erase(text(f.body, "item"));
  if (name == "retry") reopen(s, *i);
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
  if (const auto* levels = member(asked, "escalate"); levels != nullptr && levels->is_array())
    for (const auto& level : levels->get_array())
      if (level.is_object())
        q.escalate.emplace_back(when(level.get_object(), "at"), texts(level.get_object(), "roles"));
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

// Calls that are open or unclear began before the takeover, whatever the clocks of earlier engines show.
void fold_resumed(run_state& s, time_point at) {
  for (const auto i : s.active) {
    if (s.steps[i].status != step_status::intent && s.steps[i].status != step_status::unclear) continue;
    s.steps[i].status = step_status::unclear;
    s.steps[i].asked = at;
    s.steps[i].due = {};
    s.late[i] = at + s.what->steps[i].call_timeout;
  }
  for (auto& [i, until] : s.late) until = at + s.what->steps[i].call_timeout;
  for (auto& [i, until] : s.late_undo) until = at + s.what->steps[i].call_timeout;
  for (const auto u : s.undo_active) {
    auto& unit = s.undo[u];
    if (unit.status != undo_status::intent) continue;
    unit.asked = at;
    s.late_undo[unit.step] = at + s.what->steps[unit.step].call_timeout;
  }
}

void forget_past_calls(run_state& s, time_point at) {
  const auto past = [at](const auto& call) { return call.second <= at; };
  std::erase_if(s.late, past);
  std::erase_if(s.late_undo, past);
}

// Levels of a question whose time has come.
void fold_escalation(run_state& s, const json::object& told) {
  const auto found = s.questions.find(text(told, "id"));
  if (found == s.questions.end() || found->second.escalate.empty()) return;
  auto& q = found->second;
  for (auto& role : texts(told, "roles")) q.roles.push_back(std::move(role));
  q.escalate.erase(q.escalate.begin());
}

result<void> fold_calls(run_state& s, const fact& f) {
  for (const auto& id : texts(f.body, "reacts")) {
    const auto found = s.index.find(id);
    if (found == s.index.end() || !s.what->steps[found->second].on_call)
      return corrupt(f, "there is no reaction \"" + id + "\"");
    if (is_over(s.steps[found->second].status)) reopen(s, found->second);
  }
  return {};
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
  if (const auto* units = member(b, "units"); units != nullptr && units->is_array())
    run::fix_units(s, *units);
  if (flag(b, "resumed")) fold_resumed(s, f.at);
  if (const auto* asked = member(b, "asks"); asked != nullptr && asked->is_object())
    fold_question(s, asked->get_object());
  if (const auto* holds = member(b, "holds"); holds != nullptr && holds->is_object()) {
    s.held = text(holds->get_object(), "why");
    s.held_until = when(holds->get_object(), "until");
  }
  if (const auto* lead = member(b, "reminded"); lead != nullptr && lead->is_int64())
    s.reminded.insert(lead->get_int64());
  if (const auto* told = member(b, "escalated"); told != nullptr && told->is_object())
    fold_escalation(s, told->get_object());
  if (auto called = fold_calls(s, f); !called) return called;
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
    move(step.timeout_at, by);
    const bool pauses = step.status == step_status::unclear || step.status == step_status::stopping ||
                        step.status == step_status::retrying;
    if (pauses) move(step.due, by);
  }
  for (auto& [step, until] : s.late) move(until, by);
  for (auto& [step, until] : s.late_undo) move(until, by);
  for (auto& unit : s.undo) {
    move(unit.asked, by);
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
      s.promoted = text(f.body, "promoted");
      s.hotfix = text(f.body, "hotfix");
      break;
    case fact_kind::signal: fold_signal(s, i, f); break;
    case fact_kind::verdict: fold_verdict(s, f); break;
    case fact_kind::state: done = fold_state(s, i, f); break;
    case fact_kind::note: fold_note(s, f); break;
    case fact_kind::pinned: break;
    default: done = run::fold_step(s, *i, f); break;
  }
  if (!done) return done;
  forget_past_calls(s, f.at);
  s.rev = f.rev;
  return done;
}

}  // namespace v1
}  // namespace shipflow
