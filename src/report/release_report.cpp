// From a journal to what a report tells.
#include "base/listed.hpp"
#include "plan/rules.hpp"
#include "report/release_people.hpp"
#include "report/release_words.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/release_report.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

std::string text(const json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

std::string with(const std::string& head, const std::string& why) {
  return why.empty() ? head : head + ": " + why;
}

// One line per fact that people want to read; nothing for the others.
class teller {
 public:
  teller(const plan& what, release_report& to) : what_(what), to_(to) {}

  void tell(const fact& f) {
    switch (f.kind) {
      case fact_kind::created: return created(f);
      case fact_kind::outcome: return outcome(f);
      case fact_kind::skipped: return say(f, with(f.step + " skipped", text(f.body, "why")));
      case fact_kind::signal: return signal(f);
      case fact_kind::verdict: return verdict(f);
      case fact_kind::state: return state(f);
      case fact_kind::undo_outcome: return undone(f);
      case fact_kind::note: return say(f, text(f.body, "text"));
      case fact_kind::intent: return intent(f);
      default: return;
    }
  }

 private:
  void say(const fact& f, std::string line, bool trouble = false) {
    if (!line.empty()) to_.events.push_back({f.at, std::move(line), trouble});
  }
  void created(const fact& f) {
    to_.principal = text(f.body, "principal");
    to_.reason = text(f.body, "reason");
    say(f, with("created by " + to_.principal, to_.reason));
  }
  void intent(const fact& f) {
    const auto* inputs = f.body.if_contains("inputs");
    const auto* weight =
        inputs != nullptr && inputs->is_object() ? inputs->get_object().if_contains("weight") : nullptr;
    if (weight != nullptr && weight->is_int64())
      to_.weights.push_back({f.at, static_cast<int>(std::clamp<std::int64_t>(weight->get_int64(), 0, 100)),
                             component_of(f.step)});
  }
  [[nodiscard]] std::string component_of(const std::string& step) const {
    const auto index = what_.find(step);
    return index ? what_.steps[*index].component : std::string{};
  }
  // Traffic goes back first, and with the first of its steps all of it.
  void traffic_is_back(const fact& f) {
    const auto index = what_.find(f.step);
    if (!index || !what_.steps[*index].inputs.contains("weight")) return;
    const auto component = component_of(f.step);
    const auto newest = std::find_if(to_.weights.rbegin(), to_.weights.rend(),
                                     [&](const auto& w) { return w.component == component; });
    if (newest != to_.weights.rend() && newest->percent > 0) to_.weights.push_back({f.at, 0, component});
  }
  void outcome(const fact& f) {
    const auto status = text(f.body, "status");
    if (status == "done") return say(f, f.step + " done");
    say(f, with(f.step + " " + status, text(f.body, "why")), status == "failed");
  }
  void signal(const fact& f) {
    const auto name = text(f.body, "name");
    if (name == "wake") return;
    auto what = name + (f.step.empty() ? "" : " " + f.step);
    if (const auto item = text(f.body, "item"); !item.empty()) what += " " + item;
    if (const auto task = text(f.body, "task"); !task.empty()) what += " task " + task;
    const auto meaning = text(f.body, "meaning");
    if (name == "tick" && meaning != "refused") ticked(f);
    if (name == "untick" && meaning != "refused") unticked(f);
    const auto why = meaning == "refused" ? text(f.body, "why") : text(f.body, "reason");
    to_.words.push_back({f.at, text(f.body, "principal"), what, meaning, why});
  }
  void ticked(const fact& f) {
    const auto id = text(f.body, "item");
    for (auto& item : to_.items) {
      if (item.step != f.step || item.id != id || item.ticked != time_point{}) continue;
      item.ticked = f.at;
      item.state = "done";
      item.who = text(f.body, "principal");
    }
  }
  void unticked(const fact& f) {
    const auto id = text(f.body, "item");
    for (auto& item : to_.items) {
      if (item.step != f.step || item.id != id) continue;
      item.ticked = {};
      item.who.clear();
    }
  }
  void verdict(const fact& f) {
    const auto level = text(f.body, "level");
    for (auto& g : to_.guards)
      if (g.id == f.step && level == "alert") ++g.alerts;
    if (level != "pass") say(f, with(f.step + " says " + level, text(f.body, "reason")), level == "alert");
  }
  void state(const fact& f) {
    const auto phase = text(f.body, "phase");
    const bool bad = phase == "draining" || phase == "failed" || phase == "rolled_back";
    if (!phase.empty()) say(f, with(words_of_phase(phase), text(f.body, "reason")), bad);
    if (phase == "draining") to_.turned = f.at;
    if (const auto parked = text(f.body, "parked"); !parked.empty())
      say(f, "a person is needed: " + parked, true);
    if (const auto* holds = f.body.if_contains("holds"); holds != nullptr && holds->is_object())
      say(f, "not begun: " + text(holds->get_object(), "why"));
    if (const auto* called = f.body.if_contains("reacts"); called != nullptr && called->is_array())
      for (const auto& name : called->get_array())
        if (name.is_string()) say(f, with(std::string(name.get_string()) + " called", text(f.body, "why")));
    if (const auto* told = f.body.if_contains("escalated"); told != nullptr && told->is_object())
      say(f, "nobody has decided " + text(told->get_object(), "id") + ": more people are asked");
    if (const auto* asks = f.body.if_contains("asks"); asks != nullptr && asks->is_object())
      say(f, "asked: " + text(asks->get_object(), "text"));
  }
  void undone(const fact& f) {
    const auto status = text(f.body, "status");
    if (status == "done") {
      traffic_is_back(f);
      return say(f, f.step + " put back");
    }
    if (status == "failed" || status == "kept")
      say(f, with(f.step + " not put back", text(f.body, "why")), true);
  }

  const plan& what_;
  release_report& to_;
};

void tell_state(const run_state& s, release_report& to) {
  const auto& p = *s.what;
  to.run = s.id;
  to.plan = p.name;
  to.plan_digest = p.digest();
  to.environment = p.environment;
  to.url = p.environment_url;
  to.version = p.release.version;
  to.commit = p.release.commit;
  to.notes = p.release.notes;
  to.emergency = s.emergency;
  to.calendar_override = s.calendar_override;
  to.promoted = s.promoted;
  to.hotfix = s.hotfix;
  to.about = p.about;
  to.phase = name_of(s.phase);
  to.why = s.parked.empty() ? s.reason : s.parked;
  to.created = s.created;
  to.released_at = s.released_at;
  to.finished = s.finished;
  for (std::size_t i = 0; i < s.steps.size(); ++i) {
    const auto& st = s.steps[i];
    to.steps.push_back({p.steps[i].id, p.steps[i].title, std::string(name_of(st.status)), st.began, st.ended,
                        st.attempt, st.why});
  }
  for (std::size_t i = 0; i < s.guards.size(); ++i)
    to.guards.push_back({p.guards[i].id, p.guards[i].severity, std::string(name_of(s.guards[i].level)),
                         s.guards[i].reason, 0, p.guards[i].normal, p.guards[i].alert});
  report::tell_tasks(s, to);
  report::tell_items(s, to);
  for (const auto& [role, members] : p.roles) to.roles.emplace_back(role, listed(members));
  to.rules = planning::rules_of(p);
  for (const auto& u : s.undo) to.undo.push_back({p.steps[u.step].id, std::string(name_of(u.status)), u.why});
}

std::string text_of(const stored_message& m) {
  const auto body = parse_json(m.body);
  const auto* pieces = body && body->is_object() ? body->get_object().if_contains("text") : nullptr;
  std::string out;
  if (pieces == nullptr || !pieces->is_array()) return out;
  for (const auto& piece : pieces->get_array()) {
    const auto* pair = piece.if_array();
    if (pair != nullptr && pair->size() == 2 && pair->at(1).is_string())
      out += std::string(pair->at(1).get_string());
  }
  return out;
}

// The only thing that is no fact: who was told, and who never was.
result<void> tell_messages(store& keep, const std::string& run, release_report& to) {
  const auto messages = keep.read_messages(run);
  if (!messages) return messages.error();
  for (const auto& m : *messages) {
    to.messages.push_back(
        {from_ms(m.at_ms), m.moment, m.channel, std::string(name_of(m.status)), text_of(m)});
    if (m.status != message_status::given_up) continue;
    const auto text = "nobody was told of `" + m.moment + "` through " + m.channel + ": " + m.why;
    const auto at = std::upper_bound(to.events.begin(), to.events.end(), from_ms(m.at_ms),
                                     [](time_point t, const reported_event& e) { return t < e.at; });
    to.events.insert(at, {from_ms(m.at_ms), text, false});
  }
  return {};
}

}  // namespace

