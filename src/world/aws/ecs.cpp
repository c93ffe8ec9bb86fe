#include "world/aws/ecs.hpp"

#include "base/members.hpp"
#include "world/aws/ecs_native.hpp"
#include "world/aws/ecs_rollout.hpp"

#include <algorithm>
#include <set>

namespace shipflow::cloud {
namespace {

using stage = task::stage;
constexpr std::size_t most_events = 100;
constexpr std::size_t most_stopped = 200;

std::optional<time_point> next_of(const task& t) {
  std::optional<time_point> out;
  const auto earlier = [&](std::optional<time_point> at) {
    if (at && (!out || *at < *out)) out = at;
  };
  if (t.at == stage::stopped) return out;
  if (t.at == stage::pending) earlier(t.runs);
  if (t.at == stage::running && !t.healthy) earlier(t.gets_healthy);
  if (t.at != stage::pending) earlier(t.ends);
  return out;
}

std::optional<time_point> next_of(const service& s) {
  std::optional<time_point> out;
  const auto earlier = [&](std::optional<time_point> at) {
    if (at && (!out || *at < *out)) out = at;
  };
  if (s.stalled) return out;
  earlier(s.next_start);
  if (s.history.empty() || s.history.back().finished != time_point{}) return out;
  earlier(s.history.back().until);
  for (const auto& hook : s.history.back().hooks)
    if (hook.status == "AWAITING_ACTION") earlier(hook.expires);
  return out;
}

}  // namespace

std::string last_part(const std::string& arn) { return arn.substr(arn.find_last_of('/') + 1); }

std::string ecs::arn(const std::string& what) const {
  return "arn:aws:ecs:" + options_.region + ":" + options_.account + ":" + what;
}

std::string ecs::next_id() {
  const auto digits = std::to_string(++ids_);
  return std::string(19 - std::min<std::size_t>(19, digits.size()), '0') + digits;
}

void ecs::say(service& s, const std::string& message) {
  s.events.push_front({{"id", "event-" + next_id()}, {"createdAt", seconds_of(now_)}, {"message", message}});
  if (s.events.size() > most_events) s.events.pop_back();
}

deployment& ecs::begin_deployment(service& s, const std::string& to, bool goes_back) {
  if (auto* h = goes_back ? nullptr : native_of(s)) {
    if (h->stage != "CLEAN_UP") ecs_native(*this, s, *h).go_back("another deployment began");
    h->status = "STOPPED";
    h->finished = now_;
  }
  for (auto& d : s.deployments) {
    if (d.status == "PRIMARY" && d.rollout == "IN_PROGRESS" && !goes_back) {
      for (auto& h : s.history)
        if (h.arn == d.service_deployment && h.finished == time_point{}) {
          h.status = "STOPPED";
          h.finished = now_;
        }
    }
    d.status = "ACTIVE";
  }
  deployment d;
  d.id = "ecs-svc/" + next_id();
  d.definition = to;
  d.created = d.updated = now_;
  d.goes_back = goes_back;
  d.why = "ECS deployment " + d.id + " in progress.";
  if (goes_back) {
    d.service_deployment = s.deployments.front().service_deployment;
  } else {
    service_deployment h;
    h.arn = arn("service-deployment/" + s.cluster + "/" + s.name + "/" + next_id());
    h.created = now_;
    h.definition = to;
    d.service_deployment = h.arn;
    d.group = s.live_group;
    const auto& configuration = members::object(s.rest, "deploymentConfiguration");
    if (is_native(members::text(configuration, "strategy")) && !s.deployments.empty()) {
      const auto r = route_of(s);
      h.strategy = members::text(configuration, "strategy");
      h.configuration = configuration;
      h.source = s.definition;
      h.source_deployment = s.deployments.front().id;
      d.group = s.live_group == r.first ? r.second : r.first;
    }
    s.history.push_back(std::move(h));
  }
  s.definition = to;
  s.stalled = false;
  s.next_start.reset();
  s.deployments.insert(s.deployments.begin(), std::move(d));
  if (!goes_back) s.history.back().threshold = ecs_rollout(*this, s).threshold();
  return s.deployments.front();
}

service& ecs::install(const std::string& cluster, const std::string& name, int desired,
                      const json::object& definition, json::object rest, time_point now) {
  now_ = now;
  const auto made = register_definition(definition);
  auto& s = services_[cluster + "/" + name];
  s.cluster = cluster;
  s.name = name;
  s.desired = desired;
  s.rest = std::move(rest);
  s.live_group = route_of(s).first;
  const auto to = members::text(members::object(made.value(), "taskDefinition"), "taskDefinitionArn");
  auto& d = begin_deployment(s, to, false);
  ecs_rollout(*this, s).look();
  for (auto& t : tasks_) {
    if (t.deployment != d.id) continue;
    t.at = stage::running;
    t.healthy = true;
    t.runs = now;
    t.ends.reset();
  }
  ecs_rollout(*this, s).look();
  return s;
}

service* ecs::find(const std::string& cluster, const std::string& name) {
  const auto found = services_.find(cluster + "/" + name);
  return found == services_.end() ? nullptr : &found->second;
}

int ecs::healthy(const service& s) const {
  return static_cast<int>(std::count_if(tasks_.begin(), tasks_.end(), [&](const task& t) {
    return t.service == s.name && t.cluster == s.cluster && t.at == stage::running && t.healthy;
  }));
}

const json::object* ecs::definition_of(const std::string& arn) const {
  const auto name = last_part(arn);
  const auto family = definitions_.find(name.substr(0, name.rfind(':')));
  if (family == definitions_.end()) return nullptr;
  for (const auto& d : family->second)
    if (members::text(d, "taskDefinitionArn") == arn) return &d;
  return nullptr;
}

std::string ecs::image_of(const std::string& definition) const {
  const auto* d = definition_of(definition);
  if (d != nullptr)
    for (const auto& c : members::list(*d, "containerDefinitions"))
      return members::text(members::as_object(c), "image");
  return {};
}

std::vector<std::string> ecs::says(const std::string& image) const {
  return options_.behaves ? options_.behaves(image).says : std::vector<std::string>{};
}

std::vector<const service*> ecs::in_target_group(const std::string& arn) const {
  std::vector<const service*> out;
  for (const auto& [key, s] : services_)
    for (const auto& b : members::list(s.rest, "loadBalancers"))
      if (members::text(members::as_object(b), "targetGroupArn") == arn || route_of(s).second == arn)
        out.push_back(&s);
  return out;
}

std::optional<time_point> ecs::next_change() const {
  std::optional<time_point> out;
  const auto earlier = [&](std::optional<time_point> at) {
    if (at && (!out || *at < *out)) out = at;
  };
  for (const auto& t : tasks_) {
    const auto at = next_of(t);
    if (!at || (out && *out <= *at)) continue;
    const auto s = services_.find(t.cluster + "/" + t.service);
    if (s == services_.end() || !s->second.stalled) out = at;
  }
  for (const auto& [key, s] : services_) {
    earlier(next_of(s));
    if (s.stale_until > now_) earlier(s.stale_until);
  }
  return out;
}

void ecs::advance(time_point now) {
  while (true) {
    const auto next = next_change();
    if (!next || *next > now) break;
    now_ = std::max(now_, *next);
    std::set<const service*> touched;
    for (auto& t : tasks_) {
      const auto at = next_of(t);
      if (!at || *at > now_) continue;
      auto* s = find(t.cluster, t.service);
      if (s != nullptr && s->stalled) continue;
      touched.insert(s);
      if (t.at == stage::pending) {
        t.at = stage::running;
      } else if (t.ends && *t.ends <= now_) {
        const bool left = t.at == stage::draining;
        t.at = stage::stopped;
        t.healthy = false;
        t.stopped = now_;
        if (t.stop_code.empty()) t.stop_code = t.exit_code ? "EssentialContainerExited" : "TaskFailedToStart";
        if (s != nullptr && !left) ecs_rollout(*this, *s).failed(t);
      } else {
        t.healthy = true;
      }
    }
    for (auto& [key, s] : services_) {
      const auto due = next_of(s);
      if (touched.contains(&s) || (due && *due <= now_)) ecs_rollout(*this, s).look();
    }
  }
  now_ = std::max(now_, now);
  const auto gone = [](const task& t) { return t.at == stage::stopped; };
  for (auto n = std::count_if(tasks_.begin(), tasks_.end(), gone); n > static_cast<long>(most_stopped); --n)
    tasks_.erase(std::find_if(tasks_.begin(), tasks_.end(), gone));
}

bool ecs::break_newest(service& s, time_point now) {
  auto& d = s.deployments.front();
  if (d.rollout != "IN_PROGRESS") return false;
  now_ = now;
  for (auto& t : tasks_)
    if (t.deployment == d.id && t.at != stage::stopped) {
      t.ends = now;
      t.exit_code = 1;
      t.reason = "Essential container in task exited";
      if (t.at == stage::pending) t.at = stage::running;
    }
  if (auto* h = native_of(s)) {
    if (h->stage == "CLEAN_UP") return false;
    ecs_native(*this, s, *h).go_back("tasks failed to start");
    return true;
  }
  d.rollout = "FAILED";
  d.why = "tasks failed to start";
  return true;
}

}  // namespace shipflow::cloud
