// Steps on the way forward: starting them, what their answers mean, what time does to them.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow::run {
namespace {

constexpr int most_unknowns = 5;
constexpr int most_vanished = 5;

json::object problem_body(const std::string& status, const answer& a) {
  json::object body{
      {"status", status}, {"code", std::string(name_of(a.problem.code))}, {"why", a.problem.text()}};
  if (const auto* evidence = a.value.if_object(); evidence != nullptr && !evidence->empty())
    body["evidence"] = *evidence;
  return body;
}

// A reaction that fails leaves everything else as it is: it was only to help.
void reaction_failed(decision& d, step_index i, const std::string& why) {
  d.add(fact_kind::skipped, i, {{"why", "failed: " + why}});
}

void fail(decision& d, step_index i, json::object body) {
  if (d.planned(i).on_call) return reaction_failed(d, i, text(body, "why"));
  const auto why = "step " + d.planned(i).id + " failed: " + text(body, "why");
  body["status"] = "failed";
  d.add(fact_kind::outcome, i, std::move(body));
  if (d.s.phase >= phase::draining) return;
  auto rule = d.s.what->rollback.on_failure;
  // A failed step cannot just be recorded: what needs it would wait for ever.
  if (rule.what == "record") rule.what = "hold";
  react(d, rule, "failure/" + d.planned(i).id, why);
}

void write_intent(decision& d, step_index i, json::value observed) {
  auto inputs = render(d.s, d.planned(i).inputs);
  if (!inputs) {
    fail(d, i, {{"code", "invalid_document"}, {"why", inputs.error().text()}});
    return;
  }
  const auto timeout = d.planned(i).timeout;
  json::object body{
      {"key", effect_key(d.s, i)}, {"inputs", std::move(*inputs)}, {"observed", std::move(observed)}};
  if (timeout.count() > 0) body["timeout_at"] = to_ms(d.now + timeout);
  d.add(fact_kind::intent, d.planned(i).id, std::move(body), d.step(i).attempt + 1);
}

// Trying again cannot help when the request itself is wrong or was refused.
bool permanent(errc code) {
  return code == errc::invalid_argument || code == errc::invalid_document || code == errc::denied ||
         code == errc::unsupported || code == errc::cancelled;
}

// A failure is tried again while the plan's attempts last.
void failed_or_retry(decision& d, step_index i, const answer& a, int attempt) {
  const auto& policy = d.planned(i).retry;
  const bool again = !permanent(a.problem.code) && attempt < policy.attempts && d.s.phase < phase::draining &&
                     d.step(i).status != step_status::stopping;
  if (!again) {
    fail(d, i, problem_body("failed", a));
    return;
  }
  auto body = problem_body("retry", a);
  auto pause = backoff(policy, attempt, effect_key(d.s, i));
  if (a.problem.code == errc::throttled) pause = std::max(pause, a.look_again);
  body["retry_at"] = to_ms(d.now + pause);
  d.add(fact_kind::outcome, d.planned(i).id, std::move(body), attempt);
}

void conflicted(decision& d, step_index i, const answer& a) {
  if (d.planned(i).on_call) return reaction_failed(d, i, a.problem.text());
  auto body = problem_body("failed", a);
  d.add(fact_kind::outcome, i, std::move(body));
  if (d.s.phase >= phase::draining) return;
  const auto what = d.s.id + " " + d.planned(i).id;
  const auto otherwise =
      d.planned(i).skippable ? ", or shipflow skip " + what + " to leave it as it is" : std::string{};
  park(d, "step " + d.planned(i).id + " stopped: " + a.problem.text(),
       "shipflow retry " + what + " once that is put right" + otherwise);
}

void done(decision& d, step_index i, const answer& a) {
  d.add(fact_kind::outcome, i, {{"status", "done"}, {"outputs", a.value}});
}

void applied(decision& d, step_index i, const answer& a) {
  switch (a.kind) {
    case answer_kind::done: done(d, i, a); break;
    case answer_kind::started: d.add(fact_kind::started, i, {{"handle", a.value}}); break;
    case answer_kind::failed: failed_or_retry(d, i, a, d.step(i).attempt); break;
    case answer_kind::conflict: conflicted(d, i, a); break;
    default: d.add(fact_kind::outcome, i, problem_body("unclear", a)); break;
  }
}

void settled(decision& d, step_index i, const answer& a) {
  if (a.kind == answer_kind::done) {
    done(d, i, a);
  } else if (a.kind == answer_kind::failed) {
    failed_or_retry(d, i, a, d.step(i).attempt);
  } else if (a.kind == answer_kind::conflict) {
    conflicted(d, i, a);
  }
}

// What can be repeated safely need not be known: it is applied again with the same key.
bool repeatable(effect_class c) { return c == effect_class::set_value || c == effect_class::token; }

void still_unknown(decision& d, step_index i, const answer& a) {
  const auto& planned = d.planned(i);
  if (repeatable(planned.repeat) && d.step(i).unknowns + 1 >= 2 && d.s.phase < phase::draining) {
    d.add(fact_kind::resolved, i,
          {{"status", "not_applied"}, {"maybe", true}, {"why", "unclear, and safe to repeat"}});
    return;
  }
  auto body = problem_body("unknown", a);
  body["retry_at"] = to_ms(d.now + backoff({}, d.step(i).unknowns + 1, effect_key(d.s, i)));
  d.add(fact_kind::resolved, i, std::move(body));
  const auto what = d.s.id + " " + planned.id;
  if (d.step(i).unknowns + 1 >= most_unknowns)
    park(d, "nobody can tell whether step " + planned.id + " was carried out: " + a.problem.text(),
         "shipflow retry " + what + ", or shipflow skip " + what + " if it was");
}

// A call that nobody waits for any more may still be on its way until its deadline: the connection broke,
// or another engine made it and was stopped. Repeating is harmless for what is recognised or set again;
// making a second one is not, nor is turning back before a late call has changed the world.
void not_there(decision& d, step_index i) {
  const auto certain_at = d.step(i).asked + d.planned(i).call_timeout;
  const bool harmless = d.planned(i).repeat != effect_class::creates && d.s.phase < phase::draining;
  if (d.step(i).vanished + 1 >= most_vanished && d.s.phase < phase::draining) {
    const auto why = "called " + std::to_string(most_vanished) + " times, and nothing came of it";
    failed_or_retry(d, i, answer::failed(make_error(errc::unavailable, why)), d.step(i).attempt);
    return;
  }
  if (d.now >= certain_at) {
    d.add(fact_kind::resolved, i, {{"status", "not_applied"}});
    return;
  }
  if (harmless) {
    d.add(fact_kind::resolved, i, {{"status", "not_applied"}, {"maybe", true}});
    return;
  }
  d.add(fact_kind::resolved, i,
        {{"status", "unknown"},
         {"code", std::string(name_of(errc::unknown_outcome))},
         {"why", "not there yet, and the call may still arrive"},
         {"retry_at", to_ms(certain_at)}});
}

void resolved(decision& d, step_index i, const answer& a) {
  switch (a.kind) {
    case answer_kind::done:
      d.add(fact_kind::resolved, i, {{"status", "applied"}, {"outputs", a.value}});
      break;
    case answer_kind::started:
    case answer_kind::progress:
      d.add(fact_kind::resolved, i,
            {{"status", "in_progress"}, {"handle", a.value.is_null() ? d.step(i).handle : a.value}});
      break;
    case answer_kind::not_applied: not_there(d, i); break;
    case answer_kind::failed:
      if (a.problem.retryable())
        still_unknown(d, i, a);
      else
        fail(d, i, problem_body("failed", a));
      break;
    default: still_unknown(d, i, a); break;
  }
}

void ask_people(decision& d, step_index i) {
  const auto& planned = d.planned(i);
  json::object body{{"asks", true}};
  if (planned.timeout.count() > 0) body["due"] = to_ms(d.now + planned.timeout);
  if (planned.lasts.count() > 0) body["not_before"] = to_ms(d.now + planned.lasts);
  d.add(fact_kind::timer, i, std::move(body));
}

void expired(decision& d, step_index i) {
  const auto& planned = d.planned(i);
  const auto why = "nobody answered within " + format_duration(planned.timeout);
  if (planned.on_expiry == "hold")
    park(d, planned.id + ": " + why, approval_command(d, i));
  else
    fail(d, i, {{"code", "timeout"}, {"why", why}});
}

// Only a pass promotes: a wait ends when every armed guard passes; gates hold up their own wait only.
bool guards_hold(const decision& d, step_index wait) {
  for (const auto g : armed_guards(d.s)) {
    const auto& gate = d.s.what->guards[g].holds;
    if (gate && *gate != wait) continue;
    const auto level = d.s.guards[g].level;
    if (level != guard_level::pass && !d.s.guards[g].acted) return true;
  }
  return false;
}

void wait_over(decision& d, step_index i) {
  // A run that waits for a person promotes nothing: the last bake of a plan would release it.
  if (guards_hold(d, i) || !d.s.parked.empty()) return;
  d.add(fact_kind::outcome, i, {{"status", "done"}, {"outputs", json::object{}}});
}

void window_due(decision& d, step_index i) {
  const auto v = ask_window(d.s, i, d.now);
  const bool waits = !v.refused && !v.never && v.at > d.now;
  if (v.refused || v.never) {
    fail(d, i, {{"code", "denied"}, {"why", v.why}});
  } else if (!waits) {
    d.add(fact_kind::outcome, i, {{"status", "done"}, {"outputs", json::object{}}});
  } else if (d.step(i).status != step_status::timing || d.step(i).due != v.at) {
    d.add(fact_kind::timer, i, {{"due", to_ms(v.at)}, {"why", v.why}});
  }
}

// Approvals are asked for in an emergency as well.
bool skipped_in_emergency(const decision& d, step_index i) {
  return !d.s.emergency.empty() && d.planned(i).skippable && d.planned(i).kind != step_kind::approval;
}

void timed_out(decision& d, step_index i) {
  const auto& planned = d.planned(i);
  d.add(fact_kind::outcome, i,
        {{"status", "stopping"},
         {"code", "timeout"},
         {"why", "not finished after " + format_duration(planned.timeout)},
         {"retry_at", to_ms(d.now + planned.timeout + planned.call_timeout)}});
}

}  // namespace

