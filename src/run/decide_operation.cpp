// What an operator does to a run: take it back, go on, try again, pass over, call it off, move its start.
#include "base/listed.hpp"
#include "run/body.hpp"
#include "run/speech.hpp"

#include <algorithm>

namespace shipflow::run {
namespace {

bool window_open(const decision& d) {
  const auto window = d.s.what->rollback.decision_window;
  return window.count() == 0 || d.s.released_at == time_point{} || d.now <= d.s.released_at + window;
}

std::set<std::string> asked_for(const run_state& s, const std::string& component) {
  const auto found = s.rollback_votes.find(component);
  return found == s.rollback_votes.end() ? std::set<std::string>{} : found->second;
}

void unpark(decision& d) {
  if (!d.s.parked.empty()) d.add(fact_kind::state, "", {{"unparked", true}});
}

// Steps beside each other may have failed, and a run says only why it was parked last.
void unpark_past(decision& d, step_index done) {
  for (step_index k = 0; k < d.s.steps.size(); ++k) {
    const auto& id = d.planned(k).id;
    const bool open = k != done && d.step(k).status == step_status::failed;
    if (!open || d.s.questions.contains("failure/" + id)) continue;
    park(d, "step " + id + " failed: " + d.step(k).why,
         "shipflow retry " + d.s.id + " " + id + ", or shipflow rollback " + d.s.id);
    return;
  }
  unpark(d);
}

}  // namespace

void roll_back(decision& d, const speech& p) {
  const auto& way = d.s.what->rollback;
  if (!may(d, p, way.decision_roles.empty() ? d.s.what->protection.start : way.decision_roles)) return;
  if (d.s.phase >= phase::draining)
    return refuse(d, p, "the run is already " + std::string(name_of(d.s.phase)));
  if (!window_open(d))
    return refuse(d, p, "the decision window of " + format_duration(way.decision_window) + " is over");
  const auto component = text(p.e.body, "component");
  const auto& components = d.s.what->components;
  const bool known = component.empty() || std::any_of(components.begin(), components.end(),
                                                      [&](const auto& c) { return c.name == component; });
  if (!known) return refuse(d, p, "the plan has no component \"" + component + "\"");
  const auto extra = component.empty() ? json::object{} : json::object{{"component", component}};
  auto people = asked_for(d.s, component);
  people.insert(p.e.principal);
  if (static_cast<int>(people.size()) < way.decision_quorum) return say(d, p, "counted", "", extra);
  say(d, p, "done", "", extra);
  turn_back(d, with_reason(p, "rollback asked by " + listed(people)),
            component.empty() ? std::set<std::string>{} : with_dependants(*d.s.what, component));
}

// Going on past a failed step would wait for it for ever.
void resume(decision& d, const speech& p) {
  const auto& steps = d.s.steps;
  const auto failed = std::find_if(steps.begin(), steps.end(),
                                   [](const step_state& st) { return st.status == step_status::failed; });
  const bool stuck = d.s.phase == phase::forward && failed != steps.end();
  if (stuck && !d.s.paused) {
    const auto& id = d.planned(static_cast<step_index>(failed - steps.begin())).id;
    refuse(d, p, "step " + id + " failed: try it again, skip it or roll back");
    return;
  }
  say(d, p, "done", "");
  if (!stuck) unpark(d);
}

void retry(decision& d, const speech& p) {
  const auto i = step_named(d, p.step);
  if (!i) return refuse(d, p, "there is no step \"" + p.step + "\"");
  const auto unit = d.s.undo_of.find(*i);
  if (unit != d.s.undo_of.end() && d.s.phase >= phase::draining) {
    say(d, {p.e, p.roles, ""}, "done", "", {{"unit", p.step}});
    if (d.s.undo[unit->second].status == undo_status::failed)
      d.add(fact_kind::undo_outcome, p.step, {{"status", "ready"}, {"why", "approved"}});
    unpark(d);
    return;
  }
  const auto status = d.step(*i).status;
  if (d.s.phase != phase::forward || (status != step_status::failed && status != step_status::unclear))
    return refuse(
        d, p,
        "step " + p.step + " is " + std::string(name_of(status)) + ", only a failed one can be tried again");
  say(d, p, "done", "");
  if (d.s.questions.contains("failure/" + p.step))
    d.add(fact_kind::state, "", {{"answered", "failure/" + p.step}});
  unpark_past(d, *i);
}

void skip(decision& d, const speech& p) {
  const auto i = step_named(d, p.step);
  if (!i) return refuse(d, p, "there is no step \"" + p.step + "\"");
  const auto unit = d.s.undo_of.find(*i);
  if (d.s.phase == phase::verifying && unit != d.s.undo_of.end()) {
    say(d, {p.e, p.roles, ""}, "done", "", {{"accepted", p.step}});
    d.add(fact_kind::undo_outcome, p.step, {{"status", "verified"}, {"why", "accepted by " + p.e.principal}});
    unpark(d);
    return;
  }
  const auto status = d.step(*i).status;
  const bool idle = status == step_status::waiting || status == step_status::ready ||
                    status == step_status::asking || status == step_status::retrying ||
                    status == step_status::failed || status == step_status::unclear;
  const bool allowed = d.planned(*i).skippable || status == step_status::unclear;
  if (!allowed || !idle || d.s.phase != phase::forward)
    return refuse(d, p,
                  allowed ? "step " + p.step + " cannot be skipped now"
                          : "the plan does not let people skip " + p.step);
  const auto& planned = d.planned(*i);
  const bool own =
      planned.kind == step_kind::approval && !planned.self_approval && p.e.principal == d.s.principal;
  if (own) return refuse(d, p, "the person who started a release may not skip its approval");
  say(d, p, "done", "");
  d.add(fact_kind::skipped, *i, {{"why", "skipped by " + p.e.principal}, {"principal", p.e.principal}});
  unpark_past(d, *i);
}

void cancel(decision& d, const speech& p) {
  if (d.s.phase >= phase::draining)
    return refuse(d, p, "the run is already " + std::string(name_of(d.s.phase)));
  say(d, p, "done", "");
  const auto why = with_reason(p, "cancelled by " + p.e.principal);
  const bool touched =
      std::any_of(d.s.steps.begin(), d.s.steps.end(), [](const auto& st) { return st.touched; });
  if (touched)
    turn_back(d, why);
  else
    d.add(fact_kind::state, "", {{"phase", "cancelled"}, {"reason", why}});
}

void move_start(decision& d, const speech& p) {
  auto moved = schedule(d.s, p.e.body, d.now);
  if (!moved) return refuse(d, p, moved.error().message);
  say(d, p, "done", "", std::move(*moved));
}

void override_calendar(decision& d, const speech& p) {
  const auto& calendar = d.s.what->calendar;
  if (!calendar) return refuse(d, p, "the environment has no calendar");
  const auto& roles =
      calendar->override_roles.empty() ? d.s.what->protection.start : calendar->override_roles;
  if (!may(d, p, roles)) return;
  if (text(p.e.body, "reason").empty()) return refuse(d, p, "the calendar is overridden with a reason only");
  say(d, p, "done", "");
}

void supersede(decision& d, const speech& p) {
  if (d.s.phase != phase::watching)
    return refuse(
        d, p, "the run is " + std::string(name_of(d.s.phase)) + ", only a watching one can be superseded");
  say(d, p, "done", "");
  d.add(fact_kind::state, "",
        {{"phase", "released"}, {"reason", "superseded by run " + text(p.e.body, "run")}});
}

}  // namespace shipflow::run
