// A SQLite VFS over the default one that fails the n-th write, sync or read.
#pragma once

namespace shipflow::faults {

enum class fault {
  none,
  disk_full,    ///< nothing is written: ENOSPC
  short_write,  ///< the first half is written, then ENOSPC
  write_error,  ///< everything is written, and EIO is reported all the same
  sync_error,   ///< EIO from fsync
  read_error,   ///< EIO from read
};

enum class lasts { once, until_disarmed };

/// The name under which it is registered; the first use registers it.
const char* fault_vfs();

/// Fails the `at`-th call (from 1) that the fault applies to, counted from now.
void arm(fault kind, int at, lasts how);
void disarm();
/// How many calls a fault of this kind would have applied to since `arm` or `count_from_now`.
int calls(fault kind);
void count_from_now();
/// Whether the armed fault has struck.
bool struck();

}  // namespace shipflow::faults
