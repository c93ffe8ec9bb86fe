// A SQLite VFS over the default one that remembers what was not flushed. At every flush it can say
// what the disk might hold if the power failed now.
//
// What is modelled: a write lasts when its file is flushed after it, a name when its directory is
// (SQLite flushes the directory with the first flush of a new log or journal, and when it says so
// on deleting). Until then each sector of a write is there, or not, or holds noise, whatever became
// of the others; a new size, a new name and a deleted name are there or not. What a write did not
// touch stays as it is: SQLite counts on that, too (SQLITE_IOCAP_POWERSAFE_OVERWRITE).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>

namespace shipflow::faults {

/// The name under which it is registered; the first use registers it.
const char* lying_vfs();

/// How the power fails.
enum class loss {
  all,      ///< nothing that was not flushed is there
  none,     ///< everything is, also what was not flushed
  tail,     ///< what came first is there, up to some sector
  some,     ///< each sector is there or not, in any order
  all_but,  ///< one sector is missing
  only,     ///< one sector is there
  noise,    ///< as `some`, and of the missing ones some hold noise
};
inline constexpr int losses = 7;

/// Files by suffix: "" is the database, "-wal" its log, "-shm" the index of the log.
using image = std::map<std::string, std::string>;

/// Follows the database at `path` from now on; `before_flush` is called at every flush, while what
/// it is to flush is still pending. One path at a time.
void follow(const std::string& path, std::function<void()> before_flush);
void unfollow();

/// Flushes that lie: nothing they are asked to keep is kept. To see that a check can fail.
void keep_nothing(bool lie);

struct power_failure {
  loss how = loss::all;
  std::size_t sector = 512;
};
/// What the disk might hold; draws from `numbers`.
image fail_power(const power_failure& how, std::mt19937_64& numbers);

/// Writes an image where a store can be opened.
void put(const image& files, const std::string& path);

}  // namespace shipflow::faults
