// The way back: units are put back in reverse order of the graph, the best rank first among the
// free ones, and afterwards the world is compared with what was captured.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow::run {
namespace {

constexpr int most_undo_attempts = 4;

const undo_state* unit_of(const decision& d, step_index i) {
  const auto found = d.s.undo_of.find(i);
  return found == d.s.undo_of.end() ? nullptr : &d.s.undo[found->second];
}

void undo_fact(decision& d, const undo_state& unit, json::object body) {
  d.add(fact_kind::undo_outcome, d.planned(unit.step).id, std::move(body), unit.attempt);
}

void undo_failed(decision& d, const undo_state& unit, const answer& a) {
  json::object body{{"code", std::string(name_of(a.problem.code))}, {"why", a.problem.text()}};
  if (const auto* evidence = a.value.if_object(); evidence != nullptr && !evidence->empty())
    body["evidence"] = *evidence;
  // Putting back is repeatable by contract, so what is unclear is done again.
  const bool again =
      (a.problem.retryable() || a.kind == answer_kind::unknown) && unit.attempt < most_undo_attempts;
  body["status"] = again ? "retry" : "failed";
  if (again) body["retry_at"] = to_ms(d.now + backoff({}, unit.attempt, unit.key));
  undo_fact(d, unit, std::move(body));
}

// Its turn came too late: that is no attempt which failed, nor one that counts.
void undo_not_called(decision& d, const undo_state& unit) {
  d.add(fact_kind::undo_outcome, d.planned(unit.step).id,
        {{"status", "retry"},
         {"why", "it was not called: its intent is older than a call may take"},
         {"retry_at", to_ms(d.now + backoff({}, 1, unit.key))}},
        unit.attempt - 1);
}

std::string loss_window(const decision& d, step_index i) {
  return format_time(d.step(i).began) + " to " + format_time(d.now);
}

void ask_first(decision& d, const undo_state& unit) {
  const auto& planned = d.planned(unit.step);
  const auto text =
      "undo " + planned.id + "? what was written from " + loss_window(d, unit.step) + " may be lost";
  undo_fact(d, unit, {{"status", "asking"}});
  json::object asked{
      {"id", "undo/" + planned.id}, {"text", text}, {"roles", to_array(planned.ask_roles)}, {"then", "keep"}};
  // Asked of those who decide about rollbacks, it takes as many of them.
  const auto& policy = d.s.what->rollback;
  if (policy.decision_quorum > 1 && planned.ask_roles == policy.decision_roles)
    asked["quorum"] = policy.decision_quorum;
  d.add(fact_kind::state, "", {{"asks", std::move(asked)}});
}

void begin_unit(decision& d, const undo_state& unit) {
  const auto& planned = d.planned(unit.step);
  const bool retried = unit.status == undo_status::retrying;
  const bool answered = !unit.why.empty() && unit.why == "approved";
  if (d.s.traffic_reached && !retried && !answered) {
    if (planned.after == after_traffic::keep) {
      undo_fact(d, unit,
                {{"status", "kept"}, {"why", "the plan keeps it once traffic has reached the new version"}});
      return;
    }
    if (planned.after == after_traffic::ask) {
      ask_first(d, unit);
      return;
    }
  }
  json::object body{{"key", undo_key(d.s, unit)}};
  if (planned.timeout.count() > 0) body["timeout_at"] = to_ms(d.now + planned.timeout);
  d.add(fact_kind::undo_intent, planned.id, std::move(body), unit.attempt + 1);
}

bool is_open_unit(undo_status s) {
  return s == undo_status::ready || s == undo_status::asking || s == undo_status::intent ||
         s == undo_status::started || s == undo_status::retrying;
}

// A late call sets the value again, or finds what it compares with once that was put back; and what is recognised by
// its token is the first one when the call that repeated it did not get through. What creates is waited for until it is
// known.
bool does_harm_late(const run_state& s, step_index i) {
  const auto repeat = s.what->steps[i].repeat;
  if (repeat == effect_class::token) return s.steps[i].status != step_status::done;
  return repeat != effect_class::creates;
}

bool share_resources(const run_state& s, step_index a, step_index b) {
  const auto& one = s.what->steps[a].resources;
  const auto& other = s.what->steps[b].resources;
  return std::find_first_of(one.begin(), one.end(), other.begin(), other.end()) != one.end();
}

phase end_of(const run_state& s) {
  return s.cancel_requested && s.undo.empty() ? phase::cancelled : phase::rolled_back;
}

void end_rollback(decision& d) {
  if (d.now < quiet_at(d.s)) return;
  const bool none = d.s.undo.empty();
  const auto end = none && !d.s.cancel_requested ? phase::failed : end_of(d.s);
  d.add(fact_kind::state, "", {{"phase", std::string(name_of(end))}});
}

bool observable(const decision& d, const undo_state& unit) { return !d.planned(unit.step).resources.empty(); }

bool all_verified(const decision& d) {
  return std::all_of(d.s.undo.begin(), d.s.undo.end(), [&](const undo_state& u) {
    return u.status == undo_status::verified || u.status == undo_status::kept || !observable(d, u);
  });
}

void leave_compensating(decision& d) {
  const auto& s = d.s;
  if (s.undo_over < s.undo.size()) {
    const auto failed = std::find_if(s.undo.begin(), s.undo.end(),
                                     [](const undo_state& u) { return u.status == undo_status::failed; });
    if (failed == s.undo.end() || !s.undo_active.empty()) return;
    park(d, "putting back " + d.planned(failed->step).id + " failed: " + failed->why,
         "shipflow retry " + s.id + " " + d.planned(failed->step).id);
    return;
  }
  const bool look = s.what->rollback.verify && !all_verified(d);
  if (look)
    d.add(fact_kind::state, "", {{"phase", "verifying"}});
  else
    end_rollback(d);
}

void leave_forward(decision& d) {
  const auto& s = d.s;
  if (d.now < locks_not_before(s)) return;
  if (s.over == s.steps.size()) {
    const bool failed = std::any_of(s.steps.begin(), s.steps.end(),
                                    [](const step_state& st) { return st.status == step_status::failed; });
    if (!failed) d.add(fact_kind::state, "", {{"phase", "released"}});
    return;
  }
  const bool watching = std::any_of(s.active.begin(), s.active.end(), [&](step_index i) {
    return d.planned(i).kind == step_kind::watch && s.steps[i].status == step_status::timing;
  });
  // What failed can still be tried again, which only a run that goes forward does.
  const auto failed = [&] {
    return std::any_of(s.steps.begin(), s.steps.end(),
                       [](const step_state& st) { return st.status == step_status::failed; });
  };
  if (s.phase == phase::forward && s.before_watch == 0 && watching && s.parked.empty() && !failed())
    d.add(fact_kind::state, "", {{"phase", "watching"}});
  // From one phase of the watch to the next the locks stay with others.
  const bool goes_on =
      watching || std::any_of(s.active.begin(), s.active.end(), [&](step_index i) {
        return d.planned(i).kind == step_kind::watch && s.steps[i].status == step_status::ready;
      });
  if (s.phase == phase::watching && !goes_on) d.add(fact_kind::state, "", {{"phase", "forward"}});
}

}  // namespace

