#include "world/aws/cloudformation.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

bool ends_with(const std::string& text, std::string_view end) {
  return std::string_view(text).ends_with(end);
}

json::array parameter_list(const std::map<std::string, std::string>& all) {
  json::array out;
  for (const auto& [name, value] : all)
    out.push_back(json::object{{"ParameterKey", name}, {"ParameterValue", value}});
  return out;
}

reply none(const std::string& name) {
  return refused("ValidationError", "Stack [" + name + "] does not exist");
}

}  // namespace

std::string cloudformation::arn(const std::string& what) const {
  return "arn:aws:cloudformation:" + options_.region + ":" + options_.account + ":" + what;
}

std::string cloudformation::key(const std::string& stack, const std::string& change_set) {
  return stack + "/" + change_set;
}

stack& cloudformation::install(const std::string& name, const std::string& template_text,
                               std::map<std::string, std::string> parameters) {
  stack s;
  s.name = name;
  s.id = arn("stack/" + name + "/" + std::to_string(++ids_));
  s.status = "CREATE_COMPLETE";
  s.template_text = template_text;
  s.parameters = std::move(parameters);
  return stacks_[name] = std::move(s);
}

stack* cloudformation::find(const std::string& name) {
  for (auto& [key, s] : stacks_)
    if (s.name == name || s.id == name) return &s;
  return nullptr;
}

reply cloudformation::ask(const std::string& operation, const json::object& input, time_point now) {
  static const std::map<std::string, handler> all{
      {"CreateChangeSet", &cloudformation::create_change_set},
      {"DescribeChangeSet", &cloudformation::describe_change_set},
      {"ExecuteChangeSet", &cloudformation::execute_change_set},
      {"DeleteChangeSet", &cloudformation::delete_change_set},
      {"DescribeStacks", &cloudformation::describe_stacks},
      {"DescribeStackEvents", &cloudformation::describe_events},
      {"GetTemplate", &cloudformation::get_template},
      {"GetTemplateSummary", &cloudformation::get_summary},
      {"CancelUpdateStack", &cloudformation::cancel_update},
      {"ContinueUpdateRollback", &cloudformation::continue_rollback},
      {"DeleteStack", &cloudformation::delete_stack}};
  advance(now);
  const auto found = all.find(operation);
  if (found == all.end()) return refused("InvalidAction", operation + " is not modelled");
  return (this->*found->second)(input);
}

void cloudformation::say(stack& s, const std::string& resource, const std::string& status,
                         const std::string& why) {
  const bool itself = resource == s.name;
  const bool nested = !itself && find(s.name + "-" + resource) != nullptr;
  json::object e{{"EventId", "e-" + std::to_string(++ids_)},
                 {"StackId", s.id},
                 {"StackName", s.name},
                 {"LogicalResourceId", resource},
                 {"PhysicalResourceId", itself   ? s.id
                                        : nested ? find(s.name + "-" + resource)->id
                                                 : resource + "-1"},
                 {"ResourceType", itself || nested ? "AWS::CloudFormation::Stack" : "AWS::ECS::Service"},
                 {"ResourceStatus", status},
                 {"Timestamp", format_time(now_)},
                 {"ClientRequestToken", s.token}};
  if (!why.empty()) e["ResourceStatusReason"] = why;
  s.events.push_front(std::move(e));
}

void cloudformation::set_status(stack& s, const std::string& status, const std::string& why) {
  s.status = status;
  s.why = why;
  say(s, s.name, status, why);
}

void cloudformation::fail(stack& s, const std::string& status) {
  constexpr const char* why = "Resource handler returned message: image not found";
  if (s.template_text.find("NESTED") == std::string::npos) return say(s, "Service", status, why);
  auto& inner = install(s.name + "-Nested", "inner");
  set_status(inner, "UPDATE_IN_PROGRESS");
  say(inner, "Service", status, why);
  set_status(inner, "UPDATE_ROLLBACK_COMPLETE");
  say(s, "Nested", status, "Embedded stack " + inner.id + " was not successfully updated");
}

void cloudformation::go_on(stack& s) {
  s.next.reset();
  const auto fate = options_.ends ? options_.ends(s.template_text) : stack_fate::good;
  const bool creates = s.status == "CREATE_IN_PROGRESS";
  const auto soon = now_ + options_.changes_in / 2;
  if (s.status == "DELETE_IN_PROGRESS") return set_status(s, "DELETE_COMPLETE");
  if (s.status == "UPDATE_ROLLBACK_IN_PROGRESS" || s.status == "ROLLBACK_IN_PROGRESS") {
    const bool update = s.status.starts_with("UPDATE");
    if (fate == stack_fate::stuck) {
      say(s, "Service", "UPDATE_FAILED", "Resource is not in a state to be taken back");
      return set_status(s, update ? "UPDATE_ROLLBACK_FAILED" : "ROLLBACK_FAILED",
                        "Service cannot be taken back");
    }
    if (update) s.template_text = s.template_before;
    if (update) s.parameters = s.parameters_before;
    return set_status(s, update ? "UPDATE_ROLLBACK_COMPLETE" : "ROLLBACK_COMPLETE");
  }
  if (fate == stack_fate::good) {
    say(s, "Service", creates ? "CREATE_COMPLETE" : "UPDATE_COMPLETE");
    return set_status(s, creates ? "CREATE_COMPLETE" : "UPDATE_COMPLETE");
  }
  fail(s, creates ? "CREATE_FAILED" : "UPDATE_FAILED");
  say(s, "Alarm", creates ? "CREATE_FAILED" : "UPDATE_FAILED", "Resource creation cancelled");
  set_status(s, creates ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS",
             "The following resource(s) failed: [Service].");
  s.next = soon;
}

