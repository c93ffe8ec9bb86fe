#include "provider/cloudformation/change_sets.hpp"

#include "aws/paging.hpp"
#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloudformation {
namespace {

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

json::object input_of(const session& s, const wanted& to, const std::string& name, set_kind kind) {
  json::object in{{"StackName", to.name},
                  {"ChangeSetName", name},
                  {"ClientToken", name},
                  {"ChangeSetType", kind == set_kind::creates ? "CREATE" : "UPDATE"}};
  put_template(in, to);
  json::array parameters;
  for (const auto& [key, value] : to.parameters)
    parameters.push_back(json::object{{"ParameterKey", key}, {"ParameterValue", value}});
  for (const auto& key : to.kept)
    parameters.push_back(json::object{{"ParameterKey", key}, {"UsePreviousValue", true}});
  if (!parameters.empty()) in["Parameters"] = std::move(parameters);
  if (!s.bound.capabilities.empty())
    in["Capabilities"] = json::array(s.bound.capabilities.begin(), s.bound.capabilities.end());
  const auto& role = s.bound.role == as_assembled ? to.role : s.bound.role;
  if (!role.empty()) in["RoleARN"] = role;
  return in;
}

void add_loss(const json::object& change, losses& to) {
  const auto what =
      members::text(change, "LogicalResourceId") + " (" + members::text(change, "ResourceType") + ")";
  const auto action = members::text(change, "Action");
  const bool kept = members::text(change, "PolicyAction") == "Retain";
  if (action == "Remove" && !kept) to.removed.push_back(what);
  if (action == "Modify" && members::text(change, "Replacement") == "True") to.replaced.push_back(what);
}

bool says_nothing_changes(const std::string& text) {
  return text.find("didn't contain changes") != std::string::npos ||
         text.find("No updates are to be performed") != std::string::npos;
}

}  // namespace

bool change_set::is_empty() const { return status == "FAILED" && says_nothing_changes(why); }

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

aws::got<asked> make_set(session& s, const wanted& to, const std::string& name, set_kind kind) {
  const auto said = s.attempt(service, "CreateChangeSet", input_of(s, to, name, kind));
  if (said || said.error().aws_code.find("AlreadyExists") != std::string::npos) return asked::made;
  if (says_nothing_changes(said.error().message)) return asked::nothing;
  return not_taken(s, said.error());
}

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

aws::got<bool> execute_set(session& s, const std::string& stack, const std::string& name) {
  const auto said = s.attempt(service, "ExecuteChangeSet",
                              {{"StackName", stack}, {"ChangeSetName", name}, {"ClientRequestToken", name}});
  // A request whose answer was lost has executed it already.
  const auto code = said ? std::string{} : said.error().aws_code;
  const bool again = code.find("ChangeSetNotFound") != std::string::npos ||
                     code.find("InvalidChangeSetStatus") != std::string::npos;
  if (!said && !again) return aws::visit::not_written(said.error());
  return true;
}

void drop(session& s, const std::string& stack, const std::string& name) {
  static_cast<void>(s.attempt(service, "DeleteChangeSet", {{"StackName", stack}, {"ChangeSetName", name}}));
}

aws::got<losses> losses_of(session& s, const std::string& stack, const std::string& name) {
  losses out;
  const auto read =
      aws::read_all_pages(s, {service, "DescribeChangeSet", "NextToken"},
                          {{"StackName", stack}, {"ChangeSetName", name}}, [&](const json::object& said) {
                            for (const auto& v : members::list(said, "Changes"))
                              add_loss(members::object(members::as_object(v), "ResourceChange"), out);
                            return members::text(said, "NextToken");
                          });
  if (!read) return read.error();
  return out;
}

}  // namespace shipflow::cloudformation
