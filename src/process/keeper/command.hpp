// Executes the program: own process group, given environment and directory, pipes for its output.
#pragma once

#include "process/files.hpp"
#include "process/keeper.hpp"

#include <sys/types.h>

namespace shipflow::process {

struct command {
  pid_t pid = 0;  ///< of the program, and of its process group
  unique_fd out;  ///< standard output, and standard error too unless `err` is set
  unique_fd err;  ///< standard error, when the streams are kept apart
};

/// Returns when the program was executed, or with the reason why it was not; then nothing ran.
/// When this process ends in whatever way, the kernel kills the program (PR_SET_PDEATHSIG).
[[nodiscard]] result<command> execute(const keeper_spec& spec);

}  // namespace shipflow::process
