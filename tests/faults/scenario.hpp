// A short life of a store in which anything may fail, and what must hold afterwards.
#pragma once

#include <shipflow/store.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace shipflow::faults {

/// What the store said while it lived.
struct record {
  struct run {
    std::int64_t created = 0;                          ///< 1 when acknowledged
    std::map<std::int64_t, std::string> acknowledged;  ///< revision to hash of its last fact
    std::set<std::string> refused;                     ///< hashes of facts said to be certainly not written
    std::set<std::int64_t> signals;  ///< acknowledged signals, by the revision that uses them
  };
  std::map<std::string, run> runs;
  bool plan = false;
  int unknown = 0;  ///< answers that left it open
  int failed = 0;
  int later = 0;  ///< commits acknowledged after the trouble was over
};

/// Where it lives, and who hears what the store said so far.
struct place {
  std::string path;
  const char* vfs = nullptr;
  /// Called after each thing the store acknowledged.
  std::function<void(const record&)> told;
};

/// Lives through it. `image` gets a copy of the files as a kill would leave them, taken after the
/// first certain failure, or at the end, and is checked; empty: none.
record live(const place& where, const std::string& image);

/// What is wrong with the store at `path`, opened anew: something acknowledged is missing, or
/// something is there by halves. Empty: nothing is.
[[nodiscard]] std::vector<std::string> complaints(const std::string& path, const record& r);

/// Checks, without faults, that there is nothing to complain about.
void check(const std::string& path, const record& r);

}  // namespace shipflow::faults
