#include "base/specs.hpp"

#include "provider/local/actions.hpp"

namespace shipflow::local {
namespace {

using specs::undoable;

constexpr duration while_starting{600'000};

const field_spec version{"version", "string", true, false, "version to run; ${version} in the command"};
const field_spec instances{
    "instances",          "integer", false, false, "number of instances; default: the binding's",
    {{1, most_instances}}};
const field_spec image{"image", "string", false, false, "${image} in the command"};
const field_spec drain{"drain", "duration", false, false,
                       "how long running requests may take; default: the binding's"};

const std::vector<field_spec> fleet_outputs{{"colour", "string", true, false, "blue or green"},
                                            {"version", "string", true, false, "version of that fleet"},
                                            {"instances", "integer", true, false, "instances of that fleet"}};

}  // namespace

std::vector<action_spec> action_specs() {
  std::vector<action_spec> all;
  all.push_back(undoable(
      "launch", effect_class::token, restore_rank::service, "fleet:${component}/new",
      "start the fleet of the colour that is not live and wait until it is ready",
      {version, {"colour", "string", false, false, "next (default), blue or green"}, instances, image},
      fleet_outputs));
  all.push_back(undoable("shift", effect_class::compare_and_set, restore_rank::traffic,
                         "traffic:${component}",
                         "give a fleet a share of the traffic, after checking that it is ready",
                         {{"weight", "integer", true, false, "percent of the traffic", {{0, 100}}},
                          {"colour", "string", false, false, "new (default), old, blue or green"}},
                         {{"colour", "string", true, false, "blue or green"},
                          {"version", "string", true, false, "version of that fleet"},
                          {"weights", "object", true, false, "percent per colour"}}));
  all.push_back(undoable("retire", effect_class::token, restore_rank::service, "fleet:${component}/old",
                         "drain and end the fleet that is no longer routed to",
                         {{"colour", "string", false, false, "old (default), blue or green"}, drain},
                         fleet_outputs));
  all.push_back(undoable("replace", effect_class::token, restore_rank::service, "fleet:${component}",
                         "replace the live fleet in place, batch by batch",
                         {version,
                          {"batch", "any", false, false, "instances at once, or \"25%\"; default 1"},
                          instances,
                          image,
                          drain},
                         fleet_outputs));
  all.push_back(undoable(
      "scale", effect_class::token, restore_rank::service, "size:${component}",
      "change the number of instances of the live fleet",
      {{"instances", "integer", true, false, "number of instances", {{1, most_instances}}}}, fleet_outputs));
  all.push_back(undoable(
      "maintenance", effect_class::set_value, restore_rank::traffic, "maintenance:${component}",
      "answer every request with 503 and a page, or stop doing so",
      {{"on", "boolean", true, false, "true or false"}}, {{"on", "boolean", true, false, "what was set"}}));
  all.push_back(specs::forward_only(undoable("stop", effect_class::token, restore_rank::cleanup,
                                             "fleet:${component}/all",
                                             "end everything of the component, HAProxy too", {}, {})));
  for (auto& a : all) a.timeout = while_starting;
  return all;
}

}  // namespace shipflow::local
