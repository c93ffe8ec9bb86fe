// What a component stands on: processes, a load balancer, files and a clock. `machine` is the real one;
// the world model of a rehearsal puts another under the same actions, so that the model cannot come to
// plan differently from the provider.
#pragma once

#include "process/keeper.hpp"
#include "provider/local/balancer.hpp"
#include "provider/local/component.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace shipflow::local {

class ground {
 public:
  ground() = default;
  ground(const ground&) = delete;
  ground& operator=(const ground&) = delete;
  virtual ~ground() = default;

  /// Milliseconds since the epoch: for deadlines that must outlive this process.
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;

  /// Opens and locks a component; without `target` its binding is not read. Errors: `invalid_argument` (names,
  /// binding), `unavailable` (another process held the lock for five seconds), `corrupt`, `newer_version`, `io`.
  [[nodiscard]] virtual result<component> open(const std::string& environment, const std::string& name,
                                               const json::object* target, access how) = 0;
  /// Makes the book durable.
  [[nodiscard]] virtual result<void> save(component& c) = 0;
  [[nodiscard]] virtual result<void> keep_recipe(const component& c, const recipe& r) = 0;
  [[nodiscard]] virtual result<recipe> read_recipe(const component& c, const std::string& digest) = 0;
  /// Takes a look into the counters, keeps and answers them.
  virtual counters count(const component& c, const view& v) = 0;

  // Processes.
  [[nodiscard]] virtual result<int> free_port(const ledger& book) = 0;
  [[nodiscard]] virtual result<void> start_instance(const component& c, const instance& i) = 0;
  [[nodiscard]] virtual result<process::state> look_at_instance(const component& c, const instance& i) = 0;
  [[nodiscard]] virtual result<bool> end_instance(const component& c, const instance& i) = 0;
  /// The last lines of output, at most `lines` of them; of the load balancer without an instance.
  [[nodiscard]] virtual std::string last_lines(const component& c, const instance* i, std::size_t lines) = 0;

  // The load balancer; each as in balancer.hpp and view.hpp.
  [[nodiscard]] virtual result<process::state> look_at_balancer(const component& c) = 0;
  [[nodiscard]] virtual result<void> start_balancer(component& c) = 0;
  [[nodiscard]] virtual result<std::optional<view>> try_balancer(const component& c, std::int64_t begun) = 0;
  [[nodiscard]] virtual result<bool> end_balancer(const component& c) = 0;
  [[nodiscard]] virtual result<void> reconcile_servers(const component& c, const view& v) = 0;
  [[nodiscard]] virtual result<void> set_weights(const component& c) = 0;
  [[nodiscard]] virtual result<void> set_maintenance(const component& c) = 0;
  [[nodiscard]] virtual result<bool> take_out(const component& c, const view& v, const instance& i,
                                              patience how) = 0;
  /// What it says now. `unavailable` when it does not answer.
  [[nodiscard]] virtual result<view> look(const component& c) = 0;
  /// The same, waiting for one that was killed and is back within a moment.
  [[nodiscard]] virtual result<view> look_patiently(const component& c) = 0;
};

}  // namespace shipflow::local
