// What a store needs from the file system: a private file, and proof of being its only writer.
#pragma once

#include "base/unique_fd.hpp"

#include <shipflow/error.hpp>

#include <string>

namespace shipflow::sqlite {

/// The path with links and dots resolved, so that two names of one file share one lock.
[[nodiscard]] result<std::string> resolve(const std::string& path);

/// Refuses network file systems: SQLite's locks and shared memory do not work there.
[[nodiscard]] result<void> check_filesystem(const std::string& path);

/// Makes the file with mode 0600 whatever the umask, unless it exists. SQLite gives its companion
/// files the same mode.
[[nodiscard]] result<void> make_file(const std::string& path);

/// Takes away what an existing store and its companions grant to others.
[[nodiscard]] result<void> make_private(const std::string& path);

/// Takes `<path>.lock` for as long as the descriptor lives; the kernel frees it when the process
/// dies. `conflict` names the process that has it.
[[nodiscard]] result<unique_fd> lock_writer(const std::string& path);

}  // namespace shipflow::sqlite
