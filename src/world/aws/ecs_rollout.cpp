#include "world/aws/ecs_rollout.hpp"

#include "base/members.hpp"
#include "world/aws/ecs_native.hpp"

#include <algorithm>

namespace shipflow::cloud {
namespace {

using stage = task::stage;

bool stays(const task& t) { return t.at == stage::pending || t.at == stage::running; }
bool belongs(const task& t, const service& s) { return t.service == s.name && t.cluster == s.cluster; }

int percent(const service& s, std::string_view name, int fallback) {
  const auto& configuration = members::object(s.rest, "deploymentConfiguration");
  return static_cast<int>(members::whole(configuration, name, fallback));
}

}  // namespace

int ecs_rollout::count(const std::string& deployment, bool healthy_only) const {
  return static_cast<int>(std::count_if(ecs_.tasks_.begin(), ecs_.tasks_.end(), [&](const task& t) {
    return belongs(t, s_) && stays(t) && (deployment.empty() || t.deployment == deployment) &&
           (!healthy_only || t.healthy);
  }));
}

bool ecs_rollout::leaving(const std::string& deployment) const {
  return std::any_of(ecs_.tasks_.begin(), ecs_.tasks_.end(), [&](const task& t) {
    return belongs(t, s_) && t.deployment == deployment && t.at != stage::stopped;
  });
}

bool ecs_rollout::breaker(std::string_view what) const {
  const auto& configuration = members::object(s_.rest, "deploymentConfiguration");
  return members::truth(members::object(configuration, "deploymentCircuitBreaker"), what);
}

int ecs_rollout::threshold() const { return std::clamp((s_.desired + 1) / 2, 3, 200); }

service_deployment* ecs_rollout::record(const deployment& d) {
  for (auto& h : s_.history)
    if (h.arn == d.service_deployment) return &h;
  return nullptr;
}

void ecs_rollout::start_tasks(deployment& d) {
  if (s_.next_start && ecs_.now_ < *s_.next_start) return;
  s_.next_start.reset();
  if (d.rollout == "FAILED") return;
  const int most = native_of(s_) != nullptr
                       ? 2 * s_.desired
                       : std::max(s_.desired, s_.desired * percent(s_, "maximumPercent", 200) / 100);
  const int wanted = std::min(s_.desired - count(d.id, false), most - count({}, false));
  for (int i = 0; i < wanted; ++i) {
    task t;
    t.id = ecs_.next_id();
    t.cluster = s_.cluster;
    t.service = s_.name;
    t.deployment = d.id;
    t.started_by = d.id;
    t.group = d.group;
    t.definition = d.definition;
    t.image = ecs_.image_of(d.definition);
    t.created = ecs_.now_;
    t.runs = ecs_.now_ + ecs_.options_.starts;
    const auto how = ecs_.options_.behaves ? ecs_.options_.behaves(t.image) : image_behaviour{};
    if (how.ready) t.gets_healthy = t.runs + *how.ready;
    if (!how.ready) t.ends = t.runs + ecs_.options_.gives_up;
    if (how.dies) t.ends = t.runs + *how.dies;
    t.reason = how.dies ? "Essential container in task exited" : "Task failed ELB health checks";
    if (how.dies) t.exit_code = 1;
    ecs_.tasks_.push_back(std::move(t));
  }
  if (wanted > 0) ecs_.say(s_, "(service " + s_.name + ") has started " + std::to_string(wanted) + " tasks.");
}

void ecs_rollout::end_tasks() {
  const auto& primary = s_.deployments.front();
  const int least = (s_.desired * percent(s_, "minimumHealthyPercent", 100) + 99) / 100;
  const auto end = [&](task& t) {
    t.at = stage::draining;
    t.healthy = false;
    t.stop_code = "ServiceSchedulerInitiated";
    t.reason = "Scaling activity initiated by (deployment " + primary.id + ")";
    t.ends = ecs_.now_ + ecs_.options_.drains;
  };
  for (const bool well : {false, true}) {
    for (auto& t : ecs_.tasks_) {
      if (!belongs(t, s_) || !stays(t) || t.healthy != well) continue;
      const bool surplus = t.deployment == primary.id && count(primary.id, false) > s_.desired;
      if (t.deployment == primary.id && !surplus) continue;
      if (well && count({}, true) <= least) continue;
      end(t);
    }
  }
}

void ecs_rollout::forget_empty() {
  auto& all = s_.deployments;
  all.erase(std::remove_if(all.begin() + 1, all.end(), [&](const deployment& d) { return !leaving(d.id); }),
            all.end());
}

void ecs_rollout::complete(deployment& d) {
  d.rollout = "COMPLETED";
  d.why = "ECS deployment " + d.id + " completed.";
  d.updated = ecs_.now_;
  s_.completed = d.definition;
  ecs_.say(s_, "(service " + s_.name + ") (deployment " + d.id + ") deployment completed.");
  ecs_.say(s_, "(service " + s_.name + ") has reached a steady state.");
  if (auto* h = record(d)) {
    h->status = d.goes_back ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL";
    h->breaker = d.goes_back ? "TRIGGERED" : "MONITORING_COMPLETE";
    h->finished = ecs_.now_;
  }
}

void ecs_rollout::give_up(deployment& d) {
  d.rollout = "FAILED";
  d.why = "ECS deployment circuit breaker: tasks failed to start.";
  d.updated = ecs_.now_;
  ecs_.say(s_,
           "(service " + s_.name + ") (deployment " + d.id + ") deployment failed: tasks failed to start.");
  auto* h = record(d);
  const bool back = breaker("rollback") && !s_.completed.empty();
  if (h != nullptr) {
    h->breaker = "TRIGGERED";
    h->why = d.why;
    h->status = back ? "ROLLBACK_IN_PROGRESS" : "STOPPED";
    if (!back) h->finished = ecs_.now_;
  }
  if (!back) return;
  ecs_.say(s_, "(service " + s_.name + ") rolling back to the last completed deployment.");
  ecs_.begin_deployment(s_, s_.completed, true);
}

void ecs_rollout::failed(const task& t) {
  s_.next_start = ecs_.now_ + ecs_.options_.again;
  auto& d = s_.deployments.front();
  if (d.id != t.deployment || d.rollout != "IN_PROGRESS") return;
  ++d.failed;
  if (auto* h = record(d)) h->failures = d.failed;
  if (native_of(s_) == nullptr && breaker("enable") && d.failed >= threshold() && !d.goes_back) give_up(d);
}

void ecs_rollout::look() {
  if (s_.stalled) return;
  start_tasks(s_.deployments.front());
  if (auto* h = native_of(s_)) {
    ecs_native native(ecs_, s_, *h);
    native.look(count(s_.deployments.front().id, true));
    if (!native.cleans_up()) return;
    // On the way back the old ones are the primary again.
    start_tasks(s_.deployments.front());
  }
  end_tasks();
  forget_empty();
  auto& d = s_.deployments.front();
  const bool alone = s_.deployments.size() == 1;
  const bool whole = count(d.id, true) == s_.desired && count(d.id, false) == s_.desired;
  auto* h = native_of(s_);
  if (h != nullptr && h->status != "IN_PROGRESS") {
    if (alone && whole) ecs_native(ecs_, s_, *h).is_back();
    return;
  }
  if (d.rollout == "IN_PROGRESS" && alone && whole) complete(d);
}

}  // namespace shipflow::cloud
