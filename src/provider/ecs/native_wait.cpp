#include "provider/ecs/native_wait.hpp"

#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

namespace shipflow::ecs {
namespace {

constexpr const char* name_of(aim a) { return a == aim::share ? "share" : a == aim::end ? "end" : "back"; }

/// Puts the configuration there that the service is to have, when it has another. False: look again.
got<bool> configure(session& s, const json::object& service, const json::object& wanted) {
  const auto& is = members::object(service, "deploymentConfiguration");
  if (wanted.empty() || marks_of(is) == marks_of(wanted)) return true;
  const auto& at = place_of(s);
  const auto done =
      s.write(aws::ecs, "UpdateService",
              {{"cluster", at.cluster}, {"service", at.service}, {"deploymentConfiguration", wanted}});
  if (!done) return done.error();
  return false;
}

}  // namespace

json::object handle_of(const wait& w) {
  return {{"cluster", w.cluster}, {"service", w.service},       {"service_deployment", w.deployment},
          {"before", w.before},   {"definition", w.definition}, {"aim", name_of(w.to)},
          {"weight", w.weight},   {"begun", to_ms(w.begun)},    {"configuration", w.configuration},
          {"outputs", w.outputs}};
}

wait wait_from(const json::value& handle) {
  const auto& o = members::as_object(handle);
  wait w;
  w.cluster = members::text(o, "cluster");
  w.service = members::text(o, "service");
  w.deployment = members::text(o, "service_deployment");
  w.before = members::text(o, "before");
  w.definition = members::text(o, "definition");
  for (const auto a : {aim::share, aim::end, aim::back})
    if (members::text(o, "aim") == name_of(a)) w.to = a;
  w.weight = static_cast<int>(members::whole(o, "weight"));
  w.begun = from_ms(members::whole(o, "begun"));
  w.configuration = members::object(o, "configuration");
  w.outputs = members::object(o, "outputs");
  return w;
}

const place& place_of(const session& s) { return s.bound.at[colour::blue]; }

wait wait_for(session& s, aim to, int weight) {
  wait w;
  w.cluster = place_of(s).cluster;
  w.service = place_of(s).service;
  w.to = to;
  w.weight = weight;
  w.begun = s.on.now();
  return w;
}

got<std::optional<staged>> stage_of(session& s, const std::string& arn) {
  if (arn.empty()) return std::optional<staged>{};
  const auto seen = s.read(aws::ecs, "DescribeServiceDeployments",
                           {{"serviceDeploymentArns", json::array{json::string(arn)}}});
  if (!seen) return seen.error();
  for (const auto& d : members::list(*seen, "serviceDeployments"))
    return std::optional<staged>(read_staged(members::as_object(d)));
  return std::optional<staged>{};
}

got<standing> look(session& s) {
  standing out;
  auto service = describe(s, place_of(s));
  if (!service) return service.error();
  out.service = std::move(*service);
  auto now = stage_of(s, members::text(out.service, "currentServiceDeployment"));
  if (!now) return now.error();
  out.now = std::move(*now);
  return out;
}

got<bool> answer_pause(session& s, const staged& now, const char* action) {
  const auto done = s.attempt(aws::ecs, "ContinueServiceDeployment",
                              {{"serviceDeploymentArn", now.arn}, {"hookId", now.hook}, {"action", action}});
  if (done || done.error().aws_code == "ConflictException") return true;
  return session::not_written(done.error());
}
got<json::object> deploy(session& s, const std::string& definition, const json::object& configuration) {
  const auto& at = place_of(s);
  const auto done = s.write(aws::ecs, "UpdateService",
                            {{"cluster", at.cluster},
                             {"service", at.service},
                             {"taskDefinition", definition},
                             {"deploymentConfiguration", configuration}});
  if (!done) return done.error();
  return members::object(*done, "service");
}

got<json::object> with_version(session& s, json::object outputs) {
  const auto described = describe_definition(s, members::text(outputs, "task_definition"));
  if (!described) return described.error();
  outputs["version"] = tag_of(*described, version_tag);
  outputs.erase("task_definition");
  return outputs;
}

answer under_way(const answer& a, const json::object& handle) {
  return a.kind == answer_kind::progress ? answer::started(handle, look_soon) : a;
}

answer given_up(session& s, const std::string& why) {
  return s.refuse(errc::failed, why, evidence_of(s, place_of(s)));
}

answer finished(session& s, const wait& w) {
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto configured = configure(s, *service, w.configuration);
  if (!configured) return configured.error();
  if (!*configured) return answer::in_progress(99, "the deployment configuration is put back", look_soon);
  return answer::done(w.outputs);
}

answer ready_for(session& s, const std::string& definition) {
  const auto described = describe_definition(s, definition);
  if (!described) return described.error();
  const auto status = members::text(members::object(*described, "taskDefinition"), "status");
  if (status == "ACTIVE") return answer::done();
  return s.refuse(errc::failed, definition + " is " + status +
                                    " and cannot be deployed any more; register it again and release that");
}

}  // namespace shipflow::ecs
