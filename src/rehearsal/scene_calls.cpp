// What passes between engine and world, and what may happen to it on the way.
#include "rehearsal/scene.hpp"

#include <array>
#include <utility>

namespace shipflow::rehearsal {
namespace {

constexpr duration quick{30};
constexpr duration stale_for{20'000};  // less than a call may take, as `resolve` demands of providers

answer cut() { return answer::unknown("the connection broke before the answer came"); }

std::string undo_kind(const char* kind) { return std::string("undo_") + kind; }

}  // namespace

std::string scene::place_of(const request& q) const {
  switch (q.what) {
    case verb::observe: return turned_ ? "verify" : "observe";
    case verb::undo: return turned_ ? "undo" : "apply";  // forward: the end of an `ensure` scope
    case verb::apply: return "apply";
    case verb::settle: return "settle";
    case verb::resolve: return "resolve";
    case verb::diagnose: return "diagnose";
    case verb::ready: return "ready";
  }
  return {};
}

void scene::later(const std::shared_ptr<reply>& r, answer a) {
  time_.call_at(time_.now() + quick, [r, a = std::move(a)]() mutable { (*r)(std::move(a)); });
}

void scene::forward(world_model& to, request q, std::function<void(answer)> then) {
  to.call(std::move(q), reply(std::move(then)));
}

// Faults in which the world is not reached at all.
bool scene::answered_for(const std::string& at, const request& q, const std::shared_ptr<reply>& r) {
  const auto takes = [&](const char* kind) {
    return script_.take(q.step, at, kind) || (at == "undo" && script_.take(q.step, "apply", undo_kind(kind)));
  };
  if (takes("throttled")) {
    later(r, answer::failed(make_error(errc::throttled, "slow down")));
  } else if (takes("fails")) {
    later(r, answer::failed(make_error(errc::failed, "refused")));
  } else if (script_.take(q.step, at, "error_without_effect")) {
    later(r, answer::failed(make_error(errc::unavailable, "status 503")));
  } else if (script_.take(q.step, at, "timeout_without_effect")) {
    held_.push_back(r);
  } else {
    return false;
  }
  return true;
}

// Reads that show what was there before.
bool scene::stale(world_model& to, const std::string& at, const request& q, const std::shared_ptr<reply>& r) {
  const auto old = stale_until_.find(q.step);
  if (at == "resolve" && old != stale_until_.end()) {
    const bool still = time_.now() < old->second;
    stale_until_.erase(old);
    if (!still) return false;
    const auto i = staged_.what->find(q.step);
    const bool creates = i && staged_.what->steps[*i].repeat == effect_class::creates;
    // A provider of what is made anew each time may not say "not there" from a read that can be stale.
    later(r, creates ? answer::unknown("it is not in the list yet") : answer::not_applied());
    return true;
  }
  if (at == "settle" && script_.take(q.step, at, "stale_read")) {
    later(r, answer::in_progress(-1, "as a moment ago", duration{500}));
    return true;
  }
  const bool pending =
      script_.pending(q.step, "verify", "stale_read") || script_.pending(q.step, "apply", "undo_stale");
  if (at == "undo" && pending && !last_look_.contains(q.step)) {
    auto look = q;
    look.what = verb::observe;
    forward(to, std::move(look), [this, step = q.step](answer a) { last_look_[step] = std::move(a); });
    return false;
  }
  if (at != "verify" || !last_look_.contains(q.step)) return false;
  if (!script_.take(q.step, at, "stale_read") && !script_.take(q.step, "apply", "undo_stale")) return false;
  later(r, last_look_[q.step]);
  return true;
}

void scene::pass_call(host& from, world_model& to, request q, reply r) {
  if (from.dead) return;
  auto taken = std::make_shared<reply>(std::move(r));
  if (q.run != run_) {
    forward(to, std::move(q), [taken](answer a) { (*taken)(std::move(a)); });
    return;
  }
  // The engine's clock may be wrong; how much time is left is the same everywhere.
  q.deadline -= from.program->now() - time_.now();
  const auto at = place_of(q);
  if (answered_for(at, q, taken) || stale(to, at, q, taken)) return;
  if (at == "apply" && script_.take(q.step, at, "foreign_change")) {
    foreign_ = to.disturb(disturbance::foreign_change, q);
    if (!foreign_) script_.give_back(q.step, "foreign_change");
    if (foreign_) put_right_ = [&to, q] { (void)to.disturb(disturbance::put_right, q); };
  }
  pass_after(from, to, at, std::move(q), taken);
}

// Faults in which the world is reached and the answer is not what comes back.
void scene::pass_after(host& from, world_model& to, const std::string& at, request q,
                       const std::shared_ptr<reply>& r) {
  const auto takes = [&](const char* kind) { return script_.take(q.step, at, kind); };
  const bool undoing = at == "undo";
  const auto step = q.step;
  if (takes("error_with_effect")) {
    forward(to, std::move(q), [r](const answer&) { (*r)(answer::unknown("status 502")); });
  } else if (takes("timeout_with_effect") || (undoing && script_.take(step, "apply", "undo_timeout"))) {
    held_.push_back(r);
    forward(to, std::move(q), [](const answer&) {});
  } else if (takes("reply_dropped")) {
    forward(to, std::move(q), [r](const answer&) { (*r)(cut()); });
  } else if (at == "apply" && takes("stale_read")) {
    stale_until_[step] = time_.now() + stale_for;
    forward(to, std::move(q), [r](const answer&) { (*r)(cut()); });
  } else if (takes("crash_after_effect") || (undoing && script_.take(step, "apply", "undo_crash"))) {
    forward(to, std::move(q), [this, &from, r](const answer&) {
      if (!from.dead) crash(from);
    });
  } else if (script_.pending(step, at, "stalls") || script_.pending(step, at, "fails_half_way")) {
    const bool stalls = script_.pending(step, at, "stalls");
    auto copy = q;
    forward(to, std::move(q), [this, &to, r, at, copy = std::move(copy), stalls](answer a) {
      const bool able = a.kind == answer_kind::started || (a.kind == answer_kind::done && !stalls);
      const bool done = able && to.disturb(stalls ? disturbance::stall : disturbance::fail_half_way, copy);
      if (done) script_.take(copy.step, at, stalls ? "stalls" : "fails_half_way");
      if (done && a.kind == answer_kind::done)
        a = answer::failed(make_error(errc::failed, "it broke half-way"));
      (*r)(std::move(a));
    });
  } else {
    forward(to, std::move(q), [r](answer a) { (*r)(std::move(a)); });
  }
}

}  // namespace shipflow::rehearsal
