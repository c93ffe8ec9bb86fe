#include "provider/cloudformation/drive.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloudformation {
namespace {

struct change_set {
  std::string status, execution, why;
};

aws::got<std::optional<change_set>> find_set(session& s, const std::string& stack, const std::string& name) {
  const auto said = s.attempt(service, "DescribeChangeSet", {{"StackName", stack}, {"ChangeSetName", name}});
  if (said)
    return std::optional(change_set{members::text(*said, "Status"), members::text(*said, "ExecutionStatus"),
                                    members::text(*said, "StatusReason")});
  const auto f = said.error();
  if (f.aws_code.find("ChangeSetNotFound") != std::string::npos ||
      f.message.find("does not exist") != std::string::npos)
    return std::optional<change_set>{};
  return aws::visit::not_read(f);
}

bool executed(const std::optional<found>& now, const std::string& name) {
  return now && now->change_set.find("changeSet/" + name + "/") != std::string::npos;
}

bool without_changes(const std::string& why) {
  return why.find("didn't contain changes") != std::string::npos ||
         why.find("No updates are to be performed") != std::string::npos;
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

void put_template(json::object& in, const wanted& to) {
  if (to.url.empty())
    in["TemplateBody"] = to.text;
  else
    in["TemplateURL"] = to.url;
}

/// What stands in S3 and is not there was not published.
answer not_taken(session& s, const aws::failure& f) {
  if (f.message.find("S3 error") == std::string::npos) return aws::visit::not_written(f);
  return s.refuse(errc::failed,
                  f.message + "; publish the assets first, for example with `cdk-assets publish`");
}

/// Parameters that the template has, the stack has a value for, and nobody gave one: they stay.
aws::got<wanted> with_kept(session& s, wanted to, const found& now) {
  json::object in;
  put_template(in, to);
  const auto said = s.attempt(service, "GetTemplateSummary", std::move(in));
  if (!said) return not_taken(s, said.error());
  for (const auto& v : members::list(*said, "Parameters")) {
    const auto key = members::text(members::as_object(v), "ParameterKey");
    const bool given =
        to.parameters.contains(key) || std::find(to.kept.begin(), to.kept.end(), key) != to.kept.end();
    if (!given && now.parameters.contains(key)) to.kept.push_back(key);
  }
  return to;
}

json::object input_of(const session& s, const wanted& to, const std::string& name, bool creates) {
  json::object in{{"StackName", to.name},
                  {"ChangeSetName", name},
                  {"ClientToken", name},
                  {"ChangeSetType", creates ? "CREATE" : "UPDATE"}};
  put_template(in, to);
  json::array parameters;
  for (const auto& [key, value] : to.parameters)
    parameters.push_back(json::object{{"ParameterKey", key}, {"ParameterValue", value}});
  for (const auto& key : to.kept)
    parameters.push_back(json::object{{"ParameterKey", key}, {"UsePreviousValue", true}});
  if (!parameters.empty()) in["Parameters"] = std::move(parameters);
  if (!s.bound.capabilities.empty())
    in["Capabilities"] = json::array(s.bound.capabilities.begin(), s.bound.capabilities.end());
  if (!s.bound.role.empty()) in["RoleARN"] = s.bound.role;
  return in;
}

aws::got<far> plan(session& s, const wanted& to, const std::string& name, bool creates) {
  const auto said = s.attempt(service, "CreateChangeSet", input_of(s, to, name, creates));
  if (said) return going("the change set of stack " + to.name + " is made");
  const auto f = said.error();
  if (f.aws_code.find("AlreadyExists") != std::string::npos) return going("the change set is there");
  if (f.message.find("S3 error") != std::string::npos)
    return s.refuse(errc::failed,
                    f.message + "; publish the assets first, for example with `cdk-assets publish`");
  return aws::visit::not_written(f);
}

aws::got<far> execute(session& s, const std::string& stack, const std::string& name) {
  const auto said = s.attempt(service, "ExecuteChangeSet",
                              {{"StackName", stack}, {"ChangeSetName", name}, {"ClientRequestToken", name}});
  // A request whose answer was lost has executed it already.
  const auto code = said ? std::string{} : said.error().aws_code;
  const bool again = code.find("ChangeSetNotFound") != std::string::npos ||
                     code.find("InvalidChangeSetStatus") != std::string::npos;
  if (!said && !again) return aws::visit::not_written(said.error());
  return going("stack " + stack + " is changed");
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
  if (!now) return plan(s, to, name, true);
  if (now->status == "REVIEW_IN_PROGRESS") return plan(s, to, name, true);
  if (now->status.ends_with("_IN_PROGRESS"))
    return going("stack " + to.name + " is " + now->status + " by somebody else; the change waits for it");
  if (!remedy_for(to.name, now->status).empty()) return failed(s, to.name, now->status, now->why);
  const auto whole = with_kept(s, to, *now);
  if (!whole) return whole.error();
  return plan(s, *whole, name, false);
}

/// It is to be absent.
aws::got<far> remove(session& s, const std::string& stack, const std::optional<found>& now) {
  if (!now) return far{far::kind::changed, {}, {}};
  if (now->status == "DELETE_FAILED") return failed(s, stack, now->status, now->why);
  if (now->status.ends_with("_IN_PROGRESS") && now->status != "REVIEW_IN_PROGRESS")
    return going("stack " + stack + " is " + now->status);
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
  if (c.status == "FAILED" && without_changes(c.why))
    return far{far::kind::unchanged, {}, *now ? (*now)->outputs : json::object{}};
  if (c.status == "FAILED")
    return s.refuse(errc::failed, "the change set of stack " + to.name + " failed: " + c.why);
  if (c.execution == "AVAILABLE") return execute(s, to.name, name);
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

void drop(session& s, const std::string& stack, const std::string& name) {
  static_cast<void>(s.attempt(service, "DeleteChangeSet", {{"StackName", stack}, {"ChangeSetName", name}}));
}

cause cause_of(session& s, const std::string& stack) {
  constexpr std::size_t most_events = 30;
  cause out;
  const auto said = s.read(service, "DescribeStackEvents", {{"StackName", stack}});
  if (!said) {
    out.events.push_back(json::string("not read: " + said.error().problem.message));
    return out;
  }
  for (const auto& v : members::list(*said, "StackEvents")) {
    const auto& e = members::as_object(v);
    const auto status = members::text(e, "ResourceStatus");
    const auto why = members::text(e, "ResourceStatusReason");
    const auto what = members::text(e, "LogicalResourceId");
    if (out.events.size() < most_events)
      out.events.push_back(json::string(members::text(e, "Timestamp") + " " + what + " " + status +
                                        (why.empty() ? "" : ": " + why)));
    // Newest first: the last one that is seen is the first that happened.
    if (status.ends_with("_FAILED") && what != stack)
      out.first = what + " (" + members::text(e, "ResourceType") + "): " + why;
    const bool begins = status == "CREATE_IN_PROGRESS" || status == "UPDATE_IN_PROGRESS";
    if (what == stack && begins) break;
  }
  return out;
}

}  // namespace shipflow::cloudformation