result<release_report> report_release(store& keep, const std::string& run) {
  // A report that people rely on is made of a record that is whole.
  const auto whole = verify_audit(keep, run);
  if (!whole) return whole.error();
  const auto state = load_run(keep, run);
  if (!state) return state.error();
  const auto facts = keep.read_facts(run);
  if (!facts) return facts.error();
  release_report to;
  tell_state(*state, to);
  to.facts = whole->facts;
  to.head = whole->head;
  teller tells(*state->what, to);
  for (const auto& stored : *facts) {
    const auto body = parse_json(stored.body);
    if (!body) return body.error();
    const auto f = fact_from_json(*body);
    if (!f) return f.error();
    tells.tell(*f);
    to.told_at = f->at;
  }
  if (auto told = tell_messages(keep, run, to); !told) return told.error();
  return to;
}

duration release_report::lasted() const noexcept {
  return (finished == time_point{} ? told_at : finished) - created;
}

std::string release_report::state_of(const reported_task& t) const {
  const bool due = t.due != time_point{};
  if (t.done != time_point{}) return due && t.done > t.due ? "done late" : "done";
  if (!due) return "open";
  return t.due < (looked_at == time_point{} ? told_at : looked_at) ? "overdue" : "due";
}

bool release_report::is_incident() const noexcept {
  return phase == "draining" || phase == "compensating" || phase == "verifying" || phase == "rolled_back" ||
         phase == "failed";
}

}  // namespace v1
}  // namespace shipflow
