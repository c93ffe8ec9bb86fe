// What the actions are.
#include "provider/cloudfront/actions.hpp"
#include "provider/cloudfront/configuration.hpp"
#include "provider/cloudfront/paths.hpp"

#include <algorithm>

namespace shipflow::cloudfront {
namespace {

constexpr duration while_deploying{3'600'000};

action_spec invalidation() {
  action_spec s;
  s.name = "invalidate";
  s.repeat = effect_class::token;
  s.rank = restore_rank::cleanup;
  s.help = "ask for what is cached of some paths again";
  s.inputs = {
      {"paths", "strings", true, false, "names of files, and patterns that end in *", {{1, most_names}}},
      {"variants", "boolean", false, false, "default true: /x/index.html is /x/ and /x too"},
      {"most_paths",
       "integer",
       false,
       false,
       "more are collapsed to patterns; default 1000",
       {{1, most_paths}}},
      {"way", "string", false, false, "there, back or both (default): on which way it is done"},
      {"within", "duration", false, false, "longer is not waited; default 15m"}};
  s.outputs = {{"invalidation", "string", true, false, "its id"},
               {"paths", "integer", true, false, "how many were named"},
               {"patterns", "integer", true, false, "how many of them were patterns"},
               {"completed", "boolean", true, false, "false: it was not waited for to its end"}};
  s.resources = {"cache:${component}"};
  s.timeout = while_deploying;
  return s;
}

action_spec origin() {
  action_spec s;
  s.name = "switch_origin";
  s.repeat = effect_class::compare_and_set;
  s.rank = restore_rank::traffic;
  s.help = "serve another release of the site: the path in front of the origin's keys";
  s.inputs = {{"path", "string", true, false, "/releases/1.5.0, or empty"},
              {"invalidate", "strings", false, false, "default /*; [] for nothing", {{0, most_names}}},
              {"within", "duration", false, false, "longer is not waited for the caches; default 15m"}};
  s.outputs = {
      {"origin_path", "string", true, false, "what was set"},
      {"completed", "boolean", true, false, "false: the invalidation was not waited for to its end"}};
  s.resources = {"origin:${component}"};
  s.tells_ready = true;
  s.timeout = while_deploying;
  return s;
}

const field_spec within{"within", "duration", false, false,
                        "longer is not waited for the caches; default 15m"};
const field_spec version{"version", "string", true, false, "of the release"};
const field_spec colour{"colour", "string", false, false,
                        "not used: the staging distribution is the new one"};

action_spec launch_spec() {
  action_spec s;
  s.name = "launch";
  s.repeat = effect_class::compare_and_set;
  s.rank = restore_rank::service;
  s.help = "make the staging distribution as the primary, but with another release; nobody gets it yet";
  s.inputs = {version,
              {"path", "string", false, false, "default: by `canary.releases` of the binding"},
              colour,
              within};
  s.outputs = {{"staging", "string", true, false, "id of the staging distribution"},
               version,
               {"path", "string", true, false, "in front of the origin's keys"}};
  s.resources = {"staging:${component}"};
  s.tells_ready = true;
  s.timeout = while_deploying;
  return s;
}

action_spec shift_spec() {
  action_spec s;
  s.name = "shift";
  s.repeat = effect_class::compare_and_set;
  s.rank = restore_rank::traffic;
  s.help = "give a share of the viewers what the staging distribution serves, or all of them";
  s.inputs = {{"weight", "integer", false, false, "percent of the viewers", {{0, most_percent}, {100, 100}}},
              {"header", "object", false, false, "in its place {name: aws-cf-cd-..., value}: who sends it"},
              {"path", "string", false, false, "what the staging distribution has to serve; launch says it"},
              within};
  s.outputs = {{"weights", "object", true, false, "percent of old and new"},
               {"header", "string", false, false, "name of the header"},
               version,
               {"path", "string", true, false, "in front of the origin's keys"},
               {"completed", "boolean", true, false, "false: the caches were not waited for to their end"}};
  s.resources = {"traffic:${component}"};
  s.tells_ready = true;
  s.timeout = while_deploying;
  return s;
}

action_spec retire_spec() {
  action_spec s;
  s.name = "retire";
  s.undo = reversibility::forward_only;
  s.help = "check that nobody gets the old release any more";
  s.inputs = {colour, {"drain", "duration", false, false, "not used"}};
  s.outputs = {version, {"path", "string", true, false, "in front of the origin's keys"}};
  return s;
}

}  // namespace

std::vector<action_spec> action_specs() {
  return {invalidation(), origin(), launch_spec(), shift_spec(), retire_spec()};
}

result<std::vector<action_spec>> actions_for(const json::object& target) {
  const auto bound = read_binding(target);
  if (!bound) return bound.error();
  auto all = action_specs();
  const auto of_canary = [](const action_spec& a) {
    return a.name == "launch" || a.name == "shift" || a.name == "retire";
  };
  if (!bound->tried) all.erase(std::remove_if(all.begin(), all.end(), of_canary), all.end());
  return all;
}

}  // namespace shipflow::cloudfront
