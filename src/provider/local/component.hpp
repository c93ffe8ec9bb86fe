// One component while a call works on it: its directory, locked, its binding and what should be there.
#pragma once

#include "process/files.hpp"
#include "provider/local/binding.hpp"
#include "provider/local/counters.hpp"
#include "provider/local/ledger.hpp"
#include "provider/local/recipe.hpp"

#include <shipflow/providers/local.hpp>

#include <string>
#include <vector>

namespace shipflow::local {

/// What all calls of one provider object share; fixed.
struct house {
  local_options options;
  std::string keeper;
};

struct component {
  const house* home = nullptr;
  std::string name;
  std::string directory;
  process::unique_fd lock;  ///< empty when there is no directory yet
  binding bound;
  ledger book;
  std::vector<std::string> secrets;

  /// Writes fleet.json, flushed to disk, and what HAProxy reads when it starts.
  [[nodiscard]] result<void> save();
  [[nodiscard]] result<void> keep_recipe(const recipe& r) const;
  [[nodiscard]] result<recipe> read_recipe(const std::string& digest) const;
  /// Takes a look into the counters and writes them.
  void count(const view& v) const;

  [[nodiscard]] std::string balancer_home() const { return directory + "/haproxy"; }
  [[nodiscard]] std::string home_of(const instance& i) const { return directory + "/instances/" + i.id; }
  /// Text of a program fit to be shown: well-formed, secrets cut out.
  [[nodiscard]] std::string shown(const std::string& output) const;
};

enum class access {
  look,    ///< makes nothing; the book is empty when there is no directory
  change,  ///< makes the directory
};

/// Opens and locks a component. Errors: `invalid_argument` (names, binding), `unavailable` (another process
/// held the lock for five seconds), `corrupt`, `newer_version`, `io`.
[[nodiscard]] result<component> open_component(const house& home, const std::string& environment,
                                               const std::string& name, const json::object& target,
                                               access how);

/// Directory of a component. `invalid_argument` when a name cannot be one of a directory.
[[nodiscard]] result<std::string> directory_of(const house& home, const std::string& environment,
                                               const std::string& name);

[[nodiscard]] result<ledger> read_ledger(const std::string& directory);
[[nodiscard]] counters read_counters(const std::string& directory);
[[nodiscard]] result<process::unique_fd> lock_directory(const std::string& directory);

/// Milliseconds since the epoch: for deadlines that must outlive this process.
[[nodiscard]] std::int64_t wall_ms();

}  // namespace shipflow::local
