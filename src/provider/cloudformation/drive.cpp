#include "provider/cloudformation/drive.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloudformation {
namespace {

bool executed(const std::optional<found>& now, const std::string& name) {
  return now && now->change_set.find("changeSet/" + name + "/") != std::string::npos;
}

answer failed(session& s, const std::string& stack, const std::string& status, const std::string& why) {
  auto c = cause_of(s, stack);
  auto text = "stack " + stack + " is " + status;
  if (!c.first.empty()) text += ": " + c.first;
  if (c.first.empty() && !why.empty()) text += ": " + why;
  const auto remedy = remedy_for(stack, status);
  return s.refuse(errc::failed, text + (remedy.empty() ? "" : "; " + remedy),
                  {{"stack", stack}, {"status", status}, {"events", std::move(c.events)}});
}

far going(std::string text) { return {far::kind::going_on, std::move(text), {}}; }

far unchanged(const std::optional<found>& now) {
  return {far::kind::unchanged, {}, now ? now->outputs : json::object{}};
}

aws::got<far> plan(session& s, const wanted& to, const std::string& name, const std::optional<found>& now) {
  const bool creates = !now || now->status == "REVIEW_IN_PROGRESS";
  const auto made = make_set(s, to, name, creates ? set_kind::creates : set_kind::updates);
  if (!made) return made.error();
  if (*made == asked::nothing) return unchanged(now);
  return going("the change set of stack " + to.name + " is made");
}

aws::got<far> execute(session& s, const std::string& stack, const std::string& name) {
  const auto done = execute_set(s, stack, name);
  if (!done) return done.error();
  return going("stack " + stack + " is changed");
}

std::string listed(const std::vector<std::string>& all) {
  constexpr std::size_t most = 5;
  std::string out;
  for (std::size_t i = 0; i < all.size() && i < most; ++i) out += (i == 0 ? "" : ", ") + all[i];
  return all.size() > most ? out + " and " + std::to_string(all.size() - most) + " more" : out;
}

/// What the step does not allow, if the change set would do it; it is dropped then.
aws::got<far> execute_allowed(session& s, const wanted& to, const std::string& name) {
  const auto allowed = members::texts(s.q.inputs, "allow");
  const auto allows = [&](const char* what) {
    return std::find(allowed.begin(), allowed.end(), what) != allowed.end();
  };
  if (to.goes_back || (allows("replace") && allows("delete"))) return execute(s, to.name, name);
  const auto lost = losses_of(s, to.name, name);
  if (!lost) return lost.error();
  const bool replaces = !lost->replaced.empty() && !allows("replace");
  const bool removes = !lost->removed.empty() && !allows("delete");
  if (!replaces && !removes) return execute(s, to.name, name);
  drop(s, to.name, name);
  return s.refuse(errc::denied,
                  "the change of stack " + to.name + " would " +
                      (replaces ? "replace " + listed(lost->replaced) : "delete " + listed(lost->removed)) +
                      "; if that is meant, say `allow: [" + (replaces ? "replace" : "delete") +
                      "]` in the step",
                  {{"stack", to.name},
                   {"replaced", json::array(lost->replaced.begin(), lost->replaced.end())},
                   {"deleted", json::array(lost->removed.begin(), lost->removed.end())}});
}

/// Our change set was executed: how is the stack?
aws::got<far> judge(session& s, const std::string& stack, const found& now) {
  if (now.status == "CREATE_COMPLETE" || now.status == "UPDATE_COMPLETE" ||
      now.status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    return far{far::kind::changed, {}, now.outputs};
  if (now.status.ends_with("_IN_PROGRESS")) return going("stack " + stack + " is " + now.status);
  return failed(s, stack, now.status, now.why);
}

aws::got<far> without_set(session& s, const wanted& to, const std::string& name,
                          const std::optional<found>& now) {
  if (!now || now->status == "REVIEW_IN_PROGRESS") return plan(s, to, name, now);
  if (now->status.ends_with("_IN_PROGRESS"))
    return going("stack " + to.name + " is " + now->status + " by somebody else; the change waits for it");
  if (!remedy_for(to.name, now->status).empty()) return failed(s, to.name, now->status, now->why);
  const auto whole = with_kept(s, to, *now);
  if (!whole) return whole.error();
  return plan(s, *whole, name, now);
}

/// It is to be absent.
aws::got<far> remove(session& s, const std::string& stack, const std::optional<found>& now) {
  if (!now) return far{far::kind::changed, {}, {}};
  if (now->status == "DELETE_FAILED") return failed(s, stack, now->status, now->why);
  if (now->status.ends_with("_IN_PROGRESS") && now->status != "REVIEW_IN_PROGRESS")
    return going("stack " + stack + " is " + now->status);
  if (now->is_protected)
    return s.refuse(errc::denied, "stack " + stack + " " + std::string(protected_remedy));
  const auto said = s.write(service, "DeleteStack", {{"StackName", stack}});
  if (!said) return said.error();
  return going("stack " + stack + " is deleted");
}

}  // namespace

std::string remedy_for(const std::string& stack, const std::string& status) {
  if (status == "UPDATE_ROLLBACK_FAILED")
    return "put right what holds it up, then continue its rollback: action `continue_rollback` with stack " +
           stack;
  if (status == "ROLLBACK_COMPLETE" || status == "ROLLBACK_FAILED" || status == "CREATE_FAILED")
    return "it was never complete: delete it, then release again";
  if (status == "DELETE_FAILED") return "delete it again, without the resources that cannot be";
  if (status == "IMPORT_ROLLBACK_FAILED")
    return "put right what holds up the import that was begun by others";
  return {};
}

aws::got<far> drive(session& s, const wanted& to, const std::string& name) {
  const auto now = find_stack(s, to.name);
  if (!now) return now.error();
  if (to.text.empty() && to.url.empty()) return remove(s, to.name, *now);
  if (executed(*now, name)) return judge(s, to.name, **now);
  const auto set = find_set(s, to.name, name);
  if (!set) return set.error();
  if (!*set) return without_set(s, to, name, *now);
  const auto& c = **set;
  if (c.was_executed() && *now) return judge(s, to.name, **now);
  if (c.is_empty()) return unchanged(*now);
  if (c.status == "FAILED")
    return s.refuse(errc::failed, "the change set of stack " + to.name + " failed: " + c.why);
  if (c.execution == "AVAILABLE") return execute_allowed(s, to, name);
  if (c.execution == "OBSOLETE")
    return answer::conflict(s.q.component + ": stack " + to.name + " was changed by somebody else meanwhile");
  return going("the change set of stack " + to.name + " is " + c.status);
}

aws::got<bool> was_begun(session& s, const std::string& stack, const std::string& name) {
  const auto now = find_stack(s, stack);
  if (!now) return now.error();
  if (executed(*now, name)) return true;
  const auto set = find_set(s, stack, name);
  if (!set) return set.error();
  return set->has_value();
}

aws::got<std::string> end_of(session& s, const std::string& stack, const std::string& name) {
  const auto now = find_stack(s, stack);
  if (!now) return now.error();
  if (!executed(*now, name)) {
    drop(s, stack, name);
    return std::string("its change set is dropped");
  }
  if ((*now)->status != "UPDATE_IN_PROGRESS") return "it is left as it is, " + (*now)->status;
  const auto said = s.write(service, "CancelUpdateStack", {{"StackName", stack}});
  if (!said) return said.error();
  return std::string("CloudFormation takes it back");
}

}  // namespace shipflow::cloudformation
