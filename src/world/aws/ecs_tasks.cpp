// The calls of ECS about task definitions and tasks.
#include "base/members.hpp"
#include "world/aws/ecs.hpp"
#include "world/aws/pages.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

using stage = task::stage;

std::string_view word_of(stage s) {
  switch (s) {
    case stage::pending: return "PENDING";
    case stage::running: return "RUNNING";
    case stage::draining: return "DEACTIVATING";
    default: return "STOPPED";
  }
}

}  // namespace

json::object* ecs::definition(const std::string& name) {
  auto wanted = last_part(name);
  std::int64_t revision = 0;
  if (const auto colon = wanted.find(':'); colon != std::string::npos) {
    revision = members::whole({{"n", wanted.substr(colon + 1)}}, "n", -1);
    wanted.resize(colon);
  }
  const auto family = definitions_.find(wanted);
  if (family == definitions_.end()) return nullptr;
  auto& all = family->second;
  if (revision != 0)
    return revision > 0 && static_cast<std::size_t>(revision) <= all.size()
               ? &all[static_cast<std::size_t>(revision) - 1]
               : nullptr;
  const auto newest = std::find_if(all.rbegin(), all.rend(),
                                   [](const auto& d) { return members::text(d, "status") == "ACTIVE"; });
  return newest == all.rend() ? nullptr : &*newest;
}

reply ecs::register_definition(const json::object& in) {
  const auto family = members::text(in, "family");
  if (family.empty()) return refused("ClientException", "Family should not be null or empty.");
  if (members::list(in, "containerDefinitions").empty())
    return refused("ClientException", "Container list cannot be empty.");
  for (const auto* output : {"taskDefinitionArn", "revision", "status", "requiresAttributes",
                             "compatibilities", "registeredAt", "registeredBy", "deregisteredAt"})
    if (in.contains(output))
      return refused("InvalidParameterException", std::string("Unknown parameter in input: ") + output);
  auto& all = definitions_[family];
  json::object d = in;
  const auto revision = all.size() + 1;
  d["revision"] = revision;
  d["taskDefinitionArn"] = arn("task-definition/" + family + ":" + std::to_string(revision));
  d["status"] = "ACTIVE";
  d["registeredAt"] = seconds_of(now_);
  d["compatibilities"] = json::array{"EC2", "FARGATE"};
  all.push_back(d);
  json::value tags = members::list(d, "tags");
  d.erase("tags");
  return json::object{{"taskDefinition", std::move(d)}, {"tags", std::move(tags)}};
}

reply ecs::describe_definition(const json::object& in) {
  const auto* found = definition(members::text(in, "taskDefinition"));
  if (found == nullptr) return refused("ClientException", "Unable to describe task definition.");
  auto d = *found;
  json::value tags = members::list(d, "tags");
  d.erase("tags");
  json::object out{{"taskDefinition", std::move(d)}};
  const auto include = members::texts(in, "include");
  if (std::find(include.begin(), include.end(), "TAGS") != include.end()) out["tags"] = std::move(tags);
  return out;
}

reply ecs::deregister_definition(const json::object& in) {
  auto* found = definition(members::text(in, "taskDefinition"));
  if (found == nullptr) return refused("ClientException", "The specified task definition does not exist.");
  (*found)["status"] = "INACTIVE";
  (*found)["deregisteredAt"] = seconds_of(now_);
  return json::object{{"taskDefinition", *found}};
}

reply ecs::list_definitions(const json::object& in) {
  json::array arns;
  const auto prefix = members::text(in, "familyPrefix");
  for (const auto& [family, all] : definitions_)
    for (const auto& d : all)
      if ((prefix.empty() || family == prefix) && members::text(d, "status") == "ACTIVE")
        arns.push_back(json::string(members::text(d, "taskDefinitionArn")));
  return page_of("taskDefinitionArns", std::move(arns), in);
}

