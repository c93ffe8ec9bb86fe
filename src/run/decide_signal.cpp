// What people and hosts say to a run, and whether they may.
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow::run {
namespace {

// One signal being decided: who says it, with which roles, about what.
struct speech {
  const signal_event& e;
  std::set<std::string> roles;
  std::string step;
};

void say(decision& d, const speech& p, const std::string& meaning, const std::string& why,
         json::object extra = {}) {
  json::object body{{"id", p.e.id}, {"name", p.e.name}, {"principal", p.e.principal}, {"meaning", meaning}};
  if (!why.empty()) body["why"] = why;
  for (auto& member : extra) body[member.key()] = member.value();
  if (const auto reason = text(p.e.body, "reason"); !reason.empty()) body["reason"] = reason;
  d.add(fact_kind::signal, p.step, std::move(body));
}

void refuse(decision& d, const speech& p, const std::string& why) { say(d, p, "refused", why); }

bool has_any(const speech& p, const std::vector<std::string>& wanted) {
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(), [&](const auto& r) { return p.roles.contains(r); });
}

std::string listed(const std::vector<std::string>& roles) {
  std::string out;
  for (const auto& r : roles) out += (out.empty() ? "" : ", ") + r;
  return out;
}

bool may_operate(decision& d, const speech& p) {
  const auto& needed = d.s.what->protection.start;
  if (has_any(p, needed)) return true;
  refuse(d, p, "needs one of the roles " + listed(needed));
  return false;
}

std::optional<step_index> step_named(const decision& d, const std::string& id) {
  const auto found = d.s.index.find(id);
  return found == d.s.index.end() ? std::nullopt : std::optional{found->second};
}

bool enough_votes(const run_state& s, step_index i, const std::vector<std::string>& added,
                  const std::string& who) {
  const auto& planned = s.what->steps[i];
  return std::all_of(planned.roles.begin(), planned.roles.end(), [&](const std::string& role) {
    const auto votes = s.steps[i].votes.find(role);
    auto count = votes == s.steps[i].votes.end() ? std::size_t{0} : votes->second.size();
    const bool already = votes != s.steps[i].votes.end() && votes->second.contains(who);
    if (!already && std::find(added.begin(), added.end(), role) != added.end()) ++count;
    return count >= static_cast<std::size_t>(planned.quorum);
  });
}

void approve_step(decision& d, const speech& p, step_index i) {
  const auto& planned = d.planned(i);
  if (!planned.self_approval && p.e.principal == d.s.principal) {
    refuse(d, p, "the person who started a release may not approve it");
    return;
  }
  std::vector<std::string> added;
  for (const auto& role : planned.roles)
    if (p.roles.contains(role)) added.push_back(role);
  if (added.empty()) {
    refuse(d, p, "needs one of the roles " + listed(planned.roles));
    return;
  }
  say(d, p, "counted", "", {{"roles", to_array(added)}});
  if (enough_votes(d.s, i, added, p.e.principal) && d.step(i).not_before <= d.now)
    approved(d, i, p.e.principal);
}

void reject_step(decision& d, const speech& p, step_index i) {
  if (!has_any(p, d.planned(i).roles)) {
    refuse(d, p, "needs one of the roles " + listed(d.planned(i).roles));
    return;
  }
  const auto reason = text(p.e.body, "reason");
  const auto why = "rejected by " + p.e.principal + (reason.empty() ? "" : ": " + reason);
  say(d, p, "counted", "");
  d.add(fact_kind::outcome, i, {{"status", "failed"}, {"code", "denied"}, {"why", why}});
  turn_back(d, d.planned(i).id + " " + why);
}

void after_question(decision& d, const question& q, const std::string& outcome, const std::string& why) {
  d.add(fact_kind::state, "", {{"answered", q.id}});
  if (q.id.starts_with("undo/")) {
    const bool undo = outcome == "rollback";
    d.add(fact_kind::undo_outcome, q.id.substr(5),
          {{"status", undo ? "ready" : "kept"}, {"why", undo ? "approved" : why}});
    return;
  }
  if (outcome == "rollback") turn_back(d, q.text);
  if (outcome == "hold") hold(d, q.text);
}

void answer_question(decision& d, const speech& p, const question& q, bool yes) {
  if (!has_any(p, q.roles)) {
    refuse(d, p, "needs one of the roles " + listed(q.roles));
    return;
  }
  say(d, p, "counted", "");
  auto votes = q.votes;
  votes[p.e.principal] = yes;
  std::string by;
  int alike = 0;
  for (const auto& [who, said] : votes) {
    if (said != yes) continue;
    ++alike;
    by += (by.empty() ? "" : ", ") + who;
  }
  if (alike >= q.quorum) after_question(d, q, yes ? "rollback" : "continue", "kept by " + by);
}

void decide_vote(decision& d, const speech& p, bool yes) {
  const auto asked = d.s.questions.find(p.step);
  if (asked != d.s.questions.end()) {
    answer_question(d, p, asked->second, yes);
    return;
  }
  const auto i = step_named(d, p.step);
  if (!i) {
    refuse(d, p, "there is no step or question \"" + p.step + "\"");
    return;
  }
  if (d.planned(*i).kind != step_kind::approval || d.step(*i).status != step_status::asking) {
    refuse(d, p, "step " + p.step + " does not wait for an approval");
    return;
  }
  const auto digest = text(p.e.body, "plan_digest");
  if (!digest.empty() && digest != d.s.what->digest()) {
    refuse(d, p, "it was given for another plan");
    return;
  }
  if (yes)
    approve_step(d, p, *i);
  else
    reject_step(d, p, *i);
}

// Tasks begin with the release and can be ticked for ever.
void tick_task(decision& d, const speech& p) {
  const auto id = text(p.e.body, "item");
  const auto& all = d.s.what->tasks;
  const auto found = std::find_if(all.begin(), all.end(), [&](const plan_task& t) { return t.id == id; });
  if (found == all.end()) return refuse(d, p, "the plan has no task \"" + id + "\"");
  const bool began = d.s.released_at != time_point{};
  if (!began || (d.s.phase > phase::watching && d.s.phase != phase::released))
    return refuse(d, p, "tasks begin with the release; the run is " + std::string(name_of(d.s.phase)));
  if (!has_any(p, found->roles)) return refuse(d, p, "needs one of the roles " + listed(found->roles));
  if (const auto done = d.s.tasks.find(id); done != d.s.tasks.end())
    return refuse(d, p, "it was ticked by " + done->second.who + " already");
  say(d, p, "counted", "", {{"task", id}});
}

bool names_tasks(const decision& d, const std::string& step) {
  return step == "tasks" && !d.s.what->tasks.empty();
}

void tick(decision& d, const speech& p) {
  if (names_tasks(d, p.step)) return tick_task(d, p);
  const auto i = step_named(d, p.step);
  const bool open =
      i && d.planned(*i).kind == step_kind::checklist && d.step(*i).status == step_status::asking;
  if (!open) {
    refuse(d, p, "step \"" + p.step + "\" is not an open checklist");
    return;
  }
  const auto& planned = d.planned(*i);
  const auto item = text(p.e.body, "item");
  if (std::find(planned.items.begin(), planned.items.end(), item) == planned.items.end()) {
    refuse(d, p, "the checklist has no item \"" + item + "\"");
    return;
  }
  if (!has_any(p, planned.roles)) {
    refuse(d, p, "needs one of the roles " + listed(planned.roles));
    return;
  }
  say(d, p, "counted", "", {{"item", item}});
  auto ticked = d.step(*i).ticked;
  ticked.insert(item);
  if (ticked.size() == planned.items.size())
    d.add(fact_kind::outcome, *i, {{"status", "done"}, {"outputs", json::object{}}});
}

bool window_open(const decision& d) {
  const auto window = d.s.what->rollback.decision_window;
  return window.count() == 0 || d.s.released_at == time_point{} || d.now <= d.s.released_at + window;
}

std::set<std::string> asked_for(const run_state& s, const std::string& component) {
  const auto found = s.rollback_votes.find(component);
  return found == s.rollback_votes.end() ? std::set<std::string>{} : found->second;
}

void roll_back(decision& d, const speech& p) {
  const auto& deciders = d.s.what->rollback.decision_roles;
  if (!deciders.empty() ? !has_any(p, deciders) : !has_any(p, d.s.what->protection.start)) {
    refuse(d, p,
           "needs one of the roles " + listed(deciders.empty() ? d.s.what->protection.start : deciders));
    return;
  }
  if (d.s.phase >= phase::draining) {
    refuse(d, p, "the run is already " + std::string(name_of(d.s.phase)));
    return;
  }
  if (!window_open(d)) {
    refuse(d, p,
           "the decision window of " + format_duration(d.s.what->rollback.decision_window) + " is over");
    return;
  }
  const auto component = text(p.e.body, "component");
  const auto& components = d.s.what->components;
  const bool known = component.empty() || std::any_of(components.begin(), components.end(),
                                                      [&](const auto& c) { return c.name == component; });
  if (!known) {
    refuse(d, p, "the plan has no component \"" + component + "\"");
    return;
  }
  const auto extra = component.empty() ? json::object{} : json::object{{"component", component}};
  auto people = asked_for(d.s, component);
  people.insert(p.e.principal);
  if (static_cast<int>(people.size()) < d.s.what->rollback.decision_quorum)
    return say(d, p, "counted", "", extra);
  say(d, p, "done", "", extra);
  const auto reason = text(p.e.body, "reason");
  std::string by;
  for (const auto& who : people) by += (by.empty() ? "" : ", ") + who;
  const auto why = "rollback asked by " + by + (reason.empty() ? "" : ": " + reason);
  turn_back(d, why, component.empty() ? std::set<std::string>{} : with_dependants(*d.s.what, component));
}

void unpark(decision& d) {
  if (!d.s.parked.empty()) d.add(fact_kind::state, "", {{"unparked", true}});
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

void retry(decision& d, const speech& p) {
  const auto i = step_named(d, p.step);
  if (!i) {
    refuse(d, p, "there is no step \"" + p.step + "\"");
    return;
  }
  const auto unit = d.s.undo_of.find(*i);
  if (unit != d.s.undo_of.end() && d.s.phase >= phase::draining) {
    say(d, {p.e, p.roles, ""}, "done", "", {{"unit", p.step}});
    if (d.s.undo[unit->second].status == undo_status::failed)
      d.add(fact_kind::undo_outcome, p.step, {{"status", "ready"}, {"why", "approved"}});
    unpark(d);
    return;
  }
  const auto status = d.step(*i).status;
  if (d.s.phase != phase::forward || (status != step_status::failed && status != step_status::unclear)) {
    refuse(
        d, p,
        "step " + p.step + " is " + std::string(name_of(status)) + ", only a failed one can be tried again");
    return;
  }
  say(d, p, "done", "");
  if (d.s.questions.contains("failure/" + p.step))
    d.add(fact_kind::state, "", {{"answered", "failure/" + p.step}});
  unpark_past(d, *i);
}

void skip(decision& d, const speech& p) {
  const auto i = step_named(d, p.step);
  if (!i) {
    refuse(d, p, "there is no step \"" + p.step + "\"");
    return;
  }
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
  if (!allowed || !idle || d.s.phase != phase::forward) {
    refuse(d, p,
           allowed ? "step " + p.step + " cannot be skipped now"
                   : "the plan does not let people skip " + p.step);
    return;
  }
  say(d, p, "done", "");
  d.add(fact_kind::skipped, *i, {{"why", "skipped by " + p.e.principal}, {"principal", p.e.principal}});
  unpark_past(d, *i);
}

void cancel(decision& d, const speech& p) {
  if (d.s.phase >= phase::draining) {
    refuse(d, p, "the run is already " + std::string(name_of(d.s.phase)));
    return;
  }
  say(d, p, "done", "");
  const auto reason = text(p.e.body, "reason");
  const auto why = "cancelled by " + p.e.principal + (reason.empty() ? "" : ": " + reason);
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
  if (!has_any(p, roles)) return refuse(d, p, "needs one of the roles " + listed(roles));
  if (text(p.e.body, "reason").empty()) return refuse(d, p, "the calendar is overridden with a reason only");
  say(d, p, "done", "");
}

void supersede(decision& d, const speech& p) {
  if (d.s.phase != phase::watching) {
    refuse(d, p, "the run is " + std::string(name_of(d.s.phase)) + ", only a watching one can be superseded");
    return;
  }
  say(d, p, "done", "");
  d.add(fact_kind::state, "",
        {{"phase", "released"}, {"reason", "superseded by run " + text(p.e.body, "run")}});
}

}  // namespace

bool has_quorum(const run_state& s, step_index i) {
  return s.steps[i].status == step_status::asking && s.what->steps[i].kind == step_kind::approval &&
         enough_votes(s, i, {}, "");
}

void approved(decision& d, step_index i, const std::string& last) {
  std::set<std::string> people;
  for (const auto& [role, voters] : d.step(i).votes) people.insert(voters.begin(), voters.end());
  if (!last.empty()) people.insert(last);
  std::string by;
  for (const auto& who : people) by += (by.empty() ? "" : ", ") + who;
  d.add(fact_kind::outcome, i, {{"status", "done"}, {"outputs", {{"approved_by", by}}}});
}

void question_escalates(decision& d, const question& q) {
  if (q.escalate.empty() || q.escalate.front().first > d.now) return;
  // Asked of anyone, it is asked of everybody already.
  const auto& roles = q.roles.empty() ? q.roles : q.escalate.front().second;
  d.add(fact_kind::state, "", {{"escalated", {{"id", q.id}, {"roles", to_array(roles)}}}});
}

void question_due(decision& d, const question& q) { after_question(d, q, q.then, "nobody answered in time"); }

void on_signal(decision& d, const signal_event& e) {
  const speech p{e, roles_of(*d.s.what, e.principal, e.groups), text(e.body, "step")};
  const bool task = e.name == "tick" && names_tasks(d, p.step) && d.s.phase == phase::released;
  if (is_terminal(d.s.phase) && !task) {
    refuse(d, p, "the run has ended: " + std::string(name_of(d.s.phase)));
    return;
  }
  if (!e.denied.empty()) {
    refuse(d, p, e.denied);
  } else if (e.name == "approve" || e.name == "reject") {
    decide_vote(d, p, e.name == "approve");
  } else if (e.name == "tick") {
    tick(d, p);
  } else if (e.name == "rollback") {
    roll_back(d, p);
  } else if (e.name == "override") {
    override_calendar(d, p);
  } else if (e.name == "supersede") {
    supersede(d, p);
  } else if (e.name == "wake") {
    say(d, p, "done", "");
  } else if (!may_operate(d, p)) {
    return;
  } else if (e.name == "schedule") {
    move_start(d, p);
  } else if (e.name == "pause") {
    say(d, p, "done", "");
  } else if (e.name == "resume") {
    resume(d, p);
  } else if (e.name == "retry") {
    retry(d, p);
  } else if (e.name == "skip") {
    skip(d, p);
  } else if (e.name == "cancel") {
    cancel(d, p);
  } else {
    refuse(d, p, "\"" + e.name + "\" is not a signal");
  }
}

}  // namespace shipflow::run
