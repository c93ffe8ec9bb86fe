#include "world/aws/ecs_native.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::cloud {
namespace {

constexpr duration shifts{2'000};
constexpr std::int64_t day_in_minutes = 1'440;

duration minutes(const json::object& of, std::string_view name, std::int64_t fallback) {
  return std::chrono::minutes(members::whole(of, name, fallback));
}

// Percents are doubles on the wire: 10.0 as well as 10.
int percent(const json::object& of, std::string_view name, int fallback) {
  const auto* v = members::find(of, name);
  return v == nullptr || !v->is_number() ? fallback : static_cast<int>(std::lround(v->to_number<double>()));
}

}  // namespace

bool is_native(const std::string& strategy) {
  return strategy == "BLUE_GREEN" || strategy == "LINEAR" || strategy == "CANARY";
}

service_deployment* native_of(service& s) {
  if (s.history.empty()) return nullptr;
  auto& h = s.history.back();
  return is_native(h.strategy) && h.finished == time_point{} ? &h : nullptr;
}

native_route route_of(const service& s) {
  for (const auto& b : members::list(s.rest, "loadBalancers")) {
    const auto& balancer = members::as_object(b);
    const auto& advanced = members::object(balancer, "advancedConfiguration");
    if (advanced.empty()) continue;
    return {members::text(advanced, "productionListenerRule"), members::text(balancer, "targetGroupArn"),
            members::text(advanced, "alternateTargetGroupArn")};
  }
  return {};
}

int ecs_native::next_weight() const {
  if (h_.strategy == "CANARY" && h_.weight == 0)
    return percent(members::object(h_.configuration, "canaryConfiguration"), "canaryPercent", 5);
  if (h_.strategy == "LINEAR")
    return std::min(100, h_.weight + percent(members::object(h_.configuration, "linearConfiguration"),
                                             "stepPercent", 10));
  return 100;
}

void ecs_native::shift_to(int weight) {
  h_.weight = weight;
  const auto r = route_of(s_);
  if (ecs_.route == nullptr || r.rule.empty()) return;
  const auto other = s_.live_group == r.first ? r.second : r.first;
  ecs_.route(r.rule, {{s_.live_group, 100 - weight}, {other, weight}});
}

void ecs_native::enter(const std::string& stage) {
  h_.stage = stage;
  for (const auto& one : members::list(h_.configuration, "lifecycleHooks")) {
    const auto& hook = members::as_object(one);
    const auto stages = members::texts(hook, "lifecycleStages");
    if (std::find(stages.begin(), stages.end(), stage) == stages.end()) continue;
    service_deployment::hook made;
    made.id = "hook-" + ecs_.next_id();
    made.target = members::text(hook, "hookTargetArn");
    made.status = members::text(hook, "targetType") == "PAUSE" ? "AWAITING_ACTION" : "SUCCEEDED";
    const auto& limit = members::object(hook, "timeoutConfiguration");
    made.expires = ecs_.now_ + minutes(limit, "timeoutInMinutes", day_in_minutes);
    made.goes_on = members::text(limit, "action") == "CONTINUE";
    h_.hooks.push_back(std::move(made));
  }
}

bool ecs_native::waits() {
  for (auto& hook : h_.hooks) {
    if (hook.status != "AWAITING_ACTION") continue;
    if (ecs_.now_ < hook.expires) return true;
    hook.status = "TIMED_OUT";
    if (hook.goes_on) continue;
    go_back("a lifecycle hook timed out");
    return true;
  }
  return false;
}

bool ecs_native::step(int healthy) {
  if (h_.status != "IN_PROGRESS" || waits()) return false;
  if (h_.until && ecs_.now_ < *h_.until) return false;
  h_.until.reset();
  const auto& stage = h_.stage;
  if (stage.empty()) {
    enter("PRE_SCALE_UP");
  } else if (stage == "PRE_SCALE_UP") {
    enter("SCALE_UP");
  } else if (stage == "SCALE_UP") {
    if (healthy < s_.desired) return false;
    enter("POST_SCALE_UP");
  } else if (stage == "POST_SCALE_UP") {
    enter("PRE_PRODUCTION_TRAFFIC_SHIFT");
  } else if (stage == "PRE_PRODUCTION_TRAFFIC_SHIFT") {
    shift_to(next_weight());
    enter("PRODUCTION_TRAFFIC_SHIFT");
    h_.until = ecs_.now_ + shifts;
    if (h_.weight < 100 && h_.strategy == "LINEAR")
      *h_.until +=
          minutes(members::object(h_.configuration, "linearConfiguration"), "stepBakeTimeInMinutes", 6);
    if (h_.weight < 100 && h_.strategy == "CANARY")
      *h_.until +=
          minutes(members::object(h_.configuration, "canaryConfiguration"), "canaryBakeTimeInMinutes", 10);
  } else if (stage == "PRODUCTION_TRAFFIC_SHIFT") {
    enter(h_.weight < 100 ? "PRE_PRODUCTION_TRAFFIC_SHIFT" : "POST_PRODUCTION_TRAFFIC_SHIFT");
  } else if (stage == "POST_PRODUCTION_TRAFFIC_SHIFT") {
    enter("BAKE_TIME");
    h_.until = ecs_.now_ + minutes(h_.configuration, "bakeTimeInMinutes", 0);
  } else if (stage == "BAKE_TIME") {
    enter("CLEAN_UP");
    const auto r = route_of(s_);
    s_.live_group = s_.live_group == r.first ? r.second : r.first;
    return false;
  } else {
    return false;
  }
  return true;
}

void ecs_native::look(int healthy) {
  while (step(healthy)) {
  }
}

bool ecs_native::cleans_up() const { return h_.status != "IN_PROGRESS" || h_.stage == "CLEAN_UP"; }

bool ecs_native::resolve(const std::string& hook, const std::string& action) {
  for (auto& one : h_.hooks) {
    if (one.id != hook || one.status != "AWAITING_ACTION") continue;
    one.status = action == "ROLLBACK" ? "FAILED" : "SUCCEEDED";
    if (action == "ROLLBACK") go_back("a lifecycle hook was answered with ROLLBACK");
    return true;
  }
  return false;
}

void ecs_native::go_back(const std::string& why) {
  h_.status = "ROLLBACK_IN_PROGRESS";
  h_.why = why;
  h_.until.reset();
  for (auto& hook : h_.hooks)
    if (hook.status == "AWAITING_ACTION") hook.status = "FAILED";
  shift_to(0);
  s_.stalled = false;
  s_.definition = h_.source;
  auto& all = s_.deployments;
  all.front().status = "ACTIVE";
  all.front().rollout = "FAILED";
  const auto old =
      std::find_if(all.begin(), all.end(), [&](const deployment& d) { return d.id == h_.source_deployment; });
  if (old != all.end()) std::rotate(all.begin(), old, old + 1);
  all.front().status = "PRIMARY";
  ecs_.say(s_, "(service " + s_.name + ") rolling back: " + why);
}

void ecs_native::is_back() {
  h_.status = "ROLLBACK_SUCCESSFUL";
  h_.finished = ecs_.now_;
}

void ecs_native::show(const service_deployment& h, json::object& out) {
  // The stage before a step of the traffic has no name of its own there.
  if (!h.stage.empty())
    out["lifecycleStage"] =
        h.stage == "PRE_PRODUCTION_TRAFFIC_SHIFT" ? std::string("PRODUCTION_TRAFFIC_SHIFT") : h.stage;
  json::array hooks;
  for (const auto& hook : h.hooks) {
    json::object one{{"hookId", hook.id},
                     {"targetType", hook.target.empty() ? "PAUSE" : "AWS_LAMBDA"},
                     {"status", hook.status},
                     {"expiresAt", seconds_of(hook.expires)},
                     {"timeoutAction", hook.goes_on ? "CONTINUE" : "ROLLBACK"}};
    if (!hook.target.empty()) one["targetArn"] = hook.target;
    hooks.push_back(std::move(one));
  }
  out["lifecycleHookDetails"] = std::move(hooks);
  out["deploymentConfiguration"] = h.configuration;
  out["targetServiceRevision"] = json::object{
      {"arn", h.arn + "-target"}, {"requestedProductionTrafficWeight", static_cast<double>(h.weight)}};
  out["sourceServiceRevisions"] = json::array{json::object{
      {"arn", h.arn + "-source"}, {"requestedProductionTrafficWeight", static_cast<double>(100 - h.weight)}}};
}

}  // namespace shipflow::cloud
