// What the actions are, and from a call to its answer.
#include "aws/answering.hpp"
#include "base/members.hpp"
#include "provider/rds/actions.hpp"

#include <algorithm>
#include <array>

namespace shipflow::rds {
namespace {

constexpr duration call{30'000};
constexpr duration two_hours{7'200'000};

struct known_action {
  std::string_view name;
  answer (*carry_out)(session& s);
};
constexpr std::array known{known_action{"snapshot", snapshot}, known_action{"verify", verify},
                           known_action{"backup", backup},     known_action{"prune", prune},
                           known_action{"restore", restore},   known_action{"discard", discard}};

action_spec make(std::string name, effect_class repeat, std::vector<std::string> resources, std::string help,
                 std::vector<field_spec> inputs, std::vector<field_spec> outputs) {
  action_spec s;
  s.name = std::move(name);
  s.repeat = repeat;
  s.undo = reversibility::forward_only;
  s.rank = restore_rank::database;
  s.help = std::move(help);
  s.inputs = std::move(inputs);
  s.outputs = std::move(outputs);
  s.resources = std::move(resources);
  s.call_timeout = call;
  s.timeout = two_hours;
  return s;
}

answer observe(session& s) {
  const auto from = look_at_source(s);
  if (!from) return from.error();
  return answer::done({{"source", s.bound.source},
                       {"cluster", s.bound.cluster},
                       {"engine", from->engine},
                       {"version", from->version},
                       {"encrypted", from->encrypted},
                       {"restores", json::object{}}});
}

answer diagnose(session& s) {
  const auto from = look_at_source(s);
  if (!from) return answer::done({{"source", s.bound.source}, {"not_read", from.error().problem.message}});
  json::object out{{"source", s.bound.source}, {"status", from->status}, {"retention_days", from->retention}};
  if (from->restorable) out["restorable_until"] = format_time(*from->restorable);
  const auto seen = find_snapshot(s, snapshot_name(s.bound, s.q));
  if (seen && *seen) out["snapshot"] = json::object{{"name", (*seen)->id}, {"status", (*seen)->status}};
  return answer::done(std::move(out));
}

}  // namespace

std::vector<action_spec> action_specs() {
  const std::vector<field_spec> of_snapshot{{"snapshot", "string", true, false, "its name"},
                                            {"arn", "string", true, false, "its ARN"},
                                            {"source", "string", true, false, "instance or cluster"},
                                            {"created", "any", true, false, "point in time"},
                                            {"size_gb", "integer", true, false, "allocated storage"},
                                            {"encrypted", "boolean", true, false, "is it?"},
                                            {"engine_version", "string", true, false, "of the database"}};
  std::vector<action_spec> all;
  all.push_back(make("snapshot", effect_class::token, {"snapshots:${component}"},
                     "make a snapshot, wait until it is available and check it", {}, of_snapshot));
  all.push_back(make("verify", effect_class::set_value, {},
                     "check a snapshot: available, encrypted, young enough",
                     {{"snapshot", "string", false, false, "name; default: the newest that `snapshot` made"},
                      {"max_age", "duration", false, false, "default: any"},
                      {"encrypted", "boolean", false, false, "true: it must be"}},
                     of_snapshot));
  all.push_back(make("backup", effect_class::set_value, {},
                     "check the automated backup: on, and restorable until lately",
                     {{"max_age", "duration", false, false, "of the latest point in time; default 1h"}},
                     {{"restorable_until", "string", true, false, "point in time"},
                      {"snapshot", "string", true, false, "newest automated one, or empty"}}));
  all.push_back(make("prune", effect_class::set_value, {"snapshots:${component}"},
                     "delete old snapshots that `snapshot` made",
                     {{"keep", "integer", false, false, "so many newest stay; default 10", {{1, most_keep}}},
                      {"older_than", "duration", false, false, "only those; default: any age"}},
                     {{"deleted", "strings", true, false, "their names"},
                      {"kept", "integer", true, false, "number of those that are left"}}));
  all.push_back(make(
      "restore", effect_class::token, {"restored:${component}"},
      "make a new instance, or cluster with a writer, from a backup and wait until it is available",
      {{"as", "string", false, false, "its name; default: one made of the effect's key", {{0, longest_name}}},
       {"snapshot", "string", false, false, "name, or latest"},
       {"at", "string", false, false, "point in time, or latest"},
       {"class", "string", false, false, "default: that of the source, or of its writer"}},
      {{"instance", "string", true, false, "its name; of a cluster: of its writer"},
       {"cluster", "string", false, false, "name of the cluster"},
       {"address", "string", true, false, "host name"},
       {"port", "integer", true, false, "port"},
       {"made_from", "string", true, false, "what it was made from"}}));
  all.push_back(make(
      "discard", effect_class::set_value, {"restored:${component}"},
      "delete an instance or cluster that `restore` made",
      {{"instance", "string", false, false, "its name"}, {"cluster", "string", false, false, "or this"}},
      {{"instance", "string", false, false, "its name"}, {"cluster", "string", false, false, "or this"}}));
  return all;
}

result<std::vector<action_spec>> actions_for(const json::object& target) {
  const auto bound = read_binding(target);
  if (!bound) return bound.error();
  auto all = action_specs();
  for (auto& a : all) {
    if (a.name != "discard" && a.name != "restore") continue;
    // Names of the other kind of thing are not known here; the own ones are always there.
    const std::string_view other = bound->cluster ? "instance" : "cluster";
    for (auto* fields : {&a.inputs, &a.outputs})
      std::erase_if(*fields, [&](const field_spec& f) { return f.name == other && !f.required; });
    if (a.name == "discard") a.inputs.front().required = a.outputs.front().required = true;
  }
  return all;
}

answer carry_out(aws::desk& on, const request& q) {
  const auto* a =
      std::find_if(known.begin(), known.end(), [&](const known_action& k) { return k.name == q.action; });
  if (a == known.end())
    return answer::failed(make_error(errc::unsupported, "provider rds has no action " + q.action));
  return aws::answer_call<session>({observe, diagnose, a->carry_out}, on, q, read_binding(q.target));
}

}  // namespace shipflow::rds
