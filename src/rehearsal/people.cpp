#include "rehearsal/people.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace shipflow::rehearsal {
namespace {

constexpr duration thinking{120'000};
constexpr duration too_late{600'000};

}  // namespace

people::people(const staged& s, script& faults, virtual_time& time, std::function<void(said)> say)
    : staged_(s), faults_(faults), time_(time), say_(std::move(say)) {}

void people::later(duration wait, said what) {
  what.id = "person-" + std::to_string(++number_);
  time_.call_at(time_.now() + wait, [this, what = std::move(what)] { say_(what); });
}

void people::answer_step(step_index i, duration wait, const std::string& word) {
  const auto& what = *staged_.what;
  const auto& step = what.steps[i];
  const bool twice = faults_.take(step.id, "apply", "approval_twice");
  for (int round = 0; round < (twice ? 2 : 1); ++round) {
    if (step.kind == step_kind::checklist) {
      const auto who = somebody(what, step.roles);
      for (const auto& item : step.items)
        later(wait, {"", "tick", who.principal, who.groups, {{"step", step.id}, {"item", item}}});
      continue;
    }
    for (const auto& role : step.roles)
      for (int n = 0; n < std::max(1, step.quorum); ++n) {
        const auto who = member_of(what, role, n);
        later(wait, {"", word, who.principal, who.groups, {{"step", step.id}}});
        if (word == "reject") return;
      }
  }
}

void people::asked(step_index i) {
  const auto& step = staged_.what->steps[i];
  if (faults_.take(step.id, "apply", "approval_never")) return;
  if (step.kind == step_kind::approval && faults_.take(step.id, "apply", "approval_rejected")) {
    answer_step(i, thinking, "reject");
  } else if (step.timeout.count() > 0 && faults_.take(step.id, "apply", "approval_late")) {
    answer_step(i, step.timeout + too_late, "approve");
  } else {
    answer_step(i, thinking, "approve");
  }
}

void people::asked(const question& q) {
  const auto say = [&](const auto& who) {
    later(thinking, {"", "approve", who.principal, who.groups, {{"step", q.id}}});
  };
  if (q.quorum <= 1) return say(somebody(*staged_.what, q.roles));
  std::set<std::string> said;
  for (const auto& role : q.roles)
    for (int n = 0; n < q.quorum && static_cast<int>(said.size()) < q.quorum; ++n) {
      const auto who = member_of(*staged_.what, role, n);
      if (said.insert(who.principal).second) say(who);
    }
}

bool people::obey(const std::string& command) {
  std::istringstream words(command);
  std::string name;
  std::string run;
  std::string step;
  words >> name >> run >> step;
  if (name.empty() || name == "status") return false;
  const auto i = staged_.what->find(step.substr(0, step.find(',')));
  if (name == "approve") {
    if (i) answer_step(*i, duration{1'000}, "approve");
    if (i) ask_for("resume");
    return i.has_value();
  }
  ask_for(name, i ? json::object{{"step", staged_.what->steps[*i].id}} : json::object{});
  return true;
}

std::vector<std::string> commands_in(const std::string& text) {
  constexpr std::string_view opening = "shipflow ";
  std::vector<std::string> out;
  for (auto at = text.find(opening); at != std::string::npos;) {
    const auto begin = at + opening.size();
    at = text.find(opening, begin);
    out.push_back(text.substr(begin, at == std::string::npos ? at : at - begin));
  }
  return out;
}

void people::ask_for(const std::string& name, const json::object& body, duration wait) {
  const auto& what = *staged_.what;
  const bool decides = name == "rollback" && !what.rollback.decision_roles.empty();
  const auto& roles = decides ? what.rollback.decision_roles : what.protection.start;
  const int wanted = name == "rollback" && !roles.empty() ? what.rollback.decision_quorum : 1;
  for (int n = 0; n < wanted; ++n) {
    const auto who = n == 0 ? somebody(what, roles) : member_of(what, roles.front(), n);
    later(wait, {"", name, who.principal, who.groups, body});
  }
}

}  // namespace shipflow::rehearsal
