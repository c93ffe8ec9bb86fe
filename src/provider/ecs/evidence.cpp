// What people look at first when a service does not come up. Never fails: what cannot be read is said.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

constexpr std::size_t most_events = 8;
constexpr std::size_t most_tasks = 5;
constexpr int most_lines = 20;

std::string id_of(const std::string& arn) { return arn.substr(arn.find_last_of('/') + 1); }

json::array events_of(const json::object& service) {
  json::array out;
  for (const auto& e : members::list(service, "events")) {
    if (out.size() == most_events) break;
    out.push_back(json::string(members::text(members::as_object(e), "message")));
  }
  return out;
}

/// {"group", "prefix", "container"} of the first container that writes to CloudWatch Logs.
json::object log_of(const json::object& definition) {
  for (const auto& c : members::list(definition, "containerDefinitions")) {
    const auto& container = members::as_object(c);
    const auto& log = members::object(container, "logConfiguration");
    const auto& options = members::object(log, "options");
    if (members::text(log, "logDriver") != "awslogs" || !options.contains("awslogs-stream-prefix")) continue;
    return {{"group", members::text(options, "awslogs-group")},
            {"prefix", members::text(options, "awslogs-stream-prefix")},
            {"container", members::text(container, "name")}};
  }
  return {};
}

json::array last_lines(session& s, const json::object& task) {
  json::array out;
  const auto described = describe_definition(s, members::text(task, "taskDefinitionArn"));
  if (!described) return out;
  const auto log = log_of(members::object(*described, "taskDefinition"));
  if (log.empty()) return out;
  const auto stream = members::text(log, "prefix") + "/" + members::text(log, "container") + "/" +
                      id_of(members::text(task, "taskArn"));
  const auto seen = s.read(aws::logs, "GetLogEvents",
                           {{"logGroupName", members::text(log, "group")},
                            {"logStreamName", stream},
                            {"limit", most_lines},
                            {"startFromHead", false}});
  if (!seen) {
    out.push_back(json::string("log not read: " + seen.error().problem.message));
    return out;
  }
  for (const auto& e : members::list(*seen, "events"))
    out.push_back(json::string(members::text(members::as_object(e), "message")));
  return out;
}

json::object shown(const json::object& task) {
  json::object out{{"task", id_of(members::text(task, "taskArn"))},
                   {"stop_code", members::text(task, "stopCode")},
                   {"reason", members::text(task, "stoppedReason")}};
  json::array containers;
  for (const auto& c : members::list(task, "containers")) {
    const auto& container = members::as_object(c);
    json::object one{{"name", members::text(container, "name")}};
    for (const auto* known : {"exitCode", "reason", "image"})
      if (const auto* v = members::find(container, known)) one[known] = *v;
    containers.push_back(std::move(one));
  }
  out["containers"] = std::move(containers);
  return out;
}

void add_tasks(session& s, const place& at, json::object& out) {
  const auto listed = s.read(aws::ecs, "ListTasks",
                             {{"cluster", at.cluster},
                              {"serviceName", at.service},
                              {"desiredStatus", "STOPPED"},
                              {"maxResults", 10}});
  if (!listed) {
    out["stopped_tasks"] = listed.error().problem.message;
    return;
  }
  const auto& arns = members::list(*listed, "taskArns");
  if (arns.empty()) return;
  const auto seen = s.read(aws::ecs, "DescribeTasks", {{"cluster", at.cluster}, {"tasks", arns}});
  if (!seen) return;
  json::array tasks;
  for (const auto& t : members::list(*seen, "tasks")) {
    const auto& task = members::as_object(t);
    // Those that the scheduler ended itself are no trouble, and neither is who still leaves.
    const auto code = members::text(task, "stopCode");
    if (code.empty() || code == "ServiceSchedulerInitiated" || tasks.size() == most_tasks) continue;
    if (tasks.empty())
      if (auto lines = last_lines(s, task); !lines.empty()) out["last_lines"] = std::move(lines);
    tasks.push_back(shown(task));
  }
  if (!tasks.empty()) out["stopped_tasks"] = std::move(tasks);
}

}  // namespace

json::object evidence_of(session& s, const place& at) {
  json::object out{{"service", at.cluster + "/" + at.service}};
  const auto service = describe(s, at);
  if (!service) {
    out["service_not_read"] = service.error().problem.message;
    return out;
  }
  for (const auto* known : {"desiredCount", "runningCount", "pendingCount", "taskDefinition"})
    if (const auto* v = members::find(*service, known)) out[known] = *v;
  out["events"] = events_of(*service);
  add_tasks(s, at, out);
  return out;
}

}  // namespace shipflow::ecs
