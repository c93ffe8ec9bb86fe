// Folding and committing: how an actor turns events into durable facts.
#include "engine/actor.hpp"

#include "engine/guard_watch.hpp"
#include "engine/ready_watch.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::engine_room {
namespace {

// A run that wants attention sooner than this stays in memory.
constexpr duration worth_resting{2'000};
// A rollback that waits for a late call to be impossible goes on in a moment.
constexpr duration worth_resting_back{60'000};
constexpr duration retry_commit{1'000};

signal_event to_event(const stored_signal& stored) {
  signal_event e;
  e.id = stored.id;
  e.name = stored.name;
  e.principal = stored.principal;
  const auto body = parse_json(stored.body);
  if (!body || !body->is_object()) return e;
  e.body = body->get_object();
  if (const auto* groups = e.body.if_contains("groups"); groups != nullptr && groups->is_array()) {
    for (const auto& group : groups->get_array())
      if (group.is_string()) e.groups.emplace_back(group.get_string());
    e.body.erase("groups");
  }
  return e;
}

std::string step_of(const json::object& body) {
  const auto* step = body.if_contains("step");
  return step != nullptr && step->is_string() ? std::string(step->get_string()) : std::string{};
}

// Calls may still arrive of which whoever takes the run up cannot tell when they were made.
bool unsettled(const run_state& s, time_point now) {
  if (!s.parked.empty()) return false;
  const auto may_arrive = [now](const auto& call) { return call.second > now; };
  return std::any_of(s.late.begin(), s.late.end(), may_arrive) ||
         std::any_of(s.late_undo.begin(), s.late_undo.end(), may_arrive) ||
         std::any_of(s.active.begin(), s.active.end(),
                     [&](step_index i) { return s.steps[i].status == step_status::unclear; });
}

}  // namespace

actor::actor(core& shared, run_state state, std::int64_t fence)
    : core_(shared),
      state_(std::move(state)),
      fence_(fence),
      durable_rev_(state_.rev),
      teller_(*state_.what),
      durable_phase_(state_.phase) {}

actor::~actor() {
  core_.time.cancel(wake_timer_);
  for (auto& [step, s] : slots_) release_slot(s);
}

void actor::tell(run_event event) {
  inbox_.emplace_back(std::move(event), "");
  pump();
}

void actor::begin() {
  // Without a pump in between: a run that rests again before it hears would have to be claimed twice.
  inbox_.emplace_back(claimed_event{}, "");
  hear();
}

void actor::hear() {
  auto signals = core_.keep->unused_signals(state_.id);
  if (!signals) {
    core_.emit_trouble(state_.id, "signals cannot be read: " + signals.error().text());
    pump();
    return;
  }
  for (const auto& stored : *signals)
    if (heard_.insert(stored.id).second) take_signal(stored);
  if (!inbox_.empty()) blocked_ = false;
  pump();
}

// Votes go past the host's policy first, when it has one; everything else is decided at once.
void actor::take_signal(const stored_signal& stored) {
  auto e = to_event(stored);
  const bool votes = e.name == "approve" || e.name == "reject";
  if (!votes || !core_.options.policy) {
    inbox_.emplace_back(std::move(e), stored.id);
    return;
  }
  ++judging_;
  const vote asked{state_.id, step_of(e.body), e.name, e.principal, e.groups, state_.what->digest(), e.body};
  core_.options.policy(asked, [weak = weak_from_this(), back = core_.back, e](result<void> verdict) {
    back->post([weak, e, verdict = std::move(verdict)] {
      if (const auto self = weak.lock()) self->judged(e, verdict);
    });
  });
}

void actor::judged(signal_event e, const result<void>& verdict) {
  if (gone_) return;
  --judging_;
  if (!verdict) e.denied = verdict.error().message;
  auto id = e.id;
  inbox_.emplace_back(std::move(e), std::move(id));
  blocked_ = false;
  pump();
}

void actor::fold(std::vector<fact> facts) {
  // Only these two phases can be refused a lock, so only they pay for a copy.
  const bool may_be_refused = state_.phase == phase::queued || state_.phase == phase::watching;
  if (may_be_refused && batch_.empty() && !facts.empty()) checkpoint_ = state_;
  for (auto& f : facts) {
    f.rev = state_.rev + 1;
    const auto before = state_.phase;
    if (auto applied = apply(state_, f); !applied) {
      lose("a decision does not fit its own plan: " + applied.error().text());
      return;
    }
    auto told = teller_.tell(before, state_, f);
    std::move(told.begin(), told.end(), std::back_inserter(told_));
    batch_.push_back(std::move(f));
  }
}

void actor::decide_inbox() {
  while (!inbox_.empty() && !gone_) {
    auto [event, signal] = std::move(inbox_.front());
    inbox_.pop_front();
    fold(decide(state_, event, core_.time.now()));
    if (!signal.empty()) used_.push_back(signal);
  }
}

void actor::decide_due() {
  while (!gone_) {
    auto facts = decide(state_, due_event{}, core_.time.now());
    if (facts.empty()) return;
    fold(std::move(facts));
  }
}

void actor::pump() {
  if (committing_ || gone_) return;
  decide_inbox();
  decide_due();
  if (gone_) return;
  const auto then = next(state_, core_.time.now());
  if (!batch_.empty() || !used_.empty() || keep_samples_ || may_rest(then)) {
    commit(then);
    return;
  }
  run_effects(then);
}

bool actor::may_rest(const next_step& then) const {
  if (is_terminal(state_.phase)) return true;
  if (judging_ != 0) return false;
  const bool nothing_to_do = then.effects.empty() || blocked_;
  const bool goes_back = state_.phase >= phase::draining && state_.parked.empty();
  const bool soon =
      then.wake && *then.wake < core_.time.now() + (goes_back ? worth_resting_back : worth_resting);
  // Without a baseline nobody can tell later what was red before the release.
  const bool baseline = std::any_of(then.baseline.begin(), then.baseline.end(),
                                    [&](std::size_t g) { return state_.what->guards[g].attributable_only; });
  return nothing_to_do && then.armed.empty() && !baseline && !then.looks_back && !soon &&
         !unsettled(state_, core_.time.now()) && inbox_.empty() && slots_.empty();
}

void actor::clock_jumped(duration by) {
  for (const auto& [index, watch] : guards_) watch->clock_jumped(by);
  const auto far = format_duration(by.count() < 0 ? -by : by);
  // Before whatever waits to be decided, for that is decided by the new clock.
  note_event jumped{
      "",
      {{"text", "the wall clock went " + (by.count() < 0 ? "back by " + far : "forward by " + far)},
       {"clock_jump_ms", by.count()}}};
  inbox_.emplace_front(std::move(jumped), "");
  pump();
}

void actor::keep_samples() {
  keep_samples_ = true;
  pump();
}

std::vector<sample_chunk> actor::take_samples() {
  auto out = std::exchange(samples_, {});
  for (const auto& [index, watch] : guards_) {
    auto fresh = watch->take_samples();
    std::move(fresh.begin(), fresh.end(), std::back_inserter(out));
  }
  return out;
}

void actor::commit(const next_step& then) {
  commit_request change;
  change.run = state_.id;
  change.fence = fence_;
  change.expected_rev = durable_rev_;
  auto head = state_.hash;
  for (const auto& f : batch_) change.facts.push_back(to_stored(f, head));
  state_.hash = head;
  change.release = may_rest(then);
  const auto status = status_of(state_);
  const bool owned = !change.release && status == run_status::waiting;
  change.status = owned ? run_status::owned : status;
  if (then.wake) change.due_ms = to_ms(*then.wake);
  change.reason = !state_.parked.empty() ? state_.parked : state_.reason;
  if (state_.phase == phase::queued) change.reason = state_.held.empty() ? queued_reason : state_.held;
  if (!state_.emergency.empty())
    change.reason = "emergency: " + state_.emergency + (change.reason.empty() ? "" : "; " + change.reason);
  change.now_ms = to_ms(core_.time.now());
  const auto locks = locks_between(durable_phase_, state_.phase);
  if (locks == lock_change::acquire) change.acquire = state_.what->locks;
  if (locks == lock_change::release) change.release_locks = state_.what->locks;
  change.used_signals = used_;
  change.samples = take_samples();
  change.messages = std::exchange(told_, {});
  keep_samples_ = false;
  announced_ = std::exchange(batch_, {});
  committing_ = true;
  write(std::make_shared<const commit_request>(std::move(change)));
}

void actor::write(std::shared_ptr<const commit_request> change) {
  auto request = *change;
  core_.keep->commit(std::move(request), [weak = weak_from_this(), back = core_.back,
                                          change = std::move(change)](commit_result r) {
    back->post([weak, change, r = std::move(r)] {
      const auto self = weak.lock();
      if (!self || self->gone_) return;
      if (r.status == commit_status::unknown || r.status == commit_status::failed)
        self->recheck_commit(change);
      else
        self->committed(r, *change);
    });
  });
}

void actor::committed(const commit_result& r, const commit_request& change) {
  const bool released = change.release;
  if (r.status == commit_status::fenced) {
    lose("another engine took the run over");
    return;
  }
  if (r.status == commit_status::locked) {
    samples_ = change.samples;
    refused_lock(r.holder);
    return;
  }
  committing_ = false;
  durable_rev_ = r.rev;
  for (const auto& id : used_) heard_.erase(id);
  used_.clear();
  const auto before = std::exchange(durable_phase_, state_.phase);
  for (auto& f : std::exchange(announced_, {})) {
    engine_event e;
    e.run = state_.id;
    e.what = std::move(f);
    core_.emit(std::move(e));
  }
  const auto self = shared_from_this();
  if (!change.messages.empty()) core_.messages.wake();
  if (locks_between(before, state_.phase) == lock_change::release)
    core_.wake_queued(state_.what->environment);
  if (released && inbox_.empty() && judging_ == 0) {
    gone_ = true;
    core_.dismiss(state_.id, next(state_, core_.time.now()).wake);
    return;
  }
  if (released) {
    // Something arrived while the run was given back: take it up again under a new fence.
    auto row = core_.keep->claim_run(core_.options.id, state_.id, to_ms(core_.time.now()));
    if (!row) {
      lose("the run cannot be taken up again: " + row.error().text());
      return;
    }
    if (row->rev != durable_rev_) {
      // Another engine went on with it meanwhile: what is in memory is the past.
      gone_ = true;
      core_.take_up(*row);
      return;
    }
    fence_ = row->fence;
  }
  if (r.signals_waiting)
    hear();
  else
    pump();
}

// The facts of this batch were not written: go back to the state before them.
void actor::refused_lock(const std::string& holder) {
  committing_ = false;
  announced_.clear();
  state_ = checkpoint_;
  if (state_.phase == phase::queued && state_.what->protection.one_at_a_time == "wait") {
    blocked_ = true;
    pump();
    return;
  }
  tell(locked_event{holder});
}

// The store could not say whether the commit is durable, or could not write it. The revision
// tells which; until it is written no effect starts.
void actor::recheck_commit(const std::shared_ptr<const commit_request>& change) {
  const auto row = core_.keep->get_run(state_.id);
  const auto wanted = change->expected_rev + static_cast<std::int64_t>(change->facts.size());
  if (row && row->fence == fence_ && row->rev == wanted && !change->facts.empty()) {
    commit_result r;
    r.status = commit_status::committed;
    r.rev = wanted;
    committed(r, *change);
    return;
  }
  if (row && (row->fence != fence_ || row->rev != change->expected_rev)) {
    lose("another engine took the run over");
    return;
  }
  core_.emit_trouble(state_.id, "the store cannot write; trying again");
  core_.time.call_after(retry_commit, [weak = weak_from_this(), change] {
    const auto self = weak.lock();
    if (self && !self->gone_) self->write(change);
  });
}

void actor::lose(const std::string& why) {
  gone_ = true;
  engine_event e;
  e.what_kind = engine_event::kind::lost;
  e.run = state_.id;
  e.body = {{"text", why}};
  core_.emit(std::move(e));
  const auto self = shared_from_this();
  stop();
  // What was said here about the run is in the store, and nobody else was told.
  core_.dismiss(state_.id, core_.time.now());
}

bool actor::idle() const {
  if (committing_ || !inbox_.empty()) return false;
  return next(state_, core_.time.now()).effects.empty() && slots_.empty();
}

void actor::stop() {
  if (!gone_ && !committing_) {
    samples_ = take_samples();
    if (!samples_.empty()) commit(next(state_, core_.time.now()));
  }
  guards_.clear();
  back_.reset();
  for (auto& [step, s] : slots_) s.stop.request_stop();
}

}  // namespace shipflow::engine_room
