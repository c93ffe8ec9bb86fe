// A short life of a store in which anything may fail, and what must hold afterwards.
#pragma once

#include <shipflow/store.hpp>

#include <map>
#include <set>
#include <string>

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

/// Lives through it at `path` under the fault VFS, with whatever is armed. `image` gets a copy of
/// the files as a kill would leave them, taken after the first certain failure, or at the end.
record live(const std::string& path, const std::string& image);

/// Checks in a new store, without faults, that what was acknowledged is there and nothing is by halves.
void check(const std::string& path, const record& r);

}  // namespace shipflow::faults
