// Calls: starting the effects that a state asks for, and turning their answers into events.
#include "engine/actor.hpp"
#include "engine/guard_watch.hpp"
#include "engine/proved.hpp"
#include "engine/ready_watch.hpp"
#include "engine/secret_fetch.hpp"

#include <algorithm>

namespace shipflow::engine_room {
namespace {

constexpr duration shortest_look{20};
constexpr duration longest_look{60'000};
constexpr duration retry_begin{5'000};
constexpr duration first_verify_look{1'000};  // doubles
constexpr int most_verify_looks = 4;

bool parks(const std::vector<fact>& facts) {
  return std::any_of(facts.begin(), facts.end(), [](const fact& f) { return f.body.contains("parked"); });
}

bool same_effect(const effect& a, const effect& b) { return a.kind == b.kind && a.step == b.step; }

const effect* wanted(const next_step& then, const effect& e) {
  const auto found = std::find_if(then.effects.begin(), then.effects.end(),
                                  [&](const effect& candidate) { return same_effect(candidate, e); });
  return found == then.effects.end() ? nullptr : &*found;
}

// An answer in place of one that did not come in time.
answer late_answer(effect_kind kind) {
  const auto why = "no answer by the deadline";
  if (kind == effect_kind::observe || kind == effect_kind::verify)
    return answer::failed(make_error(errc::timeout, why));
  return answer::unknown(why);
}

// Of a change whose turn came too late.
answer not_called(effect_kind kind) {
  if (kind == effect_kind::undo) return answer::not_applied();
  return answer::unknown("it was not called: its intent is older than a call may take");
}

std::string provider_of(const run_state& s, step_index i) {
  const auto& planned = s.what->steps[i];
  return s.what->steps[planned.restores.value_or(i)].provider;
}

}  // namespace

void actor::release_slot(slot& s) {
  core_.time.cancel(s.timer);
  s.timer = 0;
  if (s.in_flight) core_.end_call();
  s.in_flight = false;
}

// Slots whose effect is no longer wanted: calls under way are asked to end, their answer decides.
void actor::drop_stale_slots(const next_step& then) {
  for (auto it = slots_.begin(); it != slots_.end();) {
    auto& s = it->second;
    const auto* still = wanted(then, s.what);
    const bool stop_now = still != nullptr && still->stop && !s.what.stop;
    if (state_.phase >= phase::draining && s.what.kind == effect_kind::apply) s.stop.request_stop();
    if (s.in_flight) {
      if (still == nullptr || stop_now) s.stop.request_stop();
      ++it;
    } else if (still == nullptr || stop_now) {
      release_slot(s);
      it = slots_.erase(it);
    } else {
      ++it;
    }
  }
}

void actor::run_effects(const next_step& then) {
  core_.time.cancel(wake_timer_);
  wake_timer_ = 0;
  if (core_.stopping) return;
  drop_stale_slots(then);
  const auto self = shared_from_this();
  for (const auto& e : then.effects) {
    if (gone_ || committing_) return;
    if (e.kind == effect_kind::acquire) {
      if (!blocked_) leave_queue();
      return;
    }
    if (!slots_.contains(e.step)) start_call(e);
  }
  run_guards(then);
  run_looks_back(then);
  if (!then.wake) return;
  wake_timer_ = core_.time.call_at(*then.wake, [weak = weak_from_this()] {
    if (const auto alive = weak.lock()) alive->pump();
  });
}

// What proved itself when the start was asked for may have been taken back since.
void actor::leave_queue() {
  const auto proved = proved_in(*core_.keep, *state_.what, state_.emergency, state_.hotfix, core_.time.now());
  if (proved) return tell(acquired_event{});
  if (proved.error().code == errc::denied) return tell(acquired_event{proved.error().message});
  core_.emit_trouble(state_.id, "whether it may still begin cannot be read: " + proved.error().text());
  wake_timer_ = core_.time.call_after(retry_begin, [weak = weak_from_this()] {
    if (const auto alive = weak.lock()) alive->pump();
  });
}

void actor::start_call(const effect& e) {
  if (!core_.take_call(shared_from_this())) return;
  auto& s = slots_[e.step];
  s.what = e;
  s.id = ++next_call_;
  s.in_flight = true;
  const auto& planned = state_.what->steps[e.step];
  auto q = std::make_shared<request>(request_for(state_, e));
  q->deadline = core_.time.now() + planned.call_timeout;
  // Whoever takes over counts on it that no call starts later than its intent allows.
  if (e.kind == effect_kind::apply) q->deadline = state_.steps[e.step].asked + planned.call_timeout;
  if (e.kind == effect_kind::undo)
    q->deadline = state_.undo[state_.undo_of.at(e.step)].asked + planned.call_timeout;
  if (e.stop) s.stop.request_stop();
  q->stop = s.stop.get_token();
  const auto id = s.id;
  const auto left = q->deadline - core_.time.now();
  if (left <= duration{0}) {
    core_.back->post([weak = weak_from_this(), step = e.step, id, kind = e.kind] {
      if (const auto self = weak.lock()) self->answered(step, id, not_called(kind));
    });
    return;
  }
  s.timer = core_.time.call_after(left, [weak = weak_from_this(), step = e.step, id] {
    if (const auto self = weak.lock()) self->overdue(step, id);
  });
  fetch_secrets(core_, *state_.what, secret_names(*q),
                [weak = weak_from_this(), step = e.step, id, q](const result<secret_values>& known) {
                  const auto self = weak.lock();
                  if (self && self->is_open(step, id)) self->send(step, id, std::move(*q), known);
                });
}

bool actor::is_open(step_index step, std::uint64_t id) const {
  const auto found = slots_.find(step);
  return !gone_ && found != slots_.end() && found->second.id == id && found->second.in_flight;
}

void actor::send(step_index step, std::uint64_t id, request q, const result<secret_values>& known) {
  const auto revealed = known ? reveal(q, *known) : result<void>(known.error());
  const auto secrets = std::make_shared<std::vector<std::string>>(q.secrets);
  // What is observed goes back to the provider as it is; an effect's secret outputs go nowhere.
  const bool gives_outputs = q.what == verb::apply || q.what == verb::settle || q.what == verb::resolve;
  auto hidden = gives_outputs ? state_.what->steps[step].secret_outputs : std::vector<std::string>{};
  auto respond = [weak = weak_from_this(), back = core_.back, step, id, secrets,
                  hidden = std::move(hidden)](answer a) {
    hide_outputs(a, hidden, *secrets);
    back->post([weak, step, id, a = redact(std::move(a), *secrets), secrets]() mutable {
      wipe(*secrets);
      if (const auto self = weak.lock()) self->answered(step, id, std::move(a));
    });
  };
  const auto kind = slots_.at(step).what.kind;
  const bool changes = kind == effect_kind::apply || kind == effect_kind::undo;
  const bool too_late = changes && q.deadline <= core_.time.now();
  auto* target = core_.find_provider(provider_of(state_, step));
  if (too_late) {
    respond(not_called(kind));
  } else if (!revealed) {
    respond(answer::failed(revealed.error()));
  } else if (target == nullptr) {
    respond(answer::failed(make_error(errc::unsupported, "no provider \"" + provider_of(state_, step) +
                                                             "\" is registered with this engine")));
  } else {
    target->call(std::move(q), reply(std::move(respond)));
  }
}

void actor::overdue(step_index step, std::uint64_t id) {
  const auto found = slots_.find(step);
  if (found == slots_.end() || found->second.id != id) return;
  found->second.stop.request_stop();
  answered(step, id, late_answer(found->second.what.kind));
}

void actor::answered(step_index step, std::uint64_t id, answer a) {
  if (!is_open(step, id)) return;
  const auto found = slots_.find(step);
  const auto self = shared_from_this();
  auto& s = found->second;
  release_slot(s);
  const bool settling = s.what.kind == effect_kind::settle || s.what.kind == effect_kind::undo_settle;
  const bool still_looking = a.kind == answer_kind::progress || a.kind == answer_kind::unknown;
  if (settling && still_looking) {
    s.misses = a.kind == answer_kind::unknown ? s.misses + 1 : 0;
    engine_event e;
    e.what_kind = engine_event::kind::progress;
    e.run = state_.id;
    e.body = {{"step", state_.what->steps[step].id},
              {"percent", a.percent},
              {"text", a.kind == answer_kind::unknown ? a.problem.text() : a.text}};
    core_.emit(std::move(e));
    look_later(step, a.kind == answer_kind::unknown ? duration{500} * std::min(s.misses, 20) : a.look_again);
    pump();
    return;
  }
  const bool again = s.what.kind == effect_kind::verify && a.kind != answer_kind::done &&
                     (a.problem.retryable() || a.kind == answer_kind::unknown);
  if (again) {
    look_later(step, duration{1'000});
    return;
  }
  // Systems may show for a moment what was there before: only what stays different needs a person.
  if (s.what.kind == effect_kind::verify &&
      parks(decide(state_, verified_event{step, a}, core_.time.now()))) {
    const auto looks = verify_looks_[step]++;
    if (looks < most_verify_looks) {
      look_later(step, first_verify_look * (1 << looks));
      return;
    }
  }
  if (s.what.kind == effect_kind::verify) verify_looks_.erase(step);
  const auto what = s.what;
  slots_.erase(found);
  if (a.kind == answer_kind::started) {
    auto& later = slots_[step];
    later.what = {what.kind == effect_kind::undo ? effect_kind::undo_settle : effect_kind::settle, step};
    later.id = ++next_call_;
    look_later(step, a.look_again);
  }
  deliver(what, std::move(a));
}

void actor::look_later(step_index step, duration wait) {
  auto& s = slots_.at(step);
  const auto pause = std::clamp(wait, shortest_look, longest_look);
  s.timer = core_.time.call_after(pause, [weak = weak_from_this(), step, id = s.id] {
    const auto self = weak.lock();
    if (!self) return;
    const auto found = self->slots_.find(step);
    if (found == self->slots_.end() || found->second.id != id || found->second.in_flight) return;
    self->slots_.erase(found);
    self->pump();
  });
}

void actor::deliver(const effect& e, answer a) {
  switch (e.kind) {
    case effect_kind::observe: tell(observed_event{e.step, std::move(a)}); break;
    case effect_kind::apply: tell(answered_event{e.step, verb::apply, std::move(a)}); break;
    case effect_kind::settle: tell(answered_event{e.step, verb::settle, std::move(a)}); break;
    case effect_kind::resolve: tell(answered_event{e.step, verb::resolve, std::move(a)}); break;
    case effect_kind::undo: tell(undo_answered_event{e.step, verb::undo, std::move(a)}); break;
    case effect_kind::undo_settle: tell(undo_answered_event{e.step, verb::settle, std::move(a)}); break;
    case effect_kind::verify: tell(verified_event{e.step, std::move(a)}); break;
    case effect_kind::acquire: break;
  }
}

void actor::run_looks_back(const next_step& then) {
  if (!then.looks_back)
    back_.reset();
  else if (!back_)
    back_ = std::make_unique<ready_watch>(*this);
}

void actor::run_guards(const next_step& then) {
  std::set<std::size_t> wanted(then.armed.begin(), then.armed.end());
  wanted.insert(then.baseline.begin(), then.baseline.end());
  for (auto it = guards_.begin(); it != guards_.end();) {
    if (wanted.erase(it->first) != 0) {
      ++it;
      continue;
    }
    auto left = it->second->take_samples();
    std::move(left.begin(), left.end(), std::back_inserter(samples_));
    it = guards_.erase(it);
  }
  if (!wanted.empty()) {
    const auto kept = kept_samples();
    for (const auto g : wanted) guards_.emplace(g, guard_watch::make(*this, g, kept));
  }
  for (const auto g : then.armed) guards_.at(g)->arm();
}

// What earlier watches of these guards saw; one read for all of them.
std::vector<sample_chunk> actor::kept_samples() {
  auto kept = core_.keep->read_samples(state_.id);
  if (kept) {
    std::copy(samples_.begin(), samples_.end(), std::back_inserter(*kept));
    return std::move(*kept);
  }
  core_.emit_trouble(state_.id, "samples cannot be read: " + kept.error().text());
  return {};
}

}  // namespace shipflow::engine_room
