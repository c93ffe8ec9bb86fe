#include "plan/words.hpp"

namespace shipflow::planning {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

std::string what_is_done(const plan_step& s) {
  switch (s.kind) {
    case step_kind::action: return s.provider + "." + s.action + (s.on_call ? ", when called" : "");
    case step_kind::approval: {
      std::string out = "approval by " + joined(s.roles);
      if (s.quorum > 1) out += " (" + std::to_string(s.quorum) + " each)";
      if (s.lasts.count() > 0) out += ", not before " + format_duration(s.lasts);
      return out;
    }
    case step_kind::checklist: return "checklist, " + std::to_string(s.items.size()) + " items";
    case step_kind::wait: return "wait " + format_duration(s.lasts);
    case step_kind::watch: return "watch " + format_duration(s.lasts);
    case step_kind::window: return s.preferred ? "wait for a preferred window" : "wait for an open window";
    case step_kind::restore: return "restore " + s.group;
  }
  return {};
}

std::string how_undone(const plan_step& s) {
  if (s.kind != step_kind::action) return "-";
  switch (s.undo) {
    case reversibility::forward_only: return "-";
    case reversibility::irreversible: return "impossible";
    case reversibility::reversible:
    case reversibility::destructive: break;
  }
  std::string out = s.undo == reversibility::destructive ? "loses data" : "yes";
  switch (s.after) {
    case after_traffic::undo: break;
    case after_traffic::ask: out += ", asks after traffic"; break;
    case after_traffic::keep: out += ", kept after traffic"; break;
  }
  return out;
}

}  // namespace shipflow::planning