bool cloudformation::break_now(stack& s) {
  if (s.status != "UPDATE_IN_PROGRESS" && s.status != "CREATE_IN_PROGRESS") return false;
  say(s, "Service", "UPDATE_FAILED", "Resource handler returned message: it broke");
  set_status(s, s.status == "CREATE_IN_PROGRESS" ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS");
  s.next = now_ + options_.changes_in / 2;
  return true;
}

void cloudformation::advance(time_point now) {
  now_ = std::max(now_, now);
  for (auto& [key, c] : change_sets_) {
    if (!c.next || *c.next > now_) continue;
    c.next.reset();
    const auto* s = find(c.stack);
    const bool same =
        s != nullptr && !c.creates && s->template_text == c.template_text && s->parameters == c.parameters;
    c.status = same ? "FAILED" : "CREATE_COMPLETE";
    c.execution = same ? "UNAVAILABLE" : "AVAILABLE";
    if (same)
      c.why =
          "The submitted information didn't contain changes. Submit different information to create a change "
          "set.";
  }
  for (auto& [key, s] : stacks_)
    while (!s.stalled && s.next && *s.next <= now_) go_on(s);
  std::erase_if(stacks_, [](const auto& s) { return s.second.status == "DELETE_COMPLETE"; });
}

std::optional<time_point> cloudformation::next_change() const {
  std::optional<time_point> first;
  const auto look = [&](const std::optional<time_point>& at) {
    if (at && (!first || *at < *first)) first = at;
  };
  for (const auto& [key, c] : change_sets_) look(c.next);
  for (const auto& [key, s] : stacks_)
    if (!s.stalled) look(s.next);
  return first;
}

reply cloudformation::describe_stacks(const json::object& in) {
  const auto name = members::text(in, "StackName");
  json::array all;
  for (const auto& [key, s] : stacks_) {
    if (!name.empty() && s.name != name && s.id != name) continue;
    json::object o{
        {"StackId", s.id},
        {"StackName", s.name},
        {"StackStatus", s.status},
        {"CreationTime", "2026-03-03T10:00:00.000Z"},
        {"EnableTerminationProtection", s.is_protected},
        {"Parameters", parameter_list(s.parameters)},
        {"Capabilities", json::array{"CAPABILITY_IAM"}},
        {"Outputs", json::array{json::object{{"OutputKey", "Url"}, {"OutputValue", "https://" + s.name}}}}};
    if (!s.change_set.empty()) o["ChangeSetId"] = s.change_set;
    if (!s.why.empty()) o["StackStatusReason"] = s.why;
    all.push_back(std::move(o));
  }
  if (all.empty() && !name.empty())
    return refused("ValidationError", "Stack with id " + name + " does not exist");
  return json::object{{"Stacks", std::move(all)}};
}

reply cloudformation::describe_events(const json::object& in) {
  auto* s = find(members::text(in, "StackName"));
  if (s == nullptr) return none(members::text(in, "StackName"));
  json::array all;
  for (const auto& e : s->events) all.push_back(e);
  return json::object{{"StackEvents", std::move(all)}};
}

reply cloudformation::get_template(const json::object& in) {
  auto* s = find(members::text(in, "StackName"));
  if (s == nullptr) return none(members::text(in, "StackName"));
  return json::object{{"TemplateBody", s->template_text}, {"StagesAvailable", json::array{"Original"}}};
}

reply cloudformation::cancel_update(const json::object& in) {
  auto* s = find(members::text(in, "StackName"));
  if (s == nullptr) return none(members::text(in, "StackName"));
  if (s->status != "UPDATE_IN_PROGRESS")
    return refused("ValidationError",
                   "CancelUpdateStack cannot be called from current stack status " + s->status);
  set_status(*s, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated");
  s->next = now_ + options_.changes_in / 2;
  ++changes_;
  return json::object{};
}

reply cloudformation::continue_rollback(const json::object& in) {
  auto* s = find(members::text(in, "StackName"));
  if (s == nullptr) return none(members::text(in, "StackName"));
  if (s->status != "UPDATE_ROLLBACK_FAILED")
    return refused("ValidationError",
                   "Stack is in " + s->status + " state and its rollback can not be continued.");
  // What is skipped, or was put right meanwhile, holds nothing up any more.
  s->template_text = s->template_before;
  s->parameters = s->parameters_before;
  set_status(*s, "UPDATE_ROLLBACK_IN_PROGRESS");
  s->next = now_ + options_.changes_in / 2;
  ++changes_;
  return json::object{};
}

reply cloudformation::delete_stack(const json::object& in) {
  auto* s = find(members::text(in, "StackName"));
  if (s == nullptr) return json::object{};
  if (s->is_protected)
    return refused("ValidationError",
                   "Stack [" + s->name + "] cannot be deleted while TerminationProtection is enabled");
  if (ends_with(s->status, "_IN_PROGRESS") && s->status != "CREATE_IN_PROGRESS" &&
      s->status != "REVIEW_IN_PROGRESS")
    return refused("ValidationError", "Stack is in " + s->status + " state and can not be deleted.");
  set_status(*s, "DELETE_IN_PROGRESS", "User Initiated");
  s->next = now_ + options_.changes_in / 2;
  ++changes_;
  return json::object{};
}

}  // namespace shipflow::cloud