bool may_start(const run_state& s) { return s.phase == phase::forward && !s.paused && s.parked.empty(); }

bool may_begin_step(const run_state& s, step_index i) {
  const bool under_way = s.phase == phase::forward || s.phase == phase::watching;
  return may_start(s) || (s.what->steps[i].on_call && under_way);
}

bool wants_look(const run_state& s, step_index i) {
  const auto& planned = s.what->steps[i];
  return planned.kind == step_kind::action && !planned.resources.empty();
}

void on_observed(decision& d, const observed_event& e) {
  const auto status = d.step(e.step).status;
  if (!may_begin_step(d.s, e.step) || (status != step_status::ready && status != step_status::retrying))
    return;
  if (e.what.kind == answer_kind::done) {
    write_intent(d, e.step, e.what.value);
  } else if (e.what.kind == answer_kind::conflict) {
    conflicted(d, e.step, e.what);
  } else {
    failed_or_retry(d, e.step, e.what, d.step(e.step).attempt + 1);
  }
}

void on_answered(decision& d, const answered_event& e) {
  const auto status = d.step(e.step).status;
  if (!is_open(status)) return;
  if (e.asked == verb::apply && status == step_status::intent) applied(d, e.step, e.what);
  if (e.asked == verb::settle && (status == step_status::started || status == step_status::stopping))
    settled(d, e.step, e.what);
  // It ended after all, so nobody needs to look after it any more.
  const bool ended = e.asked == verb::settle && status == step_status::stopping && !d.facts.empty();
  if (ended && !d.s.parked.empty() && d.s.phase == phase::draining)
    d.add(fact_kind::state, "", {{"unparked", true}});
  if (e.asked == verb::resolve && status == step_status::unclear) resolved(d, e.step, e.what);
}