json::object ecs::shown(const task& t) const {
  json::object container{{"name", "main"}, {"image", t.image}, {"lastStatus", word_of(t.at)}};
  for (const auto& [family, all] : definitions_)
    for (const auto& d : all)
      if (members::text(d, "taskDefinitionArn") == t.definition)
        container["name"] =
            members::text(members::as_object(members::list(d, "containerDefinitions").at(0)), "name");
  json::object out{
      {"taskArn", arn("task/" + t.cluster + "/" + t.id)},
      {"clusterArn", arn("cluster/" + t.cluster)},
      {"taskDefinitionArn", t.definition},
      {"lastStatus", word_of(t.at)},
      {"desiredStatus", t.at == stage::pending || t.at == stage::running ? "RUNNING" : "STOPPED"},
      {"group", t.service.empty() ? "family:task" : "service:" + t.service},
      {"startedBy", t.started_by},
      {"createdAt", seconds_of(t.created)},
      {"launchType", "FARGATE"}};
  if (t.at != stage::pending) out["startedAt"] = seconds_of(t.runs);
  if (t.at == stage::stopped) {
    out["stoppedAt"] = seconds_of(t.stopped);
    out["stopCode"] = t.stop_code;
    out["stoppedReason"] = t.reason;
    if (t.exit_code) container["exitCode"] = *t.exit_code;
  }
  out["containers"] = json::array{std::move(container)};
  if (!t.overrides.empty()) out["overrides"] = t.overrides;
  return out;
}

reply ecs::run_task(const json::object& in) {
  const auto* d = definition(members::text(in, "taskDefinition"));
  if (d == nullptr || members::text(*d, "status") != "ACTIVE")
    return refused("ClientException", "TaskDefinition not found.");
  const auto token = members::text(in, "clientToken");
  json::array made;
  const auto known = tokens_.find(token);
  if (!token.empty() && known != tokens_.end()) {
    for (const auto& t : tasks_)
      if (std::find(known->second.begin(), known->second.end(), t.id) != known->second.end())
        made.push_back(shown(t));
    return json::object{{"tasks", std::move(made)}, {"failures", json::array{}}};
  }
  for (std::int64_t i = 0; i < members::whole(in, "count", 1); ++i) {
    task t;
    t.id = next_id();
    t.cluster = last_part(members::text(in, "cluster"));
    t.definition = members::text(*d, "taskDefinitionArn");
    t.image = image_of(t.definition);
    t.started_by = members::text(in, "startedBy");
    t.overrides = members::object(in, "overrides");
    t.created = now_;
    t.runs = now_ + options_.starts;
    const auto how = options_.behaves ? options_.behaves(t.image) : image_behaviour{};
    t.ends = t.runs + how.lasts;
    t.exit_code = how.exit_code;
    t.reason = "Essential container in task exited";
    if (!token.empty()) tokens_[token].push_back(t.id);
    made.push_back(shown(t));
    tasks_.push_back(std::move(t));
  }
  return json::object{{"tasks", std::move(made)}, {"failures", json::array{}}};
}

reply ecs::describe_tasks(const json::object& in) {
  json::array found;
  json::array failures;
  for (const auto& wanted : members::texts(in, "tasks")) {
    const auto t = std::find_if(tasks_.begin(), tasks_.end(),
                                [&](const task& one) { return one.id == last_part(wanted); });
    if (t == tasks_.end())
      failures.push_back(json::object{{"arn", wanted}, {"reason", "MISSING"}});
    else
      found.push_back(shown(*t));
  }
  return json::object{{"tasks", std::move(found)}, {"failures", std::move(failures)}};
}

reply ecs::list_tasks(const json::object& in) {
  const auto cluster = last_part(members::text(in, "cluster"));
  const auto name = last_part(members::text(in, "serviceName"));
  const auto by = members::text(in, "startedBy");
  const bool stopped = members::text(in, "desiredStatus") == "STOPPED";
  json::array arns;
  for (const auto& t : tasks_) {
    const bool over = t.at == stage::stopped || t.at == stage::draining;
    if (t.cluster != cluster || over != stopped || (!name.empty() && t.service != name) ||
        (!by.empty() && t.started_by != by))
      continue;
    arns.push_back(json::string(arn("task/" + t.cluster + "/" + t.id)));
  }
  return page_of("taskArns", std::move(arns), in);
}

reply ecs::stop_task(const json::object& in) {
  for (auto& t : tasks_) {
    if (t.id != last_part(members::text(in, "task"))) continue;
    if (t.at != stage::stopped) {
      t.at = stage::draining;
      t.ends = now_ + options_.drains;
      t.stop_code = "UserInitiated";
      t.reason = members::text(in, "reason");
      t.exit_code = 143;
    }
    return json::object{{"task", shown(t)}};
  }
  return refused("InvalidParameterException", "The referenced task was not found.");
}

}  // namespace shipflow::cloud
