// What every signal's decision needs.
#include "run/speech.hpp"

#include "run/body.hpp"

#include <algorithm>

namespace shipflow::run {

void say(decision& d, const speech& p, const std::string& meaning, const std::string& why,
         json::object extra) {
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

bool may(decision& d, const speech& p, const std::vector<std::string>& wanted) {
  if (has_any(p, wanted)) return true;
  std::string listed;
  for (const auto& r : wanted) listed += (listed.empty() ? "" : ", ") + r;
  refuse(d, p, "needs one of the roles " + listed);
  return false;
}

std::optional<step_index> step_named(const decision& d, const std::string& id) {
  const auto found = d.s.index.find(id);
  return found == d.s.index.end() ? std::nullopt : std::optional{found->second};
}

std::string with_reason(const speech& p, const std::string& why) {
  const auto reason = text(p.e.body, "reason");
  return reason.empty() ? why : why + ": " + reason;
}

bool names_tasks(const decision& d, const std::string& step) {
  return step == "tasks" && !d.s.what->tasks.empty();
}

}  // namespace shipflow::run
