// Change sets of CloudFormation.
#include "base/members.hpp"
#include "world/aws/cloudformation.hpp"

#include <algorithm>
#include <array>

namespace shipflow::cloud {
namespace {

constexpr std::size_t most_template = 51'200;

bool takes_changes(const std::string& status) {
  constexpr std::array all{"CREATE_COMPLETE",   "UPDATE_COMPLETE",          "UPDATE_ROLLBACK_COMPLETE",
                           "IMPORT_COMPLETE",   "IMPORT_ROLLBACK_COMPLETE", "UPDATE_FAILED",
                           "REVIEW_IN_PROGRESS"};
  return std::find(all.begin(), all.end(), status) != all.end();
}

reply no_set(const std::string& name) {
  return refused("ChangeSetNotFound", "ChangeSet [" + name + "] does not exist");
}

json::object shown(const stack_change_set& c, const std::string& stack_id) {
  json::object out{{"ChangeSetName", c.name}, {"ChangeSetId", c.id}, {"StackId", stack_id},
                   {"StackName", c.stack},    {"Status", c.status},  {"ExecutionStatus", c.execution}};
  if (!c.why.empty()) out["StatusReason"] = c.why;
  const auto says = [&](const char* word) { return c.template_text.find(word) != std::string::npos; };
  const char* action = c.creates ? "Add" : says("DELETES") ? "Remove" : "Modify";
  if (c.status == "CREATE_COMPLETE")
    out["Changes"] = json::array{json::object{{"Type", "Resource"},
                                              {"ResourceChange",
                                               {{"Action", action},
                                                {"LogicalResourceId", "Service"},
                                                {"ResourceType", "AWS::ECS::Service"},
                                                {"Replacement", says("REPLACES") ? "True" : "False"}}}}};
  return out;
}

/// Parameters of the input, those of the stack where they are to stay.
boost::system::result<std::map<std::string, std::string>, refusal> parameters_of(const json::object& in,
                                                                                 const stack* before) {
  std::map<std::string, std::string> out;
  for (const auto& p : members::list(in, "Parameters")) {
    const auto& o = members::as_object(p);
    const auto name = members::text(o, "ParameterKey");
    const auto known = before == nullptr ? std::map<std::string, std::string>::const_iterator{}
                                         : before->parameters.find(name);
    if (!members::truth(o, "UsePreviousValue")) {
      out[name] = members::text(o, "ParameterValue");
    } else if (before == nullptr || known == before->parameters.end()) {
      return refused("ValidationError", "Invalid input for parameter key " + name +
                                            ". Cannot specify usePreviousValue "
                                            "as true for a parameter key not in the previous template");
    } else {
      out[name] = known->second;
    }
  }
  return out;
}

/// The parameters that a template has.
std::vector<std::string> names_in(const std::string& text) {
  constexpr std::string_view mark = "Param:";
  std::vector<std::string> out;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto from = at + mark.size();
    out.push_back(text.substr(from, text.find(' ', from) - from));
  }
  return out;
}

}  // namespace

reply cloudformation::get_summary(const json::object& in) {
  if (members::text(in, "TemplateURL").find("missing") != std::string::npos)
    return refused("ValidationError", "S3 error: The specified key does not exist.");
  json::array all;
  for (const auto& name : names_in(members::text(in, "TemplateBody")))
    all.push_back(json::object{{"ParameterKey", name}, {"ParameterType", "String"}});
  return json::object{{"Parameters", std::move(all)}};
}

reply cloudformation::create_change_set(const json::object& in) {
  const auto name = members::text(in, "StackName");
  const auto set = members::text(in, "ChangeSetName");
  const bool creates = members::text(in, "ChangeSetType") == "CREATE";
  auto* s = find(name);
  if (const auto known = change_sets_.find(key(name, set)); known != change_sets_.end()) {
    if (known->second.template_text == members::text(in, "TemplateBody") && s != nullptr)
      return json::object{{"Id", known->second.id}, {"StackId", s->id}};
    return refused("AlreadyExistsException", "ChangeSet " + set +
                                                 " cannot be created due to a mismatch with "
                                                 "existing attribute");
  }
  if (s == nullptr && !creates) return refused("ValidationError", "Stack [" + name + "] does not exist");
  if (s != nullptr && creates && s->status != "REVIEW_IN_PROGRESS")
    return refused("ValidationError", "Stack [" + name + "] already exists and cannot be created again");
  if (s != nullptr && !takes_changes(s->status))
    return refused("ValidationError",
                   "Stack:" + s->id + " is in " + s->status + " state and can not be updated.");
  const auto body = members::text(in, "TemplateBody");
  const auto url = members::text(in, "TemplateURL");
  if (body.empty() == url.empty())
    return refused("ValidationError", "Either Template URL or Template Body must be specified.");
  if (body.size() > most_template)
    return refused("ValidationError",
                   "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                   "Member must have length less than or equal to 51200");
  if (url.find("missing") != std::string::npos)
    return refused("ValidationError", "S3 error: The specified key does not exist.");
  auto parameters = parameters_of(in, creates ? nullptr : s);
  if (!parameters) return parameters.error();
  if (s == nullptr) {
    stack made;
    made.name = name;
    made.id = arn("stack/" + name + "/" + std::to_string(++ids_));
    s = &(stacks_[name] = std::move(made));
  }
  stack_change_set c;
  c.name = set;
  c.id = arn("changeSet/" + set + "/" + std::to_string(++ids_));
  c.stack = name;
  c.creates = creates;
  c.template_text = body.empty() ? url : body;
  c.parameters = std::move(*parameters);
  c.next = now_ + options_.plans;
  change_sets_[key(name, set)] = c;
  return json::object{{"Id", c.id}, {"StackId", s->id}};
}

reply cloudformation::describe_change_set(const json::object& in) {
  const auto set = members::text(in, "ChangeSetName");
  const auto found = change_sets_.find(key(members::text(in, "StackName"), set));
  auto* s = find(members::text(in, "StackName"));
  if (found == change_sets_.end() || s == nullptr) return no_set(set);
  return shown(found->second, s->id);
}

reply cloudformation::execute_change_set(const json::object& in) {
  const auto set = members::text(in, "ChangeSetName");
  const auto found = change_sets_.find(key(members::text(in, "StackName"), set));
  auto* s = find(members::text(in, "StackName"));
  if (found == change_sets_.end() || s == nullptr) return no_set(set);
  auto c = found->second;
  if (c.execution != "AVAILABLE")
    return refused(
        "InvalidChangeSetStatus",
        "ChangeSet [" + c.id + "] cannot be executed in its current status of [" + c.execution + "]");
  s->template_before = s->template_text;
  s->parameters_before = s->parameters;
  s->template_text = c.template_text;
  s->parameters = c.parameters;
  s->change_set = c.id;
  s->token = members::text(in, "ClientRequestToken");
  set_status(*s, c.creates ? "CREATE_IN_PROGRESS" : "UPDATE_IN_PROGRESS", "User Initiated");
  say(*s, "Service", c.creates ? "CREATE_IN_PROGRESS" : "UPDATE_IN_PROGRESS");
  s->next = now_ + options_.changes_in;
  // Those of a stack are gone or obsolete once one of them is executed.
  std::erase_if(change_sets_, [&](const auto& other) { return other.second.stack == s->name; });
  ++changes_;
  return json::object{};
}

reply cloudformation::delete_change_set(const json::object& in) {
  change_sets_.erase(key(members::text(in, "StackName"), members::text(in, "ChangeSetName")));
  return json::object{};
}

}  // namespace shipflow::cloud
