// One-off tasks: run once by a client token, waited for until they stopped, judged by their exit code.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

constexpr duration soon{2'000};
constexpr duration catching_up{15'000};

std::string marker_of(const session& s) { return "shipflow/" + short_id(s.q.effect_key); }

json::object handle_of(const session& s, const std::string& task) {
  return {{"task", task}, {"cluster", s.bound.at[colour::blue].cluster}, {"begun", to_ms(s.on.now())}};
}

answer started(session& s, const json::object& task) {
  return answer::started(handle_of(s, members::text(task, "taskArn")), soon);
}

/// Where and how the service's own tasks run.
void run_like(const json::object& service, json::object& in) {
  for (const auto* same : {"networkConfiguration", "capacityProviderStrategy", "platformVersion"})
    if (const auto* v = members::find(service, same);
        v != nullptr && !(v->is_array() && v->get_array().empty()))
      in[same] = *v;
  if (!in.contains("capacityProviderStrategy"))
    if (const auto* v = members::find(service, "launchType")) in["launchType"] = *v;
}

result<json::object> override_of(const session& s, const std::string& container) {
  json::object one{{"name", container}};
  const auto command = members::texts(s.q.inputs, "command");
  if (command.empty() || command.size() != members::list(s.q.inputs, "command").size())
    return make_error(errc::invalid_argument, s.q.component + ": run_task needs `command`, a list of texts");
  one["command"] = json::array(command.begin(), command.end());
  json::array environment;
  for (const auto& m : members::object(s.q.inputs, "environment"))
    environment.push_back(
        json::object{{"name", m.key()},
                     {"value", members::text(members::object(s.q.inputs, "environment"),
                                             std::string_view(m.key().data(), m.key().size()))}});
  if (!environment.empty()) one["environment"] = std::move(environment);
  return one;
}

answer run(session& s, const picture& base) {
  const auto in = colour_in_place(s, base);
  if (!in) return answer::failed(in.error());
  const auto& at = s.bound.at[*in];
  const auto service = describe(s, at);
  if (!service) return service.error();
  auto definition = members::text(s.q.inputs, "task_definition");
  if (definition.empty()) definition = members::text(*service, "taskDefinition");
  const auto described = describe_definition(s, definition);
  if (!described) return described.error();
  auto container = members::text(s.q.inputs, "container");
  if (container.empty()) {
    const auto found = container_of(s.bound, at, members::object(*described, "taskDefinition"));
    if (!found) return answer::failed(found.error());
    container = *found;
  }
  const auto over = override_of(s, container);
  if (!over) return answer::failed(over.error());
  json::object ask{{"cluster", at.cluster},
                   {"taskDefinition", definition},
                   {"count", 1},
                   {"startedBy", marker_of(s)},
                   {"clientToken", sha256_hex(s.q.effect_key).substr(0, 32)},
                   {"overrides", {{"containerOverrides", json::array{*over}}}}};
  run_like(*service, ask);
  const auto made = s.write(aws::ecs, "RunTask", std::move(ask));
  if (!made) return made.error();
  for (const auto& f : members::list(*made, "failures"))
    return s.refuse(errc::unavailable,
                    "the task was not placed: " + members::text(members::as_object(f), "reason"));
  const auto& tasks = members::list(*made, "tasks");
  if (tasks.empty()) return answer::unknown(s.q.component + ": RunTask named no task");
  return started(s, members::as_object(tasks.at(0)));
}

answer over(session& s, const json::object& task) {
  const auto why = members::text(task, "stoppedReason");
  const auto* exit_code = static_cast<const json::value*>(nullptr);
  std::string detail;
  for (const auto& c : members::list(task, "containers")) {
    const auto& container = members::as_object(c);
    if (const auto* v = members::find(container, "exitCode"); v != nullptr && exit_code == nullptr)
      exit_code = v;
    if (const auto reason = members::text(container, "reason"); !reason.empty()) detail += "; " + reason;
  }
  const auto arn = members::text(task, "taskArn");
  if (exit_code == nullptr)
    return s.refuse(errc::failed, "the task never ran: " + why + detail, json::object{{"task", arn}});
  json::object out{{"task", arn}, {"exit_code", *exit_code}, {"reason", why}};
  if (*exit_code == 0 && members::text(task, "stopCode") == "EssentialContainerExited")
    return answer::done(std::move(out));
  return s.refuse(errc::failed, "the task ended with " + json::serialize(*exit_code) + ": " + why + detail,
                  std::move(out));
}

answer settle_task(session& s) {
  const auto& handle = members::as_object(s.q.handle);
  const auto arn = members::text(handle, "task");
  const auto cluster = members::text(handle, "cluster");
  if (arn.empty()) return s.refuse(errc::invalid_argument, "the handle is not one of a task");
  if (s.q.stop.stop_requested()) {
    const auto stopped = s.write(aws::ecs, "StopTask",
                                 {{"cluster", cluster}, {"task", arn}, {"reason", "shipflow: cancelled"}});
    if (!stopped) return stopped.error();
    return s.refuse(errc::cancelled, "the task was told to stop");
  }
  const auto seen =
      s.read(aws::ecs, "DescribeTasks", {{"cluster", cluster}, {"tasks", json::array{json::string(arn)}}});
  if (!seen) return seen.error();
  for (const auto& t : members::list(*seen, "tasks")) {
    const auto& task = members::as_object(t);
    const auto status = members::text(task, "lastStatus");
    if (status == "STOPPED") return over(s, task);
    return answer::in_progress(-1, "the task is " + status, soon);
  }
  if (s.on.now() - from_ms(members::whole(handle, "begun")) < catching_up)
    return answer::in_progress(-1, "the task is not to be seen yet", soon);
  return s.refuse(errc::not_found, "task " + arn + " is gone; its exit code is not known");
}

/// By the mark that it was started with; the client token keeps a second try from being a second task.
answer find_task(session& s) {
  for (const auto* status : {"RUNNING", "STOPPED"}) {
    const auto seen = s.read(aws::ecs, "ListTasks",
                             {{"cluster", s.bound.at[colour::blue].cluster},
                              {"startedBy", marker_of(s)},
                              {"desiredStatus", status}});
    if (!seen) return seen.error();
    for (const auto& arn : members::texts(*seen, "taskArns")) return started(s, {{"taskArn", arn}});
  }
  return answer::not_applied();
}

}  // namespace

answer run_task(session& s, const picture& base) {
  switch (s.q.what) {
    case verb::settle: return settle_task(s);
    case verb::resolve: return find_task(s);
    case verb::apply: return run(s, base);
    default: return answer::done();
  }
}

}  // namespace shipflow::ecs
