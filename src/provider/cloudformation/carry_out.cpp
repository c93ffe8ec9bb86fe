// What the actions are, and from a call to its answer.
#include "aws/answering.hpp"
#include "base/members.hpp"
#include "provider/cloudformation/actions.hpp"

namespace shipflow::cloudformation {
namespace {

action_spec deployment(std::string name, std::string resource) {
  action_spec s;
  s.name = std::move(name);
  s.repeat = effect_class::token;
  s.outputs = {{"changed", "strings", true, false, "stacks that had changes"},
               {"outputs", "object", true, false, "of each stack"}};
  s.resources = {std::move(resource)};
  s.tells_ready = true;
  s.timeout = duration{7'200'000};
  return s;
}

field_spec what_may_be_lost() {
  return {"allow", "strings", false, false,
          "replace, delete: what may be done to resources; default: neither"};
}

action_spec of_one() {
  auto s = deployment("deploy", "stack:${component}/${stack}");
  s.help = "change a stack by a change set and wait for it";
  s.inputs = {{"stack", "string", true, false, "its name"},
              {"template", "string", true, false, "a file, or the https URL of one in S3"},
              {"parameters", "object", false, false, "values; others stay as they are"},
              what_may_be_lost()};
  return s;
}

action_spec of_assembly() {
  auto s = deployment("deploy_assembly", "assembly:${component}");
  s.help = "change the stacks of a cloud assembly, in the order of their dependencies";
  s.inputs = {{"assembly", "string", true, false, "folder that `cdk synth` left"},
              {"only", "strings", false, false, "names of stacks; default: all"},
              what_may_be_lost()};
  return s;
}

action_spec continuation() {
  action_spec s;
  s.name = "continue_rollback";
  s.repeat = effect_class::set_value;
  s.undo = reversibility::forward_only;
  s.help = "continue the rollback of a stack in UPDATE_ROLLBACK_FAILED";
  s.inputs = {{"stack", "string", true, false, "its name"},
              {"skip", "strings", false, false, "logical ids of resources to leave as they are"}};
  s.outputs = {{"stack", "string", true, false, "its name"},
               {"status", "string", true, false, "what it is now"}};
  s.resources = {"stack:${component}/${stack}"};
  s.timeout = duration{7'200'000};
  return s;
}

answer observe(session& s) {
  if (s.q.action == "continue_rollback") return answer::done({{"restores", json::object{}}});
  const auto all = wanted_stacks(s);
  if (!all) return answer::failed(all.error());
  auto seen = picture_of(s, all->stacks);
  if (!seen) return seen.error();
  return answer::done(std::move(*seen));
}

answer diagnose(session& s) {
  json::object out;
  std::vector<wanted> stacks;
  if (s.q.action != "deploy_assembly") stacks.emplace_back().name = members::text(s.q.inputs, "stack");
  if (auto all = wanted_stacks(s); stacks.empty() && all) stacks = std::move(all->stacks);
  for (const auto& w : stacks) {
    auto at = there(s, w);
    const auto now = find_stack(at, w.name);
    if (!now || !*now) continue;
    auto c = cause_of(at, w.name);
    out[w.name] =
        json::object{{"status", (*now)->status}, {"cause", c.first}, {"events", std::move(c.events)}};
  }
  return answer::done(std::move(out));
}

}  // namespace

std::vector<action_spec> action_specs() { return {of_one(), of_assembly(), continuation()}; }

result<std::vector<action_spec>> actions_for(const json::object& target) {
  const auto bound = read_binding(target);
  if (!bound) return bound.error();
  return action_specs();
}

answer carry_out(aws::desk& on, const request& q, const file_reader& file, depot& assets) {
  const bool continues = q.action == "continue_rollback";
  if (q.action != "deploy" && q.action != "deploy_assembly" && !continues)
    return answer::failed(make_error(errc::unsupported, "provider cloudformation has no action " + q.action));
  return aws::answer_call<session>({observe, diagnose, continues ? continue_rollback : deploy}, on, q,
                                   read_binding(q.target), file, assets);
}

}  // namespace shipflow::cloudformation
