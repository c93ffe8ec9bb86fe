#include "plan/rollback.hpp"

#include "plan/hint.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace shipflow::planning {
namespace {

class rollback_reader {
 public:
  rollback_reader(const surroundings& all, rollback_policy& to)
      : all_(all), read_(all.words, nullptr, all.out), to_(to) {}

  void read(const node& written) {
    for (const auto& [key, field] : written.fields) read_member(key, field);
  }

 private:
  void read_member(const std::string& key, const node& n) {
    if (key == "on_failure")
      to_.on_failure = rule(n);
    else if (key == "decision_window")
      read_window(n);
    else if (key == "unavailable")
      read_unavailable(n);
    else if (key == "verify")
      to_.verify = read_.truth(n).value_or(true);
    else if (key == "for")
      read_guards(n);
    else if (key == "irreversible")
      check_irreversible(n);
    else if (key.starts_with("SEV"))
      to_.severities[key] = rule(n);
  }

  severity_rule rule(const node& n) {
    severity_rule to;
    if (!n.is(node_kind::mapping)) {
      to.what = one_of(n, {"now", "record", "hold"});
      return to;
    }
    if (const auto* calls = n.find("do")) to.calls = reactions(*calls);
    const auto* then = n.find("then");
    const auto* ask = n.find("ask");
    if (ask == nullptr) {
      if (to.calls.empty())
        read_.error(
            n, "must be now, record, hold, `{ ask: [roles], within, then }` or `{ do: [reactions], then }`");
      // Nothing is begun on the way back.
      const auto word = then == nullptr ? std::string("continue") : one_of(*then, {"continue", "hold"});
      to.what = word == "hold" ? "hold" : "record";
      return to;
    }
    to.what = "ask";
    to.roles = roles(*ask);
    if (const auto* quorum = n.find("quorum")) to.quorum = enough(*quorum, to.roles);
    if (const auto* within = n.find("within")) to.within = read_.time(*within).value_or(to.within);
    if (then != nullptr) to.then = one_of(*then, {"rollback", "hold", "continue"});
    if (const auto* levels = n.find("escalate")) read_levels(*levels, to);
    return to;
  }

  void read_guards(const node& n) {
    for (const auto& [name, written] : n.fields) {
      const bool known = has(all_.where.triggers, name) || has(all_.where.probes, name);
      if (!known)
        read_.error(written, "environment `" + all_.where.name + "` has no trigger or probe `" + name + "`");
      to_.guards[name] = rule(written);
    }
  }

  static bool has(const node& named, const std::string& name) { return named.find(name) != nullptr; }

  // Reactions are known before the steps are built: their ids are those of the document.
  std::vector<std::string> reactions(const node& n) {
    auto names = read_.texts(n);
    for (const auto& name : names) {
      const bool known = std::any_of(all_.document.steps.begin(), all_.document.steps.end(),
                                     [&](const auto& s) { return s.on_call && s.id == name; });
      if (!known) read_.error(n, "the plan has no reaction `" + name + "`");
    }
    return names;
  }

  void read_levels(const node& n, severity_rule& to) {
    for (const auto& written : n.items) {
      escalation_level level;
      if (const auto* after = written.find("after")) level.after = read_.time(*after).value_or(duration{0});
      if (const auto* names = written.find("to")) level.roles = roles(*names);
      const auto before = to.escalate.empty() ? duration{0} : to.escalate.back().after;
      if (level.after <= before)
        read_.error(written, "levels of `escalate` stand in order of time, each later");
      if (to.within.count() > 0 && level.after >= to.within)
        read_.error(written, "`after` must be shorter than `within`, or nobody could answer");
      to.escalate.push_back(std::move(level));
    }
  }

  void read_window(const node& n) {
    if (!n.is(node_kind::mapping)) {
      to_.decision_window = read_.time(n).value_or(duration{0});
      return;
    }
    if (const auto* span = n.find("for")) to_.decision_window = read_.time(*span).value_or(duration{0});
    if (const auto* names = n.find("roles")) to_.decision_roles = roles(*names);
    const auto& who = to_.decision_roles.empty() ? all_.where.protection.start : to_.decision_roles;
    if (const auto* quorum = n.find("quorum")) to_.decision_quorum = enough(*quorum, who);
  }

