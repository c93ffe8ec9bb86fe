// The fold of one step's facts on the way forward.
#include "run/body.hpp"
#include "run/fold.hpp"

#include <algorithm>
#include <optional>

namespace shipflow::run {
namespace {

void touch_active(run_state& s, step_index i) {
  if (is_over(s.steps[i].status) || s.steps[i].status == step_status::waiting)
    s.active.erase(i);
  else
    s.active.insert(i);
}

}  // namespace

error corrupt(const fact& f, const std::string& why) {
  return make_error(errc::corrupt, "fact " + std::to_string(f.rev) + " (" + std::string(name_of(f.kind)) +
                                       ") does not fit the plan: " + why);
}

void set_status(run_state& s, step_index i, step_status status) {
  s.steps[i].status = status;
  touch_active(s, i);
}

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

namespace {

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
    if (flag(f.body, "maybe"))
      s.late[i] = std::max(s.late[i], step.asked + s.what->steps[i].call_timeout);
    else
      disprove(s, i);
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

}  // namespace

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

}  // namespace shipflow::run
