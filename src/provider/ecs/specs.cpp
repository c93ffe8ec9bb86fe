#include "base/specs.hpp"

#include "provider/ecs/actions.hpp"
#include "provider/ecs/native.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

using specs::undoable;

constexpr duration while_rolling{1'200'000};

const field_spec version{"version", "string", true, false, "version to run"};
const field_spec image{"image", "string", false, false,
                       "image of the container; default: the present one with the version as its tag"};
const field_spec instances{"instances", "integer", false, false, "number of tasks", {{0, most_tasks}}};

const std::vector<field_spec> fleet_outputs{
    {"colour", "string", true, false, "blue or green; blue where there is one service"},
    {"service", "string", true, false, "cluster/service"},
    {"version", "string", true, false, "its version"},
    {"instances", "integer", true, false, "its desired count"},
    {"task_definition", "string", true, false, "ARN of the revision"}};

void allow_weights(std::vector<action_spec>& all, const std::vector<number_range>& weights) {
  for (auto& a : all)
    for (auto& input : a.inputs)
      if (input.name == "weight") input.ranges = weights;
}

}  // namespace

std::vector<action_spec> action_specs() {
  std::vector<action_spec> all;
  all.push_back(undoable(
      "launch", effect_class::token, restore_rank::service, "fleet:${component}/new",
      "deploy to the service that is not live and wait until its targets are healthy",
      {version, {"colour", "string", false, false, "next (default), blue or green"}, instances, image},
      fleet_outputs));
  all.push_back(
      undoable("shift", effect_class::compare_and_set, restore_rank::traffic, "traffic:${component}",
               "give a service a share of the requests, after checking that its targets are healthy",
               {{"weight", "integer", true, false, "percent of the requests", {{0, 100}}},
                {"colour", "string", false, false, "new (default), old, blue or green"}},
               {{"colour", "string", true, false, "blue or green"},
                {"version", "string", true, false, "version of that service"},
                {"weights", "object", true, false, "percent per colour"}}));
  all.push_back(
      undoable("retire", effect_class::set_value, restore_rank::service, "fleet:${component}/old",
               "scale the service that gets no requests to zero",
               {{"colour", "string", false, false, "old (default), blue or green"},
                {"drain", "duration", false, false,
                 "not used: the deregistration delay of the target group says how long requests may take"}},
               fleet_outputs));
  all.push_back(
      undoable("replace", effect_class::token, restore_rank::service, "fleet:${component}",
               "deploy to the live service in place and wait until its targets are healthy",
               {version,
                {"batch", "any", false, false,
                 "not used: the service's own minimum and maximum percent say how many at once"},
                instances,
                image,
                {"drain", "duration", false, false,
                 "not used: the deregistration delay of the target group says how long requests may take"}},
               fleet_outputs));
  all.push_back(undoable("scale", effect_class::set_value, restore_rank::service, "size:${component}",
                         "change the desired count of the live service",
                         {{"instances", "integer", true, false, "number of tasks", {{0, most_tasks}}}},
                         fleet_outputs));
  all.push_back(specs::forward_only(
      undoable("restart", effect_class::creates, restore_rank::service, "tasks:${component}",
               "force a new deployment of what the live service runs", {}, fleet_outputs)));
  all.push_back(undoable("maintenance", effect_class::set_value, restore_rank::traffic,
                         "maintenance:${component}",
                         "answer every request with 503 and a page, or stop doing so",
                         {{"on", "boolean", true, false, "true or false"},
                          {"page", "string", false, false, "text or HTML", {{0, longest_page}}}},
                         {{"on", "boolean", true, false, "what was set"}}));
  all.push_back(specs::forward_only(
      undoable("run_task", effect_class::token, restore_rank::service, "task:${component}",
               "run a command once in a task like those of the live service; it must exit with 0",
               {{"command", "strings", true, false, "what the container runs", {{.least = 1}}},
                {"container", "string", false, false, "default: that of the binding"},
                {"environment", "object", false, false, "variables of the container"},
                {"task_definition", "string", false, false, "revision; default: what the service runs"}},
               {{"task", "string", true, false, "ARN of the task"},
                {"exit_code", "integer", true, false, "of the container"},
                {"reason", "string", true, false, "why it stopped"}})));
  for (auto& a : all) a.timeout = while_rolling;
  return all;
}

result<std::vector<action_spec>> actions_for(const json::object& target) {
  const auto bound = read_binding(target);
  if (!bound) return bound.error();
  auto all = action_specs();
  const auto lacks = [&](const action_spec& a) {
    if (bound->native) return a.name == "replace" || a.name == "restart" || a.name == "maintenance";
    if (a.name == "launch" || a.name == "retire") return !bound->two;
    return (a.name == "shift" || a.name == "maintenance") && !bound->routed();
  };
  all.erase(std::remove_if(all.begin(), all.end(), lacks), all.end());
  if (bound->native) allow_weights(all, weights_of(*bound->native));
  return all;
}

}  // namespace shipflow::ecs
