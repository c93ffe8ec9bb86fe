// One component while a call works on it: its directory, locked, its binding and what should be there.
#pragma once

#include "process/files.hpp"
#include "provider/local/binding.hpp"
#include "provider/local/counters.hpp"
#include "provider/local/ledger.hpp"
#include "provider/local/recipe.hpp"

#include <shipflow/providers/local.hpp>

#include <map>
#include <string>
#include <vector>

namespace shipflow::local {

class ground;

/// What all calls of one provider object on this machine share; fixed.
struct house {
  local_options options;
  std::string keeper;
};

struct site;

struct component {
  ground* on = nullptr;
  const house* home = nullptr;  ///< on this machine
  site* world = nullptr;        ///< in a rehearsal
  std::string name;
  std::string directory;
  bool there = false;  ///< false when nothing was ever done here
  unique_fd lock;      ///< on this machine; empty when there is no directory yet
  binding bound;
  ledger book;
  std::vector<std::string> secrets;
  std::map<std::string, std::string> named_secrets;

  /// Makes the book durable.
  [[nodiscard]] result<void> save();
  [[nodiscard]] result<void> keep_recipe(const recipe& r) const;
  [[nodiscard]] result<recipe> read_recipe(const std::string& digest) const;

  [[nodiscard]] std::string balancer_home() const { return directory + "/haproxy"; }
  [[nodiscard]] std::string home_of(const instance& i) const { return directory + "/instances/" + i.id; }
  /// Text of a program fit to be shown: well-formed, secrets cut out.
  [[nodiscard]] std::string shown(const std::string& output) const;
};

enum class access {
  look,    ///< makes nothing; the book is empty when there is no directory
  change,  ///< makes the directory
};

// The files of a component on this machine; each as in ground.hpp.
[[nodiscard]] result<component> open_component(const house& home, const std::string& environment,
                                               const std::string& name, const json::object* target,
                                               access how);
/// Writes fleet.json, flushed to disk, and what HAProxy reads when it starts.
[[nodiscard]] result<void> save_files(const component& c);
[[nodiscard]] result<void> keep_recipe_file(const component& c, const recipe& r);
[[nodiscard]] result<recipe> read_recipe_file(const component& c, const std::string& digest);
counters count_in_file(const component& c, const view& v);

/// Directory of a component. `invalid_argument` when a name cannot be one of a directory.
[[nodiscard]] result<std::string> directory_of(const house& home, const std::string& environment,
                                               const std::string& name);

/// Can both be names of directories? `invalid_argument` says why not.
[[nodiscard]] result<void> check_names(const std::string& environment, const std::string& name);

[[nodiscard]] result<ledger> read_ledger(const std::string& directory);
[[nodiscard]] counters read_counters(const std::string& directory);
[[nodiscard]] result<unique_fd> lock_directory(const std::string& directory);

/// Reads a binding for the component of that name, which errors name.
[[nodiscard]] result<binding> binding_of(const std::string& name, const json::object& target);

}  // namespace shipflow::local
