// AWS CloudFormation in memory and in virtual time: stacks, change sets and events, as documented.
//
// A change set is made in `plans`; one whose template and parameters are those of the stack is FAILED, with the words that
// CloudFormation has for it. An execution takes `changes_in`, and ends as `ends` says of the template: well, taken back by
// CloudFormation, or stuck while it is taken back. What a template holds is not looked at: one resource stands for it, and
// words like "Param:Size" are its parameters; REPLACES and DELETES say what a change to it does to that resource, NESTED that
// it is a stack, in which something fails.
//
// Source: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference; UserGuide: using-cfn-updating-stacks-changesets,
// view-stack-events.
#pragma once

#include "world/aws/answers.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloud {

enum class stack_fate { good, taken_back, stuck };

struct cloudformation_options {
  std::string region = "eu-central-1";
  std::string account = "123456789012";
  duration plans{3'000};
  duration changes_in{60'000};
  std::function<stack_fate(const std::string& template_text)> ends;
};

struct stack_change_set {
  std::string name, id, stack, status = "CREATE_IN_PROGRESS", execution = "UNAVAILABLE", why, template_text;
  std::map<std::string, std::string> parameters;
  bool creates = false;
  std::optional<time_point> next;
};

struct stack {
  std::string name, id, status = "REVIEW_IN_PROGRESS", why, change_set, template_text, token;
  std::map<std::string, std::string> parameters;
  std::string template_before;
  std::map<std::string, std::string> parameters_before;
  std::deque<json::object> events;  ///< newest first
  std::optional<time_point> next;
  bool stalled = false;
  bool is_protected = false;  ///< from deletion
};

class cloudformation {
 public:
  explicit cloudformation(cloudformation_options options = {}) : options_(std::move(options)) {}

  /// Complete, with that template.
  stack& install(const std::string& name, const std::string& template_text,
                 std::map<std::string, std::string> parameters = {});
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input, time_point now);
  void advance(time_point now);
  [[nodiscard]] std::optional<time_point> next_change() const;
  [[nodiscard]] stack* find(const std::string& name);
  [[nodiscard]] const std::map<std::string, stack>& stacks() const noexcept { return stacks_; }
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }
  /// What is under way fails now, and is taken back. False: nothing is.
  bool break_now(stack& s);

 private:
  using handler = reply (cloudformation::*)(const json::object& in);
  reply create_change_set(const json::object& in);
  reply describe_change_set(const json::object& in);
  reply execute_change_set(const json::object& in);
  reply delete_change_set(const json::object& in);
  reply describe_stacks(const json::object& in);
  reply describe_events(const json::object& in);
  reply get_template(const json::object& in);
  reply get_summary(const json::object& in);
  reply cancel_update(const json::object& in);
  reply continue_rollback(const json::object& in);
  reply delete_stack(const json::object& in);

  void fail(stack& s, const std::string& status);
  void go_on(stack& s);
  void say(stack& s, const std::string& resource, const std::string& status, const std::string& why = {});
  void set_status(stack& s, const std::string& status, const std::string& why = {});
  [[nodiscard]] std::string arn(const std::string& what) const;
  [[nodiscard]] static std::string key(const std::string& stack, const std::string& change_set);

  cloudformation_options options_;
  time_point now_{};
  std::uint64_t ids_ = 0;
  std::map<std::string, stack> stacks_;
  std::map<std::string, stack_change_set> change_sets_;  ///< by "stack/name"
  std::uint64_t changes_ = 0;
};

}  // namespace shipflow::cloud
