#include "message/teller.hpp"

#include "base/listed.hpp"
#include "message/pieces.hpp"
#include "run/body.hpp"
#include "run/decision.hpp"

#include <algorithm>

namespace shipflow::messages {
namespace {

using run::flag;
using run::member;
using run::text;
using run::texts;
using run::when;

// A guard that goes to and fro is told of once in so long.
constexpr duration quiet_after_breach{600'000};

std::string due_text(time_point due) { return due == time_point{} ? std::string{} : format_time(due); }

std::string name_of_phase_change(phase before, const std::string& entered) {
  if (entered == "forward") return "started";
  if (entered == "watching") return "released";
  if (entered == "released") return before == phase::watching ? "watched" : "released";
  if (entered == "draining") return "rolling_back";
  if (entered == "rolled_back" || entered == "failed" || entered == "cancelled") return entered;
  return {};
}

std::string name_of_signal(const std::string& said) {
  if (said == "pause") return "paused";
  if (said == "resume") return "resumed";
  return said == "schedule" ? "moved" : std::string{};
}

std::string voters(const step_state& step) {
  std::set<std::string> people;
  for (const auto& [role, who] : step.votes) people.insert(who.begin(), who.end());
  return listed(people);
}

void put_common(const run_state& s, const std::string& name, time_point at, json::object& to) {
  const auto& what = *s.what;
  to["moment"] = name;
  to["at"] = format_time(at);
  to["run"] = s.id;
  to["plan"] = what.name;
  to["environment"] = what.environment;
  to["version"] = what.release.version;
  to["started_by"] = s.principal;
  if (!what.environment_url.empty()) to["url"] = what.environment_url;
}

// Empty values are left out, so that a default in the text takes their place.
void put(json::object& to, std::string_view key, const std::string& value) {
  if (!value.empty()) to[key] = value;
}

template <class List, class Value>
bool among(const List& list, const Value& v) {
  return std::find(list.begin(), list.end(), v) != list.end();
}

bool wanted(const plan& what, const plan_message& rule, const std::string& name, const std::string& severity,
            const std::string& group, duration lead) {
  const auto takes = [](const auto& list, const std::string& v) {
    return list.empty() || v.empty() || among(list, v);
  };
  if (rule.moment != name || !takes(rule.severities, severity) || !takes(rule.steps, group)) return false;
  return name != "reminder" || among(rule.before.empty() ? run::usual_lead_times(what) : rule.before, lead);
}

stored_message make(const run_state& s, const fact& f, const std::string& moment, std::size_t rule,
                    const std::string& channel, const std::string& body) {
  stored_message m;
  m.id = sha256_hex(s.id + "\n" + std::to_string(f.rev) + "\n" + moment + "\n" + std::to_string(rule) + "\n" +
                    channel)
             .substr(0, 32);
  m.run = s.id;
  m.channel = channel;
  m.moment = moment;
  m.at_ms = m.due_ms = to_ms(f.at);
  m.body = body;
  return m;
}

}  // namespace

teller::teller(const plan& what) {
  if (what.messages.empty()) return;
  for (step_index i = 0; i < what.steps.size(); ++i) groups_[what.steps[i].group].push_back(i);
}

teller::moment teller::about_step(const run_state& s, const std::string& name, step_index i) const {
  const auto& planned = s.what->steps[i];
  moment m{name, planned.group, {}, {}};
  put(m.values, "step", planned.id);
  put(m.values, "title", planned.title.empty() ? planned.id : planned.title);
  return m;
}

// The last of a group is usually the last to end, so the search ends at once while the group is under way.
bool teller::group_done(const run_state& s, const std::string& group) const {
  const auto& members = groups_.at(group);
  const bool over = std::all_of(members.rbegin(), members.rend(), [&](step_index i) {
    return s.steps[i].status == step_status::done || s.steps[i].status == step_status::skipped;
  });
  return over && std::any_of(members.begin(), members.end(),
                             [&](step_index i) { return s.steps[i].status == step_status::done; });
}

teller::moment teller::about_question(const run_state& s, const question& q,
                                      const std::vector<std::string>& roles) {
  moment m{"question", {}, {}, {}};
  for (const auto& g : s.what->guards)
    if ("rollback/" + g.id == q.id) m.severity = g.severity;
  put(m.values, "why", q.text);
  put(m.values, "roles", listed(roles));
  put(m.values, "due", due_text(q.due));
  put(m.values, "command", "shipflow status " + s.id);
  return m;
}

void teller::of_state(phase before, const run_state& s, const fact& f, std::vector<moment>& out) const {
  const auto& b = f.body;
  if (const auto* lead = member(b, "reminded"); lead != nullptr && lead->is_int64()) {
    moment m{"reminder", {}, {}, {}, duration{lead->get_int64()}};
    put(m.values, "lead", format_duration(m.lead));
    put(m.values, "due", due_text(s.start_at));
    out.push_back(std::move(m));
  }
  // Until its own time a start is not held but scheduled, which people were told.
  if (const auto* holds = member(b, "holds"); holds != nullptr && holds->is_object() && s.start_at <= f.at) {
    moment m{"held", {}, {}, {}};
    put(m.values, "why", text(holds->get_object(), "why"));
    put(m.values, "due", due_text(s.held_until));
    out.push_back(std::move(m));
  }
  if (const auto entered = name_of_phase_change(before, text(b, "phase")); !entered.empty()) {
    moment m{entered, {}, {}, {}};
    put(m.values, "why", text(b, "reason").empty() ? s.reason : text(b, "reason"));
    out.push_back(std::move(m));
  }
  // An escalation asks more people the same.
  for (const auto* word : {"asks", "escalated"}) {
    const auto* asked = member(b, word);
    if (asked == nullptr || !asked->is_object()) continue;
    const auto question = s.questions.find(text(asked->get_object(), "id"));
    if (question != s.questions.end())
      out.push_back(about_question(s, question->second, texts(asked->get_object(), "roles")));
  }
  if (const auto why = text(b, "parked"); !why.empty()) {
    moment m{"parked", {}, {}, {}};
    put(m.values, "why", why);
    put(m.values, "command", text(b, "command"));
    out.push_back(std::move(m));
  }
  const auto* ready = member(b, "ready");
  const auto found = s.index.find(f.step);
  if (ready != nullptr && ready->is_object() && text(ready->get_object(), "level") == "lapsed" &&
      found != s.index.end()) {
    auto m = about_step(s, "lapsed", found->second);
    put(m.values, "why", text(ready->get_object(), "why"));
    out.push_back(std::move(m));
  }
}

void teller::of_step(const run_state& s, const fact& f, std::vector<moment>& out) const {
  const auto found = s.index.find(f.step);
  if (found == s.index.end()) return;
  const auto i = found->second;
  const auto& planned = s.what->steps[i];
  const bool people = planned.kind == step_kind::approval || planned.kind == step_kind::checklist;
  if (f.kind == fact_kind::timer) {
    if (!flag(f.body, "asks")) return;
    auto m = about_step(s, "approval", i);
    put(m.values, "roles", listed(planned.roles));
    put(m.values, "due", due_text(when(f.body, "due")));
    put(m.values, "command",
        planned.kind == step_kind::approval ? "shipflow approve " + s.id + " " + planned.id
                                            : "shipflow tick " + s.id + " " + planned.id + " ITEM");
    out.push_back(std::move(m));
    return;
  }
  const auto status = s.steps[i].status;
  if (status == step_status::failed) {
    auto m = about_step(s, people ? "rejected" : "step_failed", i);
    put(m.values, "why", s.steps[i].why);
    out.push_back(std::move(m));
  }
  if (status == step_status::done && planned.kind == step_kind::approval) {
    auto m = about_step(s, "approved", i);
    put(m.values, "who", voters(s.steps[i]));
    out.push_back(std::move(m));
  }
  if ((status == step_status::done || status == step_status::skipped) && group_done(s, planned.group)) {
    auto m = about_step(s, "step_done", i);
    if (groups_.at(planned.group).size() > 1) m.values["title"] = planned.group;
    m.values["step"] = planned.group;
    out.push_back(std::move(m));
  }
}

std::vector<teller::moment> teller::moments_of(phase before, const run_state& s, const fact& f) const {
  std::vector<moment> out;
  switch (f.kind) {
    case fact_kind::state: of_state(before, s, f, out); break;
    case fact_kind::timer:
    case fact_kind::outcome:
    case fact_kind::resolved:
    case fact_kind::skipped: of_step(s, f, out); break;
    case fact_kind::created: {
      if (s.start_at <= f.at) break;
      moment m{"scheduled", {}, {}, {}};
      put(m.values, "due", due_text(s.start_at));
      out.push_back(std::move(m));
      break;
    }
    case fact_kind::signal: {
      const auto name = name_of_signal(text(f.body, "name"));
      if (text(f.body, "meaning") == "refused" || name.empty()) break;
      moment m{name, {}, {}, {}};
      if (name == "moved") put(m.values, "due", due_text(s.start_at));
      put(m.values, "who", text(f.body, "principal"));
      put(m.values, "why", text(f.body, "reason"));
      out.push_back(std::move(m));
      break;
    }
    case fact_kind::verdict: {
      if (text(f.body, "level") != "alert") break;
      moment m{"breach", {}, {}, {}};
      for (const auto& g : s.what->guards)
        if (g.id == f.step) m.severity = g.severity;
      put(m.values, "guard", f.step);
      put(m.values, "why", text(f.body, "reason"));
      out.push_back(std::move(m));
      break;
    }
    default: break;
  }
  for (auto& m : out) {
    put(m.values, "severity", m.severity);
    put_common(s, m.name, f.at, m.values);
  }
  return out;
}

bool teller::heard_lately(const moment& m, time_point at) {
  if (m.name != "breach") return false;
  auto& last = last_breach_[text(m.values, "guard")];
  if (last != time_point{} && at >= last && at < last + quiet_after_breach) return true;
  last = at;
  return false;
}

std::vector<stored_message> teller::tell(phase before, const run_state& s, const fact& f) {
  std::vector<stored_message> out;
  if (groups_.empty()) return out;
  for (const auto& m : moments_of(before, s, f)) {
    if (heard_lately(m, f.at)) continue;
    for (std::size_t r = 0; r < s.what->messages.size(); ++r) {
      const auto& rule = s.what->messages[r];
      if (!wanted(*s.what, rule, m.name, m.severity, m.group, m.lead)) continue;
      const auto body = body_of(rule.text, m.values);
      for (const auto& channel : rule.to) out.push_back(make(s, f, m.name, r, channel, body));
    }
  }
  return out;
}

}  // namespace shipflow::messages