std::vector<std::size_t> free_units(const run_state& s) {
  auto best = restore_rank::cleanup;
  for (const auto u : s.undo_active) best = std::min(best, s.what->steps[s.undo[u].step].rank);
  std::vector<std::size_t> out;
  for (const auto u : s.undo_active) {
    const auto& unit = s.undo[u];
    if (s.what->steps[unit.step].rank == best && !is_open(s.steps[unit.step].status)) out.push_back(u);
  }
  return out;
}

// Whatever touches what the unit puts back may be set again by a late call, not only its own step.
time_point undo_not_before(const run_state& s, const undo_state& unit) {
  time_point out{};
  for (const auto& [i, until] : s.late)
    if (does_harm_late(s, i) && (i == unit.step || share_resources(s, i, unit.step)))
      out = std::max(out, until);
  return out;
}

time_point quiet_at(const run_state& s) {
  time_point out{};
  for (const auto& [i, until] : s.late)
    if (does_harm_late(s, i)) out = std::max(out, until);
  for (const auto& [i, until] : s.late_undo) out = std::max(out, until);
  return out;
}

time_point locks_not_before(const run_state& s) {
  const bool goes_back = s.phase >= phase::draining;
  const bool restored =
      s.phase == phase::verifying || (s.phase == phase::compensating && s.undo_over == s.undo.size());
  const bool carried_out = s.phase == phase::forward && (s.over == s.steps.size() || s.before_watch == 0);
  return (goes_back ? restored : carried_out) ? quiet_at(s) : time_point{};
}