  // Of people named one by one there must be as many, whichever of the roles they have.
  int enough(const node& n, const std::vector<std::string>& names) {
    const auto quorum = read_.whole(n, 1, 100).value_or(1);
    std::set<std::string> people;
    for (const auto& name : names) {
      const auto found = all_.where.roles.find(name);
      if (found == all_.where.roles.end()) return quorum;
      people.insert(found->second.begin(), found->second.end());
    }
    const bool counted = !names.empty() && std::all_of(people.begin(), people.end(),
                                                       [](const auto& p) { return p.starts_with("user:"); });
    if (counted && static_cast<int>(people.size()) < quorum)
      read_.error(
          n, "a quorum of " + std::to_string(quorum) + " cannot be reached: there " +
                 (people.size() == 1 ? "is 1 person" : "are " + std::to_string(people.size()) + " people"));
    return quorum;
  }

  void read_unavailable(const node& n) {
    if (const auto* after = n.find("after"))
      to_.unavailable_after = read_.time(*after).value_or(to_.unavailable_after);
    if (const auto* then = n.find("then"))
      to_.unavailable_then = one_of(*then, {"hold", "rollback", "continue"});
  }

  void check_irreversible(const node& n) { static_cast<void>(one_of(n, {"accept", "refuse"})); }

  std::vector<std::string> roles(const node& n) {
    auto names = read_.texts(n);
    for (const auto& name : names) {
      if (all_.where.roles.contains(name)) continue;
      read_.error(n, "environment `" + all_.where.name + "` has no role `" + name + "`" +
                         hint(all_.out, name, all_.where.roles));
    }
    return names;
  }

  std::string one_of(const node& n, const std::vector<std::string>& words) {
    const auto text = read_.text(n);
    if (!text) return words.front();
    if (std::find(words.begin(), words.end(), *text) != words.end()) return *text;
    std::string list;
    for (const auto& word : words) list += (list.empty() ? "" : word == words.back() ? " or " : ", ") + word;
    read_.error(n, "must be " + list + ", not `" + *text + "`");
    return words.front();
  }

  const surroundings& all_;
  renderer read_;
  rollback_policy& to_;
};

bool puts_back(const plan_step& s) {
  return s.kind == step_kind::action &&
         (s.undo == reversibility::reversible || s.undo == reversibility::destructive);
}

bool is_accepted(const surroundings& all) {
  const auto* rule = all.document.rollback.find("irreversible");
  return rule != nullptr && rule->text == "accept";
}

constexpr auto none = static_cast<step_index>(-1);

// For every step the first step behind it that a rollback would put back. Needs point backwards,
// so one pass from the end is enough.
std::vector<step_index> first_put_back_behind(const plan& p) {
  std::vector<step_index> behind(p.steps.size(), none);
  for (std::size_t i = p.steps.size(); i-- > 0;) {
    const auto found = puts_back(p.steps[i]) ? std::min(static_cast<step_index>(i), behind[i]) : behind[i];
    for (const auto need : p.steps[i].needs) behind[need] = std::min(behind[need], found);
  }
  return behind;
}

}  // namespace

void read_rollback(const surroundings& all, rollback_policy& to) {
  rollback_reader(all, to).read(all.document.rollback);
}

void check_rollback(const surroundings& all, const std::map<std::string, const node*>& places, plan& to) {
  const auto behind = first_put_back_behind(to);
  const bool accepted = is_accepted(all);
  for (std::size_t i = 0; i < to.steps.size(); ++i) {
    auto& s = to.steps[i];
    if (s.kind != step_kind::action) continue;
    if (s.after == after_traffic::ask && s.ask_roles.empty()) s.ask_roles = to.rollback.decision_roles;
    if (s.undo != reversibility::irreversible) continue;
    to.point_of_no_return.push_back(s.id);
    if (accepted || behind[i] == none) continue;
    const auto& at = *places.at(s.group);
    all.out.error(at.place, at.pointer,
                  "step `" + s.id + "` cannot be undone, and a rollback would put back `" +
                      to.steps[behind[i]].id +
                      "` behind it and leave the two apart; give it an `undo` or write `rollback: { "
                      "irreversible: accept }`");
  }
}

}  // namespace shipflow::planning
