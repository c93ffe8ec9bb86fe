// What the actions are.
#include "base/specs.hpp"

#include "provider/cloudfront/actions.hpp"
#include "provider/cloudfront/configuration.hpp"
#include "provider/cloudfront/paths.hpp"

#include <algorithm>

namespace shipflow::cloudfront {
namespace {

using specs::undoable;

constexpr duration while_deploying{3'600'000};

action_spec invalidation() {
  auto s = undoable(
      "invalidate", effect_class::token, restore_rank::cleanup, "cache:${component}",
      "ask for what is cached of some paths again",
      {{"paths", "strings", true, false, "names of files, and patterns that end in *", {{1, most_names}}},
       {"variants", "boolean", false, false, "default true: /x/index.html is /x/ and /x too"},
       {"most_paths",
        "integer",
        false,
        false,
        "more are collapsed to patterns; default 1000",
        {{1, most_paths}}},
       {"way", "string", false, false, "there, back or both (default): on which way it is done"},
       {"within", "duration", false, false, "longer is not waited; default 15m"}},
      {{"invalidation", "string", true, false, "its id"},
       {"paths", "integer", true, false, "how many were named"},
       {"patterns", "integer", true, false, "how many of them were patterns"},
       {"completed", "boolean", true, false, "false: it was not waited for to its end"}});
  s.tells_ready = false;
  return s;
}

const field_spec within{"within", "duration", false, false,
                        "longer is not waited for the caches; default 15m"};
const field_spec version{"version", "string", true, false, "of the release"};
const field_spec colour{"colour", "string", false, false,
                        "not used: the staging distribution is the new one"};

action_spec origin() {
  return undoable(
      "switch_origin", effect_class::compare_and_set, restore_rank::traffic, "origin:${component}",
      "serve another release of the site: the path in front of the origin's keys",
      {{"path", "string", true, false, "/releases/1.5.0, or empty"},
       {"invalidate", "strings", false, false, "default /*; [] for nothing", {{0, most_names}}},
       within},
      {{"origin_path", "string", true, false, "what was set"},
       {"completed", "boolean", true, false, "false: the invalidation was not waited for to its end"}});
}

action_spec launch_spec() {
  return undoable(
      "launch", effect_class::compare_and_set, restore_rank::service, "staging:${component}",
      "make the staging distribution as the primary, but with another release; nobody gets it yet",
      {version,
       {"path", "string", false, false, "default: by `canary.releases` of the binding"},
       colour,
       within},
      {{"staging", "string", true, false, "id of the staging distribution"},
       version,
       {"path", "string", true, false, "in front of the origin's keys"}});
}

action_spec shift_spec() {
  return undoable(
      "shift", effect_class::compare_and_set, restore_rank::traffic, "traffic:${component}",
      "give a share of the viewers what the staging distribution serves, or all of them",
      {{"weight", "integer", false, false, "percent of the viewers", {{0, most_percent}, {100, 100}}},
       {"header", "object", false, false, "in its place {name: aws-cf-cd-..., value}: who sends it"},
       {"path", "string", false, false, "what the staging distribution has to serve; launch says it"},
       within},
      {{"weights", "object", true, false, "percent of old and new"},
       {"header", "string", false, false, "name of the header"},
       version,
       {"path", "string", true, false, "in front of the origin's keys"},
       {"completed", "boolean", true, false, "false: the caches were not waited for to their end"}});
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
  std::vector all{invalidation(), origin(), launch_spec(), shift_spec()};
  for (auto& a : all) a.timeout = while_deploying;
  all.push_back(retire_spec());
  return all;
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