void start_ready_step(decision& d, step_index i) {
  const auto& st = d.step(i);
  const bool again = st.status == step_status::retrying && st.due <= d.now;
  if (st.status != step_status::ready && !again) return;
  const auto wanted = holds(d.s, i);
  if (!wanted) {
    fail(d, i, {{"code", "invalid_document"}, {"why", wanted.error().text()}});
    return;
  }
  if (!*wanted) {
    d.add(fact_kind::skipped, i, {{"why", "its condition does not hold"}});
    return;
  }
  if (skipped_in_emergency(d, i)) {
    d.add(fact_kind::skipped, i, {{"why", "emergency release: " + d.s.emergency}});
    return;
  }
  const auto& planned = d.planned(i);
  switch (planned.kind) {
    case step_kind::approval:
    case step_kind::checklist: ask_people(d, i); break;
    case step_kind::wait:
    case step_kind::watch: d.add(fact_kind::timer, i, {{"due", to_ms(d.now + planned.lasts)}}); break;
    case step_kind::window: window_due(d, i); break;
    case step_kind::restore:
      if (d.step(*planned.restores).touched)
        write_intent(d, i, nullptr);
      else
        d.add(fact_kind::skipped, i, {{"why", "there is nothing to end"}});
      break;
    case step_kind::action:
      if (!wants_look(d.s, i)) write_intent(d, i, nullptr);
      break;
  }
}

void step_due(decision& d, step_index i) {
  const auto& st = d.step(i);
  const bool due = st.due != time_point{} && st.due <= d.now;
  if (has_quorum(d.s, i)) {
    if (st.not_before <= d.now) approved(d, i);
  } else if (st.status == step_status::asking && due && d.s.parked.empty()) {
    expired(d, i);
  }
  if (st.status == step_status::timing && d.planned(i).kind == step_kind::window) {
    // Asked again at once when the calendar was overridden meanwhile.
    if ((due || !d.s.calendar_override.empty()) && may_start(d.s)) window_due(d, i);
  } else if (st.status == step_status::timing && due) {
    wait_over(d, i);
  }
  if (st.status == step_status::started && st.timeout_at != time_point{} && st.timeout_at <= d.now)
    timed_out(d, i);
  // One at a time: two that took turns would park the run for ever.
  if (st.status == step_status::stopping && due && d.s.parked.empty())
    park(d, "step " + d.planned(i).id + " does not end although it was asked to",
         "shipflow resume " + d.s.id);
}

}  // namespace shipflow::run
