// One component of the world model: processes and a HAProxy as values over time.
#pragma once

#include "process/keeper.hpp"
#include "provider/local/counters.hpp"
#include "provider/local/recipe.hpp"
#include "provider/local/view.hpp"

#include <shipflow/providers/local_world.hpp>

#include <limits>
#include <map>
#include <optional>
#include <string>

namespace shipflow::local {

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Milliseconds since the epoch throughout.
struct simulated_process {
  std::string version;
  std::int64_t started = 0;      ///< the first time
  std::int64_t ready_after = 0;  ///< each start; `never` possible
  std::int64_t lives = never;    ///< each start
  bool broken = false;           ///< ended for good, with code 1
  std::int64_t asked_to_end = never;

  /// Starts again so far; the keeper waits for no time worth modelling.
  [[nodiscard]] int restarts(std::int64_t now) const;
  [[nodiscard]] std::int64_t last_start(std::int64_t now) const;
  [[nodiscard]] bool answers(std::int64_t now) const;
  /// When `answers` changes next.
  [[nodiscard]] std::int64_t next_change(std::int64_t now) const;
};

struct simulated_server {
  std::int64_t since = 0;  ///< registered
  server_view::admin_state admin = server_view::admin_state::ready;
  std::int64_t left = 0;  ///< since when it gets no new requests
  int weight = 0;
  double all = 0, c5xx = 0;
};

struct site {
  std::string environment;
  std::string name;
  binding bound;
  ledger book;
  counters counted;
  std::map<std::string, recipe> recipes;
  std::map<std::string, simulated_process> processes;  ///< by instance
  std::optional<std::int64_t> balancer_since;
  std::int64_t balancer_asked_to_end = never;
  std::map<std::string, simulated_server> servers;
  bool maintenance = false;
  double fleet_all = 0, fleet_5xx = 0;
  std::int64_t counted_to = 0;

  [[nodiscard]] bool balancer_answers(std::int64_t now, duration comes_up) const;
  /// Do the checks of the server pass?
  [[nodiscard]] bool up(const std::string& id, std::int64_t now) const;
  /// Lets customers send requests until now.
  void serve(std::int64_t now, const local_world_options& options);
  [[nodiscard]] view look(std::int64_t now, const local_world_options& options) const;
  /// When something changes by itself next; `never`.
  [[nodiscard]] std::int64_t next_change(std::int64_t now, const local_world_options& options) const;

 private:
  [[nodiscard]] std::int64_t up_from(const std::string& id, std::int64_t now) const;
  void count(double requests, std::int64_t now, const local_world_options& options);
};

[[nodiscard]] const local_behaviour& behaviour_of(const std::string& version,
                                                  const local_world_options& options);

}  // namespace shipflow::local
