#include "provider/local/machine.hpp"

#include "base/wall_clock.hpp"
#include "provider/local/instances.hpp"

#include <chrono>
#include <thread>

namespace shipflow::local {

std::int64_t machine::now_ms() const { return to_ms(wall_clock()); }

result<component> machine::open(const std::string& environment, const std::string& name,
                                const json::object* target, access how) {
  auto c = open_component(home_, environment, name, target, how);
  if (c) c->on = this;
  return c;
}

result<void> machine::save(component& c) { return save_files(c); }
result<void> machine::keep_recipe(const component& c, const recipe& r) { return keep_recipe_file(c, r); }
result<recipe> machine::read_recipe(const component& c, const std::string& digest) {
  return read_recipe_file(c, digest);
}
counters machine::count(const component& c, const view& v) { return count_in_file(c, v); }

result<int> machine::free_port(const ledger& book) { return local::free_port(book); }
result<void> machine::start_instance(const component& c, const instance& i) {
  return local::start_instance(c, i);
}
result<process::state> machine::look_at_instance(const component& c, const instance& i) {
  return process::look(c.home_of(i));
}
result<bool> machine::end_instance(const component& c, const instance& i) {
  return local::end_instance(c, i);
}
std::string machine::last_lines(const component& c, const instance* i, std::size_t lines) {
  return local::last_lines(c, i == nullptr ? c.balancer_home() : c.home_of(*i), lines);
}

result<process::state> machine::look_at_balancer(const component& c) {
  if (!c.lock) return process::state{};
  return process::look(c.balancer_home());
}
result<void> machine::start_balancer(component& c) { return local::start_balancer(c); }
result<std::optional<view>> machine::try_balancer(const component& c, std::int64_t begun) {
  return local::try_balancer(c, begun);
}
result<bool> machine::end_balancer(const component& c) { return local::end_balancer(c); }
result<void> machine::reconcile_servers(const component& c, const view& v) {
  return local::reconcile_servers(c, v);
}
result<void> machine::set_weights(const component& c) { return local::set_weights(c); }
result<void> machine::set_maintenance(const component& c) { return local::set_maintenance(c); }
result<bool> machine::take_out(const component& c, const view& v, const instance& i, patience how) {
  return local::take_out(c, v, i, how);
}

result<view> machine::look(const component& c) { return look_at(c.directory); }

result<view> machine::look_patiently(const component& c) {
  const auto until = std::chrono::steady_clock::now() + duration{2'000};
  for (;;) {
    auto seen = look_at(c.directory);
    if (seen || !seen.error().retryable() || std::chrono::steady_clock::now() > until) return seen;
    std::this_thread::sleep_for(duration{20});
  }
}

}  // namespace shipflow::local
