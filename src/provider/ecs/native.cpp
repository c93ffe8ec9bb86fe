#include "provider/ecs/native.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shipflow::ecs {
namespace {

const json::array& stages() {
  static const json::array all{"PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"};
  return all;
}

bool is_pause(const json::value& hook) {
  return members::text(members::as_object(hook), "targetType") == "PAUSE";
}
bool is_ours(const json::value& hook) {
  return is_pause(hook) && members::list(members::as_object(hook), "lifecycleStages") == stages();
}

int percent(const json::object& revision) {
  const auto* v = members::find(revision, "requestedProductionTrafficWeight");
  return v == nullptr || !v->is_number() ? 0 : static_cast<int>(std::lround(v->to_number<double>()));
}

bool shifts_itself(const json::object& service) {
  for (const auto& b : members::list(service, "loadBalancers"))
    if (!members::object(members::as_object(b), "advancedConfiguration").empty()) return true;
  return false;
}

}  // namespace

bool staged::goes_on() const {
  return status == "PENDING" || status == "IN_PROGRESS" || status == "STOP_REQUESTED";
}
bool staged::goes_back() const { return status == "ROLLBACK_REQUESTED" || status == "ROLLBACK_IN_PROGRESS"; }

std::string staged::text() const {
  auto out = std::to_string(weight) + "% of the requests, service deployment is " + status;
  if (!stage.empty()) out += " at " + stage;
  if (!hook.empty()) out += ", paused" + (expires.empty() ? std::string{} : " until " + expires);
  if (!others.empty()) out += ", " + others;
  if (!why.empty()) out += ": " + why;
  return out;
}

staged read_staged(const json::object& deployment) {
  staged out;
  out.arn = members::text(deployment, "serviceDeploymentArn");
  out.status = members::text(deployment, "status");
  out.stage = members::text(deployment, "lifecycleStage");
  out.why = members::text(deployment, "statusReason");
  out.weight = percent(members::object(deployment, "targetServiceRevision"));
  for (const auto& h : members::list(deployment, "lifecycleHookDetails")) {
    const auto& hook = members::as_object(h);
    const auto status = members::text(hook, "status");
    if (is_pause(h) && status == "AWAITING_ACTION") {
      out.hook = members::text(hook, "hookId");
      const auto* at = members::find(hook, "expiresAt");
      if (at != nullptr && at->is_number())
        out.expires = format_time(from_ms(static_cast<std::int64_t>(at->to_number<double>() * 1'000)));
    } else if (!is_pause(h) && (status == "IN_PROGRESS" || status == "FAILED")) {
      const auto target = members::text(hook, "targetArn");
      out.others += (out.others.empty() ? "hook " : ", hook ") + target.substr(target.find_last_of(':') + 1) +
                    " is " + status;
    }
  }
  return out;
}

result<json::object> with_pauses(const native_strategy& wanted, const json::object& service) {
  if (!shifts_itself(service))
    return make_error(errc::invalid_argument,
                      "the service's load balancer has no advancedConfiguration (alternateTargetGroupArn, "
                      "productionListenerRule), so ECS cannot shift its traffic");
  auto out = members::object(service, "deploymentConfiguration");
  json::array hooks;
  for (const auto& h : members::list(out, "lifecycleHooks")) {
    if (is_ours(h)) continue;
    if (is_pause(h))
      return make_error(errc::conflict,
                        "the service has a pause hook of its own at " +
                            json::serialize(members::list(members::as_object(h), "lifecycleStages")) +
                            ", which shipflow would not answer; take it out of its deploymentConfiguration");
    hooks.push_back(h);
  }
  hooks.push_back(json::object{
      {"targetType", "PAUSE"},
      {"lifecycleStages", stages()},
      {"timeoutConfiguration", {{"timeoutInMinutes", wanted.pause_minutes}, {"action", "ROLLBACK"}}}});
  out["lifecycleHooks"] = std::move(hooks);
  out["strategy"] = wanted.name;
  out["bakeTimeInMinutes"] = 0;
  // Those of other strategies are refused beside it.
  for (const auto* other :
       {"deploymentCircuitBreaker", "earlySuccessCriteria", "linearConfiguration", "canaryConfiguration"})
    out.erase(other);
  if (wanted.name == "LINEAR")
    out["linearConfiguration"] = json::object{{"stepPercent", wanted.percent}, {"stepBakeTimeInMinutes", 0}};
  if (wanted.name == "CANARY")
    out["canaryConfiguration"] =
        json::object{{"canaryPercent", wanted.percent}, {"canaryBakeTimeInMinutes", 0}};
  return out;
}

json::object without_pauses(const json::object& configuration) {
  auto out = configuration;
  json::array hooks;
  for (const auto& h : members::list(configuration, "lifecycleHooks"))
    if (!is_ours(h)) hooks.push_back(h);
  if (out.contains("lifecycleHooks")) out["lifecycleHooks"] = std::move(hooks);
  return out;
}

json::object marks_of(const json::object& configuration) {
  const auto strategy = members::text(configuration, "strategy");
  return {{"strategy", strategy.empty() ? "ROLLING" : strategy},
          {"hooks", members::list(configuration, "lifecycleHooks")}};
}

int next_weight(const native_strategy& strategy, int weight) {
  if (strategy.name == "CANARY" && weight == 0) return strategy.percent;
  if (strategy.name == "LINEAR") return std::min(100, weight + strategy.percent);
  return 100;
}

std::vector<number_range> weights_of(const native_strategy& strategy) {
  std::vector<number_range> out;
  for (int w = next_weight(strategy, 0);; w = next_weight(strategy, w)) {
    out.push_back({w, w});
    if (w == 100) return out;
  }
}

std::string former_of(const json::object& service) {
  std::string old;
  for (const auto& d : members::list(service, "deployments"))
    if (members::text(members::as_object(d), "status") != "PRIMARY")
      old = members::text(members::as_object(d), "taskDefinition");
  return old;
}

got<served_by> read_served(session& s, const json::object& service) {
  const auto definition = members::text(service, "taskDefinition");
  const served_by all{{definition, 100}};
  const auto old = former_of(service);
  const auto arn = members::text(service, "currentServiceDeployment");
  if (old.empty() || old == definition || arn.empty()) return all;
  const auto seen = s.read(aws::ecs, "DescribeServiceDeployments",
                           {{"serviceDeploymentArns", json::array{json::string(arn)}}});
  if (!seen) return seen.error();
  for (const auto& d : members::list(*seen, "serviceDeployments")) {
    const auto now = read_staged(members::as_object(d));
    if (!now.goes_on()) return all;
    served_by out;
    if (now.weight > 0) out[definition] = now.weight;
    if (now.weight < 100) out[old] = 100 - now.weight;
    return out;
  }
  return all;
}

json::object to_json(const served_by& v) {
  json::object out;
  for (const auto& [definition, weight] : v) out[definition] = weight;
  return out;
}

std::string most_of(const served_by& v) {
  const auto most =
      std::max_element(v.begin(), v.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == v.end() ? std::string{} : most->first;
}

}  // namespace shipflow::ecs
