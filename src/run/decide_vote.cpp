// What people decide together: approvals with quorum, questions, checklists and tasks.
#include "base/listed.hpp"
#include "run/body.hpp"
#include "run/speech.hpp"

#include <algorithm>

namespace shipflow::run {
namespace {

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
  if (!planned.self_approval && p.e.principal == d.s.principal)
    return refuse(d, p, "the person who started a release may not approve it");
  if (planned.roles.empty()) return refuse(d, p, "the approval names no role");
  if (!may(d, p, planned.roles)) return;
  std::vector<std::string> added;
  for (const auto& role : planned.roles)
    if (p.roles.contains(role)) added.push_back(role);
  say(d, p, "counted", "", {{"roles", to_array(added)}});
  if (!enough_votes(d.s, i, added, p.e.principal) || d.step(i).not_before > d.now) return;
  approved(d, i, p.e.principal);
  // What it was parked for, when nobody had answered in time, has been done.
  if (d.s.parked_command == approval_command(d, i)) d.add(fact_kind::state, "", {{"unparked", true}});
}

void reject_step(decision& d, const speech& p, step_index i) {
  if (!may(d, p, d.planned(i).roles)) return;
  const auto why = with_reason(p, "rejected by " + p.e.principal);
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

// Whoever looked at another plan has agreed to nothing here.
bool about_this_plan(decision& d, const speech& p) {
  const auto digest = text(p.e.body, "plan_digest");
  if (digest.empty() || digest == d.s.what->digest()) return true;
  refuse(d, p, "it was given for another plan");
  return false;
}

void answer_question(decision& d, const speech& p, const question& q, bool yes) {
  if (!about_this_plan(d, p) || !may(d, p, q.roles)) return;
  say(d, p, "counted", "");
  auto votes = q.votes;
  votes[p.e.principal] = yes;
  std::set<std::string> alike;
  for (const auto& [who, said] : votes)
    if (said == yes) alike.insert(who);
  if (static_cast<int>(alike.size()) >= q.quorum)
    after_question(d, q, yes ? "rollback" : "continue", "kept by " + listed(alike));
}

// The step that waits for this vote, or none after refusing it.
std::optional<step_index> step_voted_on(decision& d, const speech& p) {
  const auto i = step_named(d, p.step);
  if (!i) {
    refuse(d, p, "there is no step or question \"" + p.step + "\"");
    return {};
  }
  if (d.planned(*i).kind != step_kind::approval || d.step(*i).status != step_status::asking) {
    refuse(d, p, "step " + p.step + " does not wait for an approval");
    return {};
  }
  return about_this_plan(d, p) ? i : std::nullopt;
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
  if (!may(d, p, found->roles)) return;
  if (const auto done = d.s.tasks.find(id); done != d.s.tasks.end())
    return refuse(d, p, "it was ticked by " + done->second.who + " already");
  say(d, p, "counted", "", {{"task", id}});
}

}  // namespace

void approve(decision& d, const speech& p) {
  const auto asked = d.s.questions.find(p.step);
  if (asked != d.s.questions.end()) return answer_question(d, p, asked->second, true);
  if (const auto i = step_voted_on(d, p)) approve_step(d, p, *i);
}

void reject(decision& d, const speech& p) {
  const auto asked = d.s.questions.find(p.step);
  if (asked != d.s.questions.end()) return answer_question(d, p, asked->second, false);
  if (const auto i = step_voted_on(d, p)) reject_step(d, p, *i);
}

namespace {

// The open checklist that has the item, or none after refusing who may not tick it.
std::optional<step_index> list_with(decision& d, const speech& p, const std::string& item) {
  const auto i = step_named(d, p.step);
  const bool open =
      i && d.planned(*i).kind == step_kind::checklist && d.step(*i).status == step_status::asking;
  if (!open) {
    refuse(d, p, "step \"" + p.step + "\" is not an open checklist");
    return {};
  }
  const auto& planned = d.planned(*i);
  if (std::find(planned.items.begin(), planned.items.end(), item) == planned.items.end()) {
    refuse(d, p, "the checklist has no item \"" + item + "\"");
    return {};
  }
  return may(d, p, planned.roles) ? i : std::nullopt;
}

}  // namespace

void tick(decision& d, const speech& p) {
  if (names_tasks(d, p.step)) return tick_task(d, p);
  const auto item = text(p.e.body, "item");
  const auto i = list_with(d, p, item);
  if (!i) return;
  say(d, p, "counted", "", {{"item", item}});
  auto ticked = d.step(*i).ticked;
  ticked.insert(item);
  if (ticked.size() == d.planned(*i).items.size())
    d.add(fact_kind::outcome, *i, {{"status", "done"}, {"outputs", json::object{}}});
}

void untick(decision& d, const speech& p) {
  const auto item = text(p.e.body, "item");
  const auto i = list_with(d, p, item);
  if (!i) return;
  if (!d.step(*i).ticked.contains(item)) return refuse(d, p, "the item \"" + item + "\" is not ticked");
  say(d, p, "counted", "", {{"item", item}});
}

bool has_quorum(const run_state& s, step_index i) {
  return s.steps[i].status == step_status::asking && s.what->steps[i].kind == step_kind::approval &&
         enough_votes(s, i, {}, "");
}

void approved(decision& d, step_index i, const std::string& last) {
  std::set<std::string> people;
  for (const auto& [role, voters] : d.step(i).votes) people.insert(voters.begin(), voters.end());
  if (!last.empty()) people.insert(last);
  d.add(fact_kind::outcome, i, {{"status", "done"}, {"outputs", {{"approved_by", listed(people)}}}});
}

std::string approval_command(const decision& d, step_index i) {
  return "shipflow approve " + d.s.id + " " + d.planned(i).id;
}

void question_escalates(decision& d, const question& q) {
  if (q.escalate.empty() || q.escalate.front().first > d.now) return;
  // Asked of anyone, it is asked of everybody already.
  const auto& roles = q.roles.empty() ? q.roles : q.escalate.front().second;
  d.add(fact_kind::state, "", {{"escalated", {{"id", q.id}, {"roles", to_array(roles)}}}});
}

void question_due(decision& d, const question& q) { after_question(d, q, q.then, "nobody answered in time"); }

}  // namespace shipflow::run
