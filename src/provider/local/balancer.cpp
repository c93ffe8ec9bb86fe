#include "provider/local/balancer.hpp"

#include "provider/local/admin.hpp"
#include "provider/local/config.hpp"
#include "provider/local/ground.hpp"
#include "provider/local/instances.hpp"

#include <algorithm>
#include <unistd.h>

namespace shipflow::local {
namespace {

constexpr process::restart_policy for_good{100'000, duration{50}};
constexpr duration patience_to_start{10'000};
constexpr int restarts_to_start = 3;

/// Where a name without `/` is looked for; administrators' programs are often not in a user's PATH.
std::string find_program(const house& home, const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : std::string{};
  std::string path;
  for (const auto& [key, value] : home.options.environment)
    if (key == "PATH") path = value;
  path += ":/usr/local/sbin:/usr/sbin:/sbin";
  for (std::size_t at = 0; at != std::string::npos;) {
    const auto end = path.find(':', at);
    auto candidate = path.substr(at, end - at) + "/" + name;
    if (candidate.front() == '/' && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    at = end == std::string::npos ? end : end + 1;
  }
  return {};
}

result<std::string> program_of(const component& c) {
  const auto& name = c.bound.balancer.program.empty() ? c.home->options.haproxy : c.bound.balancer.program;
  auto program = find_program(*c.home, name);
  if (!program.empty()) return program;
  return make_error(errc::not_found, c.name + ": the load balancer program \"" + name +
                                         "\" is missing; install haproxy or set balancer.program");
}

error port_taken(const component& c) {
  return make_error(errc::failed, c.name + ": port " + std::to_string(c.bound.balancer.port) + " of " +
                                      c.bound.balancer.host +
                                      " is taken by another program; end it or change `listen`");
}

std::string server(const std::string& id) { return std::string(fleet_name) + "/" + id; }

/// HAProxy 2.6: "Starting frontend front: cannot bind socket (Address already in use)". After a kill the
/// first start again may still meet the old socket, so one failure says nothing.
bool bind_failed(const component& c, const process::state& s) {
  return s.restarts > 1 && last_lines(c, c.balancer_home(), 1).find("in use") != std::string::npos;
}

error not_starting(const component& c, const process::state& s) {
  const auto lines = last_lines(c, c.balancer_home(), 3);
  if (lines.find("Address already in use") != std::string::npos) return port_taken(c);
  return make_error(errc::failed, c.name + ": HAProxy does not come up, it is " + describe(s) +
                                      (lines.empty() ? "" : ": " + lines));
}

}  // namespace

std::string_view name_of(presence p) noexcept {
  switch (p) {
    case presence::absent: return "absent";
    case presence::down: return "down";
    case presence::running: return "running";
  }
  return "absent";
}

result<presence> balancer_presence(const component& c) {
  const auto keeper = c.on->look_at_balancer(c);
  if (!keeper) return keeper.error();
  if (keeper->what == process::phase::running && !keeper->stopped) return presence::running;
  return c.book.balancer ? presence::down : presence::absent;
}

result<void> check_front(const component& c) {
  if (!c.book.balancer) return {};
  const auto wanted = to_json(c.bound.balancer);
  for (const auto& member : wanted) {
    const auto* runs = c.book.front.if_contains(member.key());
    if (runs == nullptr || *runs == member.value()) continue;
    return make_error(errc::invalid_argument,
                      c.name + ": HAProxy was started with " + std::string(member.key()) + " " +
                          json::serialize(*runs) + " and the binding now says " +
                          json::serialize(member.value()) + "; run the action `stop` first, or put it back");
  }
  return {};
}

result<void> start_balancer(component& c) {
  if (auto same = check_front(c); !same) return same;
  const auto now = balancer_presence(c);
  if (!now) return now.error();
  if (*now == presence::running) return {};
  auto program = program_of(c);
  if (!program) return program.error();
  if (!port_is_free(c.bound.balancer.host, c.bound.balancer.port)) return port_taken(c);
  c.book.balancer = true;
  c.book.front = to_json(c.bound.balancer);
  if (auto saved = c.save(); !saved) return saved;
  const auto home = c.balancer_home();
  if (auto removed = process::remove(home); !removed) return removed;
  process::keeper_spec spec;
  spec.argv = {*program, "-db", "-f", "haproxy.cfg"};
  spec.directory = c.directory;
  spec.environment = c.home->options.environment;
  spec.home = home;
  spec.grace = duration{2'000};
  spec.restart = for_good;
  auto started = process::start(spec, c.home->keeper);
  if (!started) return make_error(started.error().code, c.name + ": " + started.error().message);
  return {};
}

result<std::optional<view>> try_balancer(const component& c, std::int64_t begun) {
  auto seen = look_at(c.directory);
  if (seen) {
    c.on->count(c, *seen);
    return std::optional<view>(std::move(*seen));
  }
  const auto keeper = process::look(c.balancer_home());
  if (!keeper) return keeper.error();
  const auto now = duration{c.on->now_ms()};
  const bool given_up = keeper->what != process::phase::running || keeper->stopped;
  const bool silent = keeper->pid != 0 && now - keeper->started.time_since_epoch() > patience_to_start;
  const bool crashing = keeper->restarts >= restarts_to_start && now - duration{begun} > patience_to_start;
  if (given_up || silent || crashing || bind_failed(c, *keeper)) return not_starting(c, *keeper);
  return std::optional<view>{};
}

result<bool> end_balancer(const component& c) {
  const auto home = c.balancer_home();
  const auto keeper = process::look(home);
  if (!keeper) return keeper.error();
  if (keeper->what == process::phase::running) {
    if (auto asked = process::ask_stop(home); !asked) return asked.error();
    return false;
  }
  if (keeper->what != process::phase::absent)
    if (auto removed = process::remove(home); !removed) return removed.error();
  return true;
}

result<void> reconcile_servers(const component& c, const view& v) {
  for (const auto& i : c.book.instances) {
    if (i.at == stage::ending || v.find(i.id) != nullptr) continue;
    const auto name = server(i.id);
    auto added = admin(c.directory, {"add server " + name + " " + server_line(c.bound.balancer, i, 0)});
    if (!added) return added.error();
    if (added->find("New server registered") == std::string::npos)
      return make_error(errc::failed, c.name + ": HAProxy did not add " + i.id + ": " + *added);
    // A new server counts as up until a check says otherwise; set down first, it needs `rise` passes.
    if (auto on = admin_quiet(c.directory, {"enable server " + name, "set server " + name + " health down",
                                            "enable health " + name});
        !on)
      return on;
  }
  for (const auto& [id, seen] : v.servers) {
    const auto known = std::any_of(c.book.instances.begin(), c.book.instances.end(),
                                   [&, &key = id](const instance& i) { return i.id == key; });
    if (known || !colour_of(id)) continue;
    instance stray;
    stray.id = id;
    if (auto out = take_out(c, v, stray, patience::until_idle); !out) return out.error();
  }
  return {};
}

result<void> set_weights(const component& c) {
  const auto wanted = weights_of(c.book);
  if (!wanted) return wanted.error();
  const auto before = look_at(c.directory);
  if (!before) return before.error();
  // Raise first, lower then: at no moment is everything without weight.
  std::vector<std::string> raise, lower;
  for (const auto& i : c.book.instances) {
    const auto* seen = before->find(i.id);
    const int weight = wanted->at(i.id);
    if (i.at != stage::serving || (seen != nullptr && seen->weight == weight)) continue;
    auto& list = seen != nullptr && seen->weight > weight ? lower : raise;
    list.push_back("set server " + server(i.id) + " weight " + std::to_string(weight));
  }
  raise.insert(raise.end(), lower.begin(), lower.end());
  if (auto set = admin_quiet(c.directory, raise); !set) return set;
  const auto after = look_at(c.directory);
  if (!after) return after.error();
  for (const auto& i : c.book.instances) {
    const auto* seen = after->find(i.id);
    if (i.at != stage::serving || (seen != nullptr && seen->weight == wanted->at(i.id))) continue;
    return make_error(errc::failed, c.name + ": HAProxy did not take the weight of " + i.id);
  }
  return {};
}

result<void> set_maintenance(const component& c) {
  return admin_quiet(c.directory, {std::string("set map maintenance.map maintenance ") +
                                   (c.book.maintenance ? "true" : "false")});
}

result<bool> take_out(const component& c, const view& v, const instance& i, patience how) {
  using admin_state = server_view::admin_state;
  const auto* seen = v.find(i.id);
  if (seen == nullptr) return true;
  const auto name = server(i.id);
  if (seen->admin == admin_state::ready) {
    if (auto drained = admin_quiet(c.directory, {"set server " + name + " state drain"}); !drained)
      return drained.error();
    if (how == patience::until_idle) return false;  // requests may just have been given to it: look again
  }
  const bool idle = seen->sessions == 0 && seen->queued == 0 && seen->admin != admin_state::ready;
  if (!idle && how == patience::until_idle) return false;
  std::vector<std::string> out{"set server " + name + " state maint"};
  if (!idle) out.push_back("shutdown sessions server " + name);
  if (auto done = admin_quiet(c.directory, out); !done) return done.error();
  if (const auto last = look_at(c.directory)) c.on->count(c, *last);
  const auto deleted = admin(c.directory, {"del server " + name});
  if (!deleted) return deleted.error();
  // Refused while connections are closing: it gets no requests any more, the next look tries again.
  return deleted->find("Server deleted") != std::string::npos ||
         deleted->find("No such server") != std::string::npos;
}

}  // namespace shipflow::local