void start_ready_units(decision& d) {
  if (d.s.phase != phase::draining && d.s.phase != phase::compensating) return;
  for (const auto u : free_units(d.s)) {
    const auto& unit = d.s.undo[u];
    const bool again = unit.status == undo_status::retrying && unit.due <= d.now;
    const bool early = undo_not_before(d.s, unit) > d.now;
    if (!early && (unit.status == undo_status::ready || again)) begin_unit(d, unit);
  }
}

void on_undo_answered(decision& d, const undo_answered_event& e) {
  const auto* unit = unit_of(d, e.step);
  if (unit == nullptr) return;
  const bool asked = unit->status == undo_status::intent && e.asked == verb::undo;
  const bool settling = unit->status == undo_status::started && e.asked == verb::settle;
  if (!asked && !settling) return;
  switch (e.what.kind) {
    case answer_kind::done: undo_fact(d, *unit, {{"status", "done"}}); break;
    case answer_kind::started:
      d.add(fact_kind::undo_started, d.planned(unit->step).id, {{"handle", e.what.value}}, unit->attempt);
      break;
    case answer_kind::progress: break;
    case answer_kind::not_applied: undo_not_called(d, *unit); break;
    case answer_kind::unknown:
      if (asked) undo_failed(d, *unit, e.what);
      break;
    default: undo_failed(d, *unit, e.what); break;
  }
}

void on_verified(decision& d, const verified_event& e) {
  const auto* unit = unit_of(d, e.step);
  if (d.s.phase != phase::verifying || unit == nullptr || unit->status != undo_status::done) return;
  const auto& planned = d.planned(e.step);
  if (e.what.kind != answer_kind::done) {
    if (!e.what.problem.retryable() && e.what.kind != answer_kind::unknown)
      park(d, "what " + planned.id + " restored cannot be checked: " + e.what.problem.text(),
           "shipflow retry " + d.s.id + " " + planned.id);
    return;
  }
  const auto wanted = lasting(d.step(e.step).baseline);
  const auto found = lasting(e.what.value);
  if (canonical(wanted) == canonical(found)) {
    undo_fact(d, *unit, {{"status", "verified"}});
    return;
  }
  d.add(fact_kind::note, planned.id, {{"text", "not as before"}, {"expected", wanted}, {"found", found}});
  const auto what = d.s.id + " " + planned.id;
  park(d,
       planned.id + " is not as it was before the release: expected " + canonical(wanted) + ", found " +
           canonical(found),
       "shipflow retry " + what + " to look again, or shipflow skip " + what + " to accept it");
}

void change_phase(decision& d) {
  const auto& s = d.s;
  if (s.phase == phase::forward || s.phase == phase::watching) {
    leave_forward(d);
  } else if (s.phase == phase::draining) {
    const bool open = std::any_of(s.active.begin(), s.active.end(),
                                  [&](step_index i) { return is_open(s.steps[i].status); });
    if (!open) d.add(fact_kind::state, "", {{"phase", "compensating"}});
  } else if (s.phase == phase::compensating) {
    const bool waiting =
        std::any_of(s.undo.begin(), s.undo.end(), [](const undo_state& u) { return is_open_unit(u.status); });
    if (!waiting) leave_compensating(d);
  } else if (s.phase == phase::verifying && s.parked.empty() && all_verified(d)) {
    end_rollback(d);
  }
}

}  // namespace shipflow::run
