// Locks that say whether a process lives. Open file description locks (fcntl(2), F_OFD_SETLK): they
// go away with the last descriptor, can be handed to another process, and can be asked about without
// being taken, so that a look never disturbs.
#pragma once

#include "process/files.hpp"

#include <shipflow/time.hpp>

namespace shipflow::process {

/// Creates the file (0600) when needed and takes its write lock, trying until `patience` has
/// passed: then `conflict`. The lock is held until the descriptor and its copies are closed.
[[nodiscard]] result<unique_fd> take_lock(const std::string& path, duration patience);

/// Does anybody hold it? False when there is no file.
[[nodiscard]] result<bool> is_locked(const std::string& path);

}  // namespace shipflow::process
