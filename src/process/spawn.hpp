// fork and exec, nothing else.
#pragma once

#include "process/child.hpp"

#include <sys/types.h>

namespace shipflow::process {

/// A started program: leader of its own process group, killed when the starting thread dies.
struct spawned {
  pid_t pid = -1;
  int pidfd = -1;   ///< readable once it ended; owned by the caller
  int output = -1;  ///< reading end of both its streams, non-blocking; owned by the caller
};

[[nodiscard]] result<spawned> spawn(const child_spec& spec);

}  // namespace shipflow::process
