// The calls of ECS about services and service deployments.
#include "base/members.hpp"
#include "world/aws/ecs.hpp"
#include "world/aws/ecs_rollout.hpp"
#include "world/aws/pages.hpp"

#include <algorithm>

namespace shipflow::cloud {

const std::map<std::string, ecs::handler>& ecs::handlers() {
  static const std::map<std::string, handler> all{
      {"RegisterTaskDefinition", &ecs::register_definition},
      {"DescribeTaskDefinition", &ecs::describe_definition},
      {"DeregisterTaskDefinition", &ecs::deregister_definition},
      {"ListTaskDefinitions", &ecs::list_definitions},
      {"DescribeServices", &ecs::describe_services},
      {"ListServices", &ecs::list_services},
      {"UpdateService", &ecs::update_service},
      {"RunTask", &ecs::run_task},
      {"DescribeTasks", &ecs::describe_tasks},
      {"ListTasks", &ecs::list_tasks},
      {"StopTask", &ecs::stop_task},
      {"ListServiceDeployments", &ecs::list_service_deployments},
      {"DescribeServiceDeployments", &ecs::describe_service_deployments},
      {"ContinueServiceDeployment", &ecs::continue_service_deployment},
      {"StopServiceDeployment", &ecs::stop_service_deployment}};
  return all;
}

reply ecs::ask(const std::string& operation, const json::object& input, time_point now) {
  advance(now);
  const auto found = handlers().find(operation);
  if (found == handlers().end()) return refused("UnknownOperationException", operation + " is not modelled");
  return (this->*found->second)(input);
}

boost::system::result<service*, refusal> ecs::named(const json::object& in, const std::string& member) {
  auto cluster = last_part(members::text(in, "cluster"));
  if (cluster.empty()) cluster = "default";
  const bool known = std::any_of(services_.begin(), services_.end(),
                                 [&](const auto& s) { return s.second.cluster == cluster; });
  if (!known) return refused("ClusterNotFoundException", "Cluster not found.");
  auto* s = find(cluster, last_part(members::text(in, member)));
  if (s == nullptr) return refused("ServiceNotFoundException", "Service not found.");
  return s;
}

json::object ecs::shown(const service& s) const {
  json::object out = s.rest;
  int running = 0;
  int pending = 0;
  json::array deployments;
  for (const auto& d : s.deployments) {
    int up = 0;
    int coming = 0;
    for (const auto& t : tasks_) {
      if (t.deployment != d.id) continue;
      if (t.at == task::stage::running || t.at == task::stage::draining) ++up;
      if (t.at == task::stage::pending) ++coming;
    }
    running += up;
    pending += coming;
    const bool primary = d.status == "PRIMARY";
    deployments.push_back(json::object{{"id", d.id},
                                       {"status", d.status},
                                       {"taskDefinition", d.definition},
                                       {"desiredCount", primary ? s.desired : 0},
                                       {"pendingCount", coming},
                                       {"runningCount", up},
                                       {"failedTasks", d.failed},
                                       {"createdAt", seconds_of(d.created)},
                                       {"updatedAt", seconds_of(d.updated)},
                                       {"launchType", "FARGATE"},
                                       {"rolloutState", d.rollout},
                                       {"rolloutStateReason", d.why}});
  }
  out["serviceArn"] = arn("service/" + s.cluster + "/" + s.name);
  out["serviceName"] = s.name;
  out["clusterArn"] = arn("cluster/" + s.cluster);
  out["status"] = "ACTIVE";
  out["desiredCount"] = s.desired;
  out["runningCount"] = running;
  out["pendingCount"] = pending;
  out["launchType"] = "FARGATE";
  out["taskDefinition"] = s.definition;
  out["deployments"] = std::move(deployments);
  out["events"] = json::array(s.events.begin(), s.events.end());
  out["createdAt"] = seconds_of(s.history.empty() ? now_ : s.history.front().created);
  if (!s.history.empty()) out["currentServiceDeployment"] = s.history.back().arn;
  return out;
}

reply ecs::describe_services(const json::object& in) {
  const auto names = members::texts(in, "services");
  if (names.empty() || names.size() > 10)
    return refused("InvalidParameterException", "services takes 1 to 10 names");
  json::array services;
  json::array failures;
  for (const auto& name : names) {
    auto one = in;
    one["service"] = name;
    const auto s = named(one, "service");
    if (!s && s.error().code == "ClusterNotFoundException") return s.error();
    if (!s) {
      failures.push_back(json::object{{"arn", arn("service/" + last_part(name))}, {"reason", "MISSING"}});
      continue;
    }
    services.push_back(now_ < (*s)->stale_until ? (*s)->stale : shown(**s));
  }
  return json::object{{"services", std::move(services)}, {"failures", std::move(failures)}};
}

reply ecs::list_services(const json::object& in) {
  json::array arns;
  const auto cluster = last_part(members::text(in, "cluster"));
  for (const auto& [key, s] : services_)
    if (s.cluster == cluster) arns.push_back(json::string(arn("service/" + s.cluster + "/" + s.name)));
  return page_of("serviceArns", std::move(arns), in);
}

reply ecs::update_service(const json::object& in) {
  const auto found = named(in, "service");
  if (!found) return found.error();
  auto& s = **found;
  auto to = members::text(in, "taskDefinition");
  if (!to.empty()) {
    const auto* d = definition(to);
    if (d == nullptr) return refused("ClientException", "Unable to describe task definition.");
    if (members::text(*d, "status") != "ACTIVE")
      return refused("ClientException", "TaskDefinition is inactive");
    to = members::text(*d, "taskDefinitionArn");
  }
  const auto count = members::whole(in, "desiredCount", s.desired);
  if (count < 0 || count > 5000) return refused("InvalidParameterException", "desiredCount is out of range");
  const auto before = shown(s);
  for (const auto* kept : {"deploymentConfiguration", "networkConfiguration", "loadBalancers"})
    if (const auto* v = members::find(in, kept)) s.rest[kept] = *v;
  s.desired = static_cast<int>(count);
  const bool forced = members::truth(in, "forceNewDeployment");
  if (forced || (!to.empty() && to != s.definition))
    begin_deployment(s, to.empty() ? s.definition : to, false);
  ecs_rollout(*this, s).look();
  s.stale = before;
  s.stale_until = now_ + options_.lag;
  return json::object{{"service", shown(s)}};
}

}  // namespace shipflow::cloud
