#include "provider/local/site.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::local {
namespace {

using admin_state = server_view::admin_state;

std::int64_t plus(std::int64_t at, std::int64_t more) {
  return at == never || more == never ? never : at + more;
}

}  // namespace

const local_behaviour& behaviour_of(const std::string& version, const local_world_options& options) {
  const auto found = options.versions.find(version);
  return found == options.versions.end() ? options.usual : found->second;
}

int simulated_process::restarts(std::int64_t now) const {
  if (lives == never || now < started) return 0;
  return static_cast<int>(std::min<std::int64_t>((now - started) / std::max<std::int64_t>(lives, 1), 1'000));
}

std::int64_t simulated_process::last_start(std::int64_t now) const {
  return lives == never ? started : started + restarts(now) * lives;
}

bool simulated_process::answers(std::int64_t now) const {
  if (broken || now >= asked_to_end) return false;
  return ready_after != never && now >= plus(last_start(now), ready_after);
}

std::int64_t simulated_process::next_change(std::int64_t now) const {
  if (broken || now >= asked_to_end || ready_after == never) return never;
  const auto from = last_start(now);
  if (now < plus(from, ready_after)) return plus(from, ready_after);
  return plus(from, lives);
}

bool site::balancer_answers(std::int64_t now, duration comes_up) const {
  return balancer_since && now >= *balancer_since + comes_up.count() && now < balancer_asked_to_end;
}

/// The first check that counts is the one after process and server are there; `rise` of them are needed.
std::int64_t site::up_from(const std::string& id, std::int64_t now) const {
  const auto process = processes.find(id);
  const auto server = servers.find(id);
  if (process == processes.end() || server == servers.end()) return never;
  const auto& p = process->second;
  const auto ready = plus(p.last_start(now), p.ready_after);
  const auto checks = bound.balancer.check.count() * std::max(0, bound.balancer.rise - 1);
  return plus(std::max(ready, server->second.since), checks);
}

bool site::up(const std::string& id, std::int64_t now) const {
  const auto process = processes.find(id);
  return process != processes.end() && process->second.answers(now) && now >= up_from(id, now);
}

std::int64_t site::next_change(std::int64_t now, const local_world_options& options) const {
  auto next = never;
  const auto take = [&](std::int64_t at) {
    if (at > now) next = std::min(next, at);
  };
  for (const auto& [id, p] : processes) {
    take(p.next_change(now));
    take(up_from(id, now));
  }
  if (balancer_since) take(*balancer_since + options.balancer.count());
  return next;
}

void site::count(double requests, std::int64_t now, const local_world_options& options) {
  fleet_all += requests;
  int sum = 0;
  for (const auto& [id, s] : servers)
    if (s.admin == admin_state::ready && up(id, now)) sum += s.weight;
  if (maintenance || sum == 0) {
    fleet_5xx += requests;
    return;
  }
  for (auto& [id, s] : servers) {
    if (s.admin != admin_state::ready || s.weight == 0 || !up(id, now)) continue;
    const auto part = requests * s.weight / sum;
    const auto bad = part * behaviour_of(processes.at(id).version, options).errors;
    s.all += part;
    s.c5xx += bad;
    fleet_5xx += bad;
  }
}

void site::serve(std::int64_t now, const local_world_options& options) {
  if (counted_to == 0) counted_to = now;
  while (counted_to < now) {
    const auto until = std::min(now, next_change(counted_to, options));
    const auto seconds = static_cast<double>(until - counted_to) / 1'000.0;
    if (balancer_answers(counted_to, options.balancer))
      count(options.requests * seconds, counted_to, options);
    counted_to = until;
  }
}

view site::look(std::int64_t now, const local_world_options& options) const {
  view v;
  v.incarnation = "world@" + std::to_string(balancer_since.value_or(0));
  v.maintenance = maintenance;
  double slowest = 0;
  for (const auto& [id, s] : servers) {
    server_view seen;
    const auto process = processes.find(id);
    const auto& how =
        behaviour_of(process == processes.end() ? std::string{} : process->second.version, options);
    seen.admin = s.admin;
    seen.up = up(id, now);
    seen.health = seen.up ? "UP" : "DOWN, its checks do not pass";
    seen.weight = s.weight;
    const bool busy = s.admin != admin_state::ready && now < s.left + options.request.count();
    seen.sessions = busy && s.weight > 0 ? 1 : 0;
    const auto all = static_cast<std::int64_t>(std::floor(s.all));
    seen.count = {all, 0, std::min(all, static_cast<std::int64_t>(std::floor(s.c5xx)))};
    seen.response_ms = how.latency.count();
    if (s.weight > 0) slowest = std::max(slowest, static_cast<double>(how.latency.count()));
    v.servers.emplace(id, seen);
  }
  v.fleet = {static_cast<std::int64_t>(std::floor(fleet_all)), 0,
             static_cast<std::int64_t>(std::floor(fleet_5xx))};
  v.response_ms = static_cast<std::int64_t>(slowest);
  return v;
}

}  // namespace shipflow::local
