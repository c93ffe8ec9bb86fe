// Changing a service, waiting for it by the deployment's id, and putting it back.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

constexpr duration soon{1'000};

const json::object& primary_of(const json::object& service) {
  for (const auto& d : members::list(service, "deployments"))
    if (members::text(members::as_object(d), "status") == "PRIMARY") return d.get_object();
  static const json::object none;
  return none;
}

int needed(const session& s, int desired) { return (desired * s.bound.enough + 99) / 100; }

/// The targets of the service are healthy, as the load balancer sees them.
got<verdict> targets(session& s, const rollout& r, const json::object& service) {
  for (const auto& b : members::list(service, "loadBalancers")) {
    const auto group = members::text(members::as_object(b), "targetGroupArn");
    if (group.empty() || r.desired == 0) continue;
    const auto h = read_health(s, group);
    if (!h) return h.error();
    if (h->unused)
      return verdict{verdict::kind::failed, -1,
                     "no listener forwards to target group " + group + "; attach it with weight 0"};
    const int wanted = needed(s, static_cast<int>(members::whole(service, "desiredCount")));
    if (h->healthy >= wanted) continue;
    return verdict{verdict::kind::going_on, 99,
                   std::to_string(h->healthy) + " of " + std::to_string(wanted) + " targets are healthy" +
                       (h->states.empty() ? "" : ", " + h->states)};
  }
  return verdict{verdict::kind::done, 100, {}};
}

/// AWS keeps a record of each deployment. It is asked before an end is believed, and where the service itself does not
/// show the deployment; in between the service says enough.
bool asks_further(const rollout& r, const json::object& service, const verdict& far) {
  if (r.service_deployment.empty() || far.is == verdict::kind::failed) return false;
  return far.is == verdict::kind::done || members::text(primary_of(service), "id") != r.deployment;
}

/// What AWS itself says about the deployment; nothing where it does not say.
std::optional<verdict> asked(session& s, const rollout& r) {
  const auto seen = s.read(aws::ecs, "DescribeServiceDeployments",
                           {{"serviceDeploymentArns", json::array{json::string(r.service_deployment)}}});
  if (!seen) return std::nullopt;  // not allowed, or not there: the service itself is looked at
  for (const auto& d : members::list(*seen, "serviceDeployments"))
    return judge_service_deployment(members::as_object(d));
  return std::nullopt;
}

answer given_up(session& s, const rollout& r, const std::string& why) {
  return s.refuse(errc::failed, why, evidence_of(s, {r.cluster, r.service}));
}

}  // namespace

answer settle(session& s) {
  const auto r = rollout_from_json(s.q.handle);
  if (!r) return answer::failed(r.error());
  if (s.q.stop.stop_requested()) return s.refuse(errc::cancelled, "the rollout is left as it is");
  const auto service = describe(s, {r->cluster, r->service});
  if (!service) return service.error();
  auto far = judge(*r, *service, s.bound.failed_tasks, s.on.now());
  if (asks_further(*r, *service, far))
    if (auto said = asked(s, *r);
        said && (said->is == verdict::kind::failed || far.is == verdict::kind::done))
      far = said->is == verdict::kind::going_on ? verdict{said->is, 99, std::move(said->text)} : *said;
  if (far.is == verdict::kind::failed) return given_up(s, *r, far.text);
  if (far.is == verdict::kind::done) {
    const auto well = targets(s, *r, *service);
    if (!well) return well.error();
    if (well->is == verdict::kind::failed) return given_up(s, *r, well->text);
    if (well->is == verdict::kind::done) return answer::done(r->outputs);
    far = *well;
  }
  return answer::in_progress(far.percent, far.text, soon);
}

std::string deployment_to_ask(session& s) {
  if (is_native_handle(s.q.handle))
    return members::text(members::as_object(s.q.handle), "service_deployment");
  const auto r = rollout_from_json(s.q.handle);
  if (!r || r->service_deployment.empty()) return {};
  const auto service = describe(s, {r->cluster, r->service});
  if (!service) return {};
  const auto far = judge(*r, *service, s.bound.failed_tasks, s.on.now());
  return asks_further(*r, *service, far) ? r->service_deployment : std::string{};
}

answer begin(session& s, const goal& to) {
  const auto& at = s.bound.at[to.in];
  json::object in{{"cluster", at.cluster}, {"service", at.service}};
  if (!to.definition.empty()) in["taskDefinition"] = to.definition;
  if (to.desired) in["desiredCount"] = *to.desired;
  if (to.force) in["forceNewDeployment"] = true;
  const auto done =
      s.write(aws::ecs, "UpdateService", std::move(in), to.force ? cloud::again::no : cloud::again::yes);
  if (!done) return done.error();
  const auto& service = members::object(*done, "service");
  const auto& primary = primary_of(service);
  rollout r;
  r.cluster = at.cluster;
  r.service = at.service;
  r.definition = members::text(service, "taskDefinition");
  r.desired = static_cast<int>(members::whole(service, "desiredCount"));
  if (!to.definition.empty() || to.force) {
    r.deployment = members::text(primary, "id");
    // On the way back ECS may be going back itself: its own word would be about what failed.
    if (s.q.what != verb::undo) r.service_deployment = members::text(service, "currentServiceDeployment");
  }
  r.begun = s.on.now();
  r.outputs = to.outputs;
  return answer::started(to_json(r), soon);
}

answer ready_to_put_back(session& s, const picture& base, colour in) {
  const auto& before = base.fleets[in];
  if (!before) return s.refuse(errc::invalid_argument, "nothing is known of service " + s.at(in));
  const auto described = describe_definition(s, before->definition);
  if (!described) return described.error();
  const auto status = members::text(members::object(*described, "taskDefinition"), "status");
  if (status != "ACTIVE")
    return s.refuse(errc::failed, before->definition + " is " + status +
                                      " and cannot be deployed any more; register it again and release that");
  return answer::done();
}

answer put_back(session& s, const picture& base, colour in, bool definition, bool desired) {
  const auto& before = base.fleets[in];
  auto possible = ready_to_put_back(s, base, in);
  if (possible.kind != answer_kind::done) return possible;
  goal to;
  to.in = in;
  if (definition) to.definition = before->definition;
  if (desired) to.desired = before->desired;
  return begin(s, to);
}

}  // namespace shipflow::ecs
