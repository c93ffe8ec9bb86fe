// Why a stack failed, from its events and from those of the stacks in it.
#include "aws/paging.hpp"
#include "base/members.hpp"
#include "provider/cloudformation/drive.hpp"

namespace shipflow::cloudformation {
namespace {

constexpr std::size_t most_events = 60;
constexpr int most_pages = 10;
constexpr int deepest = 3;

struct failure {
  std::string what, type, why, inner;  ///< `inner`: the stack that it is
};

/// Events of one stack since its last change began, newest first.
class account {
 public:
  account(session& s, cause& out) : s_(s), out_(out) {}

  /// `name` stands before what happened in a stack within others.
  void of(const std::string& stack, const std::string& name, int depth) {
    failure first;
    const auto read = aws::read_pages(s_, {service, "DescribeStackEvents", "NextToken", most_pages},
                                      {{"StackName", stack}}, [&](const json::object& said) {
                                        const bool all =
                                            take(members::list(said, "StackEvents"), name, first);
                                        return all ? std::string{} : members::text(said, "NextToken");
                                      });
    if (!read) out_.events.push_back(json::string("not read: " + read.error().problem.message));
    if (first.what.empty()) return;
    out_.first = name + first.what + " (" + first.type + "): " + first.why;
    if (!first.inner.empty() && depth < deepest) of(first.inner, name + first.what + " > ", depth + 1);
  }

 private:
  /// True: the change began there.
  bool take(const json::array& events, const std::string& name, failure& first) {
    for (const auto& v : events) {
      const auto& e = members::as_object(v);
      const auto status = members::text(e, "ResourceStatus");
      const auto why = members::text(e, "ResourceStatusReason");
      const auto what = members::text(e, "LogicalResourceId");
      const auto physical = members::text(e, "PhysicalResourceId");
      const auto type = members::text(e, "ResourceType");
      if (out_.events.size() < most_events)
        out_.events.push_back(json::string(members::text(e, "Timestamp") + " " + name + what + " " + status +
                                           (why.empty() ? "" : ": " + why)));
      const bool a_stack = type == "AWS::CloudFormation::Stack";
      const bool itself = a_stack && (physical.empty() || physical == members::text(e, "StackId"));
      // Newest first: the last one that is seen is the first that happened.
      if (status.ends_with("_FAILED") && !itself)
        first = {what, type, why, a_stack ? physical : std::string{}};
      if (itself && (status == "CREATE_IN_PROGRESS" || status == "UPDATE_IN_PROGRESS")) return true;
    }
    return false;
  }

  session& s_;
  cause& out_;
};

}  // namespace

cause cause_of(session& s, const std::string& stack) {
  cause out;
  account(s, out).of(stack, {}, 0);
  return out;
}

}  // namespace shipflow::cloudformation
