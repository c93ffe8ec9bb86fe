// What people look at first when a service does not come up. Never fails: what cannot be read is said.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>
#include <map>

namespace shipflow::ecs {
namespace {

constexpr std::size_t most_events = 8;
constexpr std::size_t most_tasks = 5;
constexpr int most_lines = 20;
constexpr int most_logs = 4;

std::string id_of(const std::string& arn) { return arn.substr(arn.find_last_of('/') + 1); }

json::array events_of(const json::object& service) {
  json::array out;
  for (const auto& e : members::list(service, "events")) {
    if (out.size() == most_events) break;
    out.push_back(json::string(members::text(members::as_object(e), "message")));
  }
  return out;
}

/// Where a container writes, by the log driver awslogs; empty: elsewhere.
struct log_place {
  std::string group, prefix, region;
};
log_place log_of(const json::object& definition, const std::string& container) {
  for (const auto& c : members::list(definition, "containerDefinitions")) {
    if (members::text(members::as_object(c), "name") != container) continue;
    const auto& log = members::object(members::as_object(c), "logConfiguration");
    const auto& options = members::object(log, "options");
    if (members::text(log, "logDriver") != "awslogs") return {};
    return {members::text(options, "awslogs-group"), members::text(options, "awslogs-stream-prefix"),
            members::text(options, "awslogs-region")};
  }
  return {};
}

/// Of some containers the last lines; each definition is read once.
class log_reader {
 public:
  explicit log_reader(session& s) : s_(s) {}

  /// Empty: it writes nowhere that can be read here, or enough was read already.
  json::array last_lines(const json::object& task, const std::string& container) {
    const auto from = log_of(definition(members::text(task, "taskDefinitionArn")), container);
    if (from.group.empty() || from.prefix.empty() || left_ == 0) return {};
    --left_;
    auto where = s_.where;
    if (!from.region.empty()) where.region = from.region;
    const auto stream = from.prefix + "/" + container + "/" + id_of(members::text(task, "taskArn"));
    const auto seen = s_.on.ask(s_.q, where, aws::logs, "GetLogEvents",
                                {{"logGroupName", from.group},
                                 {"logStreamName", stream},
                                 {"limit", most_lines},
                                 {"startFromHead", false}},
                                cloud::again::yes);
    json::array out;
    if (!seen) {
      // Whoever may not read one may not read the others.
      if (seen.error().code == errc::denied) left_ = 0;
      out.push_back(json::string("log not read: " + seen.error().message));
      return out;
    }
    for (const auto& e : members::list(*seen, "events"))
      out.push_back(json::string(members::text(members::as_object(e), "message")));
    return out;
  }

 private:
  const json::object& definition(const std::string& arn) {
    if (const auto known = definitions_.find(arn); known != definitions_.end()) return known->second;
    const auto described = describe_definition(s_, arn);
    return definitions_[arn] = described ? members::object(*described, "taskDefinition") : json::object{};
  }

  session& s_;
  int left_ = most_logs;
  std::map<std::string, json::object> definitions_;
};

/// Exit code 0 is a container that did its work, or was asked to end.
bool failed(const json::object& container) {
  const auto* code = members::find(container, "exitCode");
  return code == nullptr || *code != 0;
}

json::object shown(const json::object& task, log_reader& logs) {
  json::object out{{"task", id_of(members::text(task, "taskArn"))},
                   {"stop_code", members::text(task, "stopCode")},
                   {"reason", members::text(task, "stoppedReason")}};
  json::array containers;
  for (const auto& c : members::list(task, "containers")) {
    const auto& container = members::as_object(c);
    json::object one{{"name", members::text(container, "name")}};
    for (const auto* known : {"exitCode", "reason", "image"})
      if (const auto* v = members::find(container, known)) one[known] = *v;
    if (failed(container))
      if (auto lines = logs.last_lines(task, members::text(container, "name")); !lines.empty())
        one["last_lines"] = std::move(lines);
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
  log_reader logs(s);
  for (const auto& t : members::list(*seen, "tasks")) {
    const auto& task = members::as_object(t);
    // Those that the scheduler ended itself are no trouble, and neither is who still leaves.
    const auto code = members::text(task, "stopCode");
    if (code.empty() || code == "ServiceSchedulerInitiated" || tasks.size() == most_tasks) continue;
    tasks.push_back(shown(task, logs));
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
