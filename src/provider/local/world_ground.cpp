#include "provider/local/world_ground.hpp"

#include "provider/local/config.hpp"
#include "provider/local/instances.hpp"

#include <algorithm>

namespace shipflow::local {
namespace {

using admin_state = server_view::admin_state;

constexpr int first_port = 10'000;

std::string key_of(const std::string& environment, const std::string& name) {
  return environment + "/" + name;
}

}  // namespace

site& world_ground::of(const component& c) { return *c.world; }

site& world_ground::at(const std::string& environment, const std::string& name) {
  auto& s = sites_[key_of(environment, name)];
  s.environment = environment;
  s.name = name;
  return s;
}

site* world_ground::find(const std::string& environment, const std::string& name) {
  const auto found = sites_.find(key_of(environment, name));
  return found == sites_.end() ? nullptr : &found->second;
}

result<component> world_ground::open(const std::string& environment, const std::string& name,
                                     const json::object* target, access how) {
  if (auto fits = check_names(environment, name); !fits) return fits.error();
  component c;
  c.on = this;
  c.name = name;
  if (target != nullptr) {
    auto bound = binding_of(name, *target);
    if (!bound) return bound.error();
    c.bound = std::move(*bound);
  }
  const bool known = find(environment, name) != nullptr;
  if (!known && how == access::look) return c;
  auto& s = at(environment, name);
  s.serve(now_ms(), options_);
  if (target != nullptr && !s.book.balancer) s.bound = c.bound;
  c.world = &s;
  c.there = true;
  c.book = s.book;
  return c;
}

void world_ground::report(const ledger& before, const ledger& after) const {
  if (q_ == nullptr || (q_->what != verb::apply && q_->what != verb::undo && q_->what != verb::settle))
    return;
  const bool back = q_->what == verb::undo;
  const auto key = back ? q_->effect_key + "/undo" : q_->effect_key;
  const bool began = before.effect(key) == nullptr && after.effect(key) != nullptr;
  const bool shifted = after.traffic.effect == key && before.traffic.effect != key;
  if (began || shifted || before.maintenance != after.maintenance) where_->about_to(*q_);
  if (began) where_->carried_out(*q_, effect_class::token, back);
  if (shifted) where_->carried_out(*q_, effect_class::compare_and_set, back);
  if (before.maintenance != after.maintenance) where_->carried_out(*q_, effect_class::set_value, back);
}

result<void> world_ground::save(component& c) {
  report(of(c).book, c.book);
  of(c).book = c.book;
  return {};
}

result<void> world_ground::keep_recipe(const component& c, const recipe& r) {
  of(c).recipes.emplace(r.digest(), r);
  return {};
}

result<recipe> world_ground::read_recipe(const component& c, const std::string& digest) {
  const auto found = of(c).recipes.find(digest);
  if (found == of(c).recipes.end())
    return make_error(errc::not_found, c.name + ": the recipe of a recorded fleet is missing: " + digest);
  return found->second;
}

counters world_ground::count(const component& c, const view& v) {
  if (c.world == nullptr) return {};
  of(c).counted.take(v, c.book);
  return of(c).counted;
}

result<int> world_ground::free_port(const ledger& book) {
  int port = first_port;
  const auto taken = [&] {
    return std::any_of(book.instances.begin(), book.instances.end(),
                       [&](const instance& i) { return i.port == port; });
  };
  while (taken()) ++port;
  return port;
}

void world_ground::start_process(site& s, const instance& i, std::int64_t started) const {
  const auto& how = behaviour_of(i.version, options_);
  simulated_process p;
  p.version = i.version;
  p.started = started;
  p.ready_after = how.ready ? how.ready->count() : never;
  p.lives = how.dies ? how.dies->count() : never;
  s.processes[i.id] = p;
}

result<void> world_ground::start_instance(const component& c, const instance& i) {
  auto& s = of(c);
  if (s.processes.count(i.id) > 0 && !s.processes[i.id].broken) return {};
  if (auto known = read_recipe(c, i.recipe); !known) return known.error();
  start_process(s, i, now_ms());
  return {};
}

result<process::state> world_ground::look_at_instance(const component& c, const instance& i) {
  process::state now;
  const auto found = of(c).processes.find(i.id);
  if (found == of(c).processes.end()) return now;
  const auto& p = found->second;
  now.what = p.broken || now_ms() >= p.asked_to_end ? process::phase::exited : process::phase::running;
  now.restarts = p.restarts(now_ms());
  now.started = from_ms(p.last_start(now_ms()));
  if (now.what == process::phase::exited) now.exit_code = p.broken ? 1 : 0;
  return now;
}

result<bool> world_ground::end_instance(const component& c, const instance& i) {
  auto& processes = of(c).processes;
  const auto found = processes.find(i.id);
  if (found == processes.end()) return true;
  if (found->second.asked_to_end == never) {
    found->second.asked_to_end = now_ms() + options_.request.count();
    if (!found->second.broken) return false;
  }
  if (!found->second.broken && now_ms() < found->second.asked_to_end) return false;
  processes.erase(found);
  return true;
}

std::string world_ground::last_lines(const component& /*c*/, const instance* /*i*/, std::size_t /*lines*/) {
  return {};
}

result<process::state> world_ground::look_at_balancer(const component& c) {
  process::state now;
  if (c.world == nullptr || !of(c).balancer_since) return now;
  now.started = from_ms(*of(c).balancer_since);
  now.stopped = of(c).balancer_asked_to_end != never;
  now.what = now_ms() >= of(c).balancer_asked_to_end ? process::phase::exited : process::phase::running;
  return now;
}

result<void> world_ground::start_balancer(component& c) {
  if (auto same = check_front(c); !same) return same;
  const auto now = balancer_presence(c);
  if (!now) return now.error();
  if (*now == presence::running) return {};
  c.book.balancer = true;
  c.book.front = to_json(c.bound.balancer);
  if (auto saved = save(c); !saved) return saved;
  auto& s = of(c);
  s.bound = c.bound;
  s.balancer_since = now_ms();
  s.balancer_asked_to_end = never;
  s.servers.clear();
  s.maintenance = c.book.maintenance;
  const auto weights = weights_of(c.book);
  if (!weights) return weights.error();
  for (const auto& i : c.book.instances)
    if (i.at != stage::ending) s.servers[i.id] = {now_ms(), admin_state::ready, 0, weights->at(i.id), 0, 0};
  return {};
}

result<std::optional<view>> world_ground::try_balancer(const component& c, std::int64_t /*begun*/) {
  auto seen = look(c);
  if (seen) {
    count(c, *seen);
    return std::optional<view>(std::move(*seen));
  }
  const auto state = look_at_balancer(c);
  if (state->what == process::phase::running && !state->stopped) return std::optional<view>{};
  return make_error(errc::failed, c.name + ": HAProxy does not come up, it is " + describe(*state));
}

result<bool> world_ground::end_balancer(const component& c) {
  auto& s = of(c);
  if (!s.balancer_since) return true;
  if (s.balancer_asked_to_end == never) s.balancer_asked_to_end = now_ms() + options_.request.count();
  if (now_ms() < s.balancer_asked_to_end) return false;
  s.balancer_since.reset();
  s.balancer_asked_to_end = never;
  s.servers.clear();
  return true;
}

result<void> world_ground::reconcile_servers(const component& c, const view& v) {
  auto& s = of(c);
  for (const auto& i : c.book.instances)
    if (i.at != stage::ending && v.find(i.id) == nullptr)
      s.servers[i.id] = {now_ms(), admin_state::ready, 0, 0, 0, 0};
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

result<void> world_ground::set_weights(const component& c) {
  const auto wanted = weights_of(c.book);
  if (!wanted) return wanted.error();
  auto& servers = of(c).servers;
  for (const auto& i : c.book.instances) {
    if (i.at != stage::serving) continue;
    const auto found = servers.find(i.id);
    if (found == servers.end())
      return make_error(errc::failed, c.name + ": HAProxy did not take the weight of " + i.id);
    found->second.weight = wanted->at(i.id);
  }
  return {};
}

result<void> world_ground::set_maintenance(const component& c) {
  of(c).maintenance = c.book.maintenance;
  return {};
}

result<bool> world_ground::take_out(const component& c, const view& v, const instance& i, patience how) {
  auto& servers = of(c).servers;
  const auto found = servers.find(i.id);
  if (found == servers.end()) return true;
  auto& server = found->second;
  if (server.admin == admin_state::ready) {
    server.admin = admin_state::drain;
    server.left = now_ms();
    if (how == patience::until_idle) return false;
  }
  const auto* seen = v.find(i.id);
  const bool idle = seen != nullptr && seen->sessions == 0 && seen->admin != admin_state::ready;
  if (!idle && how == patience::until_idle) return false;
  if (const auto last = look(c)) count(c, *last);
  servers.erase(found);
  return true;
}

result<view> world_ground::look(const component& c) {
  if (c.world == nullptr || !of(c).balancer_answers(now_ms(), options_.balancer))
    return make_error(errc::unavailable, c.name + ": HAProxy does not answer");
  return of(c).look(now_ms(), options_);
}

}  // namespace shipflow::local
