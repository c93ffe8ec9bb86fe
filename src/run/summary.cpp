// The state of a run for programs and people.
#include "run/body.hpp"

#include <shipflow/run.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

void put_time(json::object& o, std::string_view key, time_point t) {
  if (t != time_point{}) o[json::string_view(key.data(), key.size())] = to_ms(t);
}

json::object step_summary(const plan_step& planned, const step_state& st) {
  json::object o{{"id", planned.id},
                 {"title", planned.title},
                 {"kind", std::string(name_of(planned.kind))},
                 {"status", std::string(name_of(st.status))},
                 {"attempt", st.attempt}};
  if (!st.why.empty()) o["why"] = st.why;
  put_time(o, "began", st.began);
  put_time(o, "ended", st.ended);
  put_time(o, "due", st.due);
  put_time(o, "not_before", st.not_before);
  if (planned.kind == step_kind::approval || planned.kind == step_kind::checklist)
    o["roles"] = run::to_array(planned.roles);
  if (planned.kind == step_kind::approval) {
    o["quorum"] = planned.quorum;
    json::object votes;
    for (const auto& [role, people] : st.votes) votes[role] = run::to_array({people.begin(), people.end()});
    o["votes"] = std::move(votes);
  }
  if (planned.kind == step_kind::checklist) {
    o["items"] = run::to_array(planned.items);
    o["texts"] = run::to_array(planned.item_texts);
    o["ticked"] = run::to_array({st.ticked.begin(), st.ticked.end()});
  }
  return o;
}

json::array tasks_of(const run_state& s) {
  json::array out;
  for (const auto& t : s.what->tasks) {
    json::object o{{"id", t.id}, {"text", t.text}, {"roles", run::to_array(t.roles)}};
    if (s.released_at != time_point{} && t.within.count() > 0) put_time(o, "due", s.released_at + t.within);
    if (const auto done = s.tasks.find(t.id); done != s.tasks.end()) {
      put_time(o, "done", done->second.at);
      o["by"] = done->second.who;
    }
    out.push_back(std::move(o));
  }
  return out;
}

json::array questions_of(const run_state& s) {
  json::array out;
  for (const auto& [id, q] : s.questions) {
    json::object o{{"id", id}, {"text", q.text}, {"roles", run::to_array(q.roles)}, {"then", q.then}};
    put_time(o, "due", q.due);
    if (!q.escalate.empty()) put_time(o, "escalates", q.escalate.front().first);
    if (q.quorum > 1) {
      o["quorum"] = q.quorum;
      json::object votes;
      for (const auto& [who, yes] : q.votes) votes[who] = yes ? "rollback" : "keep";
      o["votes"] = std::move(votes);
    }
    out.push_back(std::move(o));
  }
  return out;
}

json::object rollback_of(const run_state& s, const outlook& back) {
  json::array steps;
  for (const auto i : back.units)
    steps.push_back({{"id", s.what->steps[i].id},
                     {"level", std::string(name_of(s.steps[i].way_back.level))},
                     {"why", s.steps[i].way_back.why}});
  return {{"level", std::string(name_of(back.level))},
          {"why", back.why},
          {"takes_ms", back.takes.count()},
          {"steps", std::move(steps)}};
}

}  // namespace

json::object summary(const run_state& s) {
  json::object out{{"run", s.id},
                   {"plan", s.what->name},
                   {"plan_digest", s.what->digest()},
                   {"environment", s.what->environment},
                   {"version", s.what->release.version},
                   {"principal", s.principal},
                   {"phase", std::string(name_of(s.phase))},
                   {"paused", s.paused},
                   {"parked", s.parked},
                   {"command", s.parked_command},
                   {"reason", s.reason},
                   {"rev", s.rev}};
  if (!s.emergency.empty()) out["emergency"] = s.emergency;
  if (!s.promoted.empty()) out["promoted"] = s.promoted;
  if (!s.hotfix.empty()) out["hotfix"] = s.hotfix;
  if (!s.what->tasks.empty()) out["tasks"] = tasks_of(s);
  if (!s.calendar_override.empty()) out["calendar_override"] = s.calendar_override;
  put_time(out, "start_at", s.start_at);
  if (!s.held.empty()) out["held"] = s.held;
  put_time(out, "held_until", s.held_until);
  put_time(out, "created", s.created);
  put_time(out, "released_at", s.released_at);
  put_time(out, "finished", s.finished);
  json::array steps;
  for (std::size_t i = 0; i < s.steps.size(); ++i)
    steps.push_back(step_summary(s.what->steps[i], s.steps[i]));
  out["steps"] = std::move(steps);
  json::array guards;
  for (std::size_t i = 0; i < s.guards.size(); ++i)
    guards.push_back({{"id", s.what->guards[i].id},
                      {"severity", s.what->guards[i].severity},
                      {"level", std::string(name_of(s.guards[i].level))},
                      {"reason", s.guards[i].reason}});
  out["guards"] = std::move(guards);
  out["questions"] = questions_of(s);
  json::array undo;
  for (const auto& unit : s.undo)
    undo.push_back({{"id", s.what->steps[unit.step].id},
                    {"status", std::string(name_of(unit.status))},
                    {"why", unit.why}});
  out["undo"] = std::move(undo);
  if (const auto back = look_back(s); !back.units.empty()) out["rollback"] = rollback_of(s, back);
  return out;
}

}  // namespace v1
}  // namespace shipflow
