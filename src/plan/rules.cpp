#include "plan/rules.hpp"

#include "base/listed.hpp"

namespace shipflow::planning {
namespace {

std::string outcome(const std::string& then) {
  if (then == "rollback") return "it is rolled back";
  return then == "hold" ? "it is held" : "it goes on";
}

std::string words_of(const severity_rule& r) {
  std::string out;
  for (const auto& call : r.calls) out += (out.empty() ? "calls " : ", ") + call;
  if (!out.empty()) out += "; ";
  if (r.what == "now") return out + "rolls back at once";
  if (r.what == "hold") return out + "holds";
  if (r.what != "ask") return out + "is recorded";
  out += (r.roles.empty() ? std::string("people") : listed(r.roles)) + " decide";
  if (r.quorum > 1) out += ", " + std::to_string(r.quorum) + " of them";
  if (r.within.count() > 0) out += " within " + format_duration(r.within) + ", else " + outcome(r.then);
  for (const auto& level : r.escalate)
    out += "; after " + format_duration(level.after) + " " + listed(level.roles) + " too";
  return out;
}

void add_calendar(const release_calendar& c, std::vector<std::string>& to) {
  const auto add = [&](const char* name, const std::vector<std::string>& all) {
    if (!all.empty()) to.push_back(std::string(name) + listed(all) + " (" + c.zone + ")");
  };
  add("starts preferably ", c.prefer);
  add("starts only ", c.allow);
  add("avoids ", c.avoid);
  add("never starts during ", c.freeze);
  to.push_back(std::string("a start outside of that ") + (c.outside == "refuse" ? "is refused" : "waits") +
               (c.override_roles.empty() ? "" : "; overridden by " + listed(c.override_roles)));
}

}  // namespace

std::vector<std::string> rules_of(const plan& what) {
  std::vector<std::string> out;
  if (what.calendar) add_calendar(*what.calendar, out);
  if (what.promoted_from)
    out.push_back("takes only what proved itself in " + what.promoted_from->environment + ", by " +
                  what.promoted_from->identity);
  for (const auto& [severity, rule] : what.rollback.severities)
    out.push_back(severity + ": " + words_of(rule));
  for (const auto& [guard, rule] : what.rollback.guards) out.push_back(guard + ": " + words_of(rule));
  out.push_back("a step that fails: " + words_of(what.rollback.on_failure));
  if (what.rollback.decision_window.count() > 0)
    out.push_back("within " + format_duration(what.rollback.decision_window) + " of the release " +
                  listed(what.rollback.decision_roles) + " may ask for a rollback");
  return out;
}

}  // namespace shipflow::planning
