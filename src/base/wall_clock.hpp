// The clock of this machine. Who decides by time is given one; this is what it is given outside of tests and rehearsals.
#pragma once

#include <shipflow/time.hpp>

namespace shipflow {

/// Now, by the system's clock. Not for the pure rooms: tests/layering knows who may not include this.
[[nodiscard]] inline time_point wall_clock() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

}  // namespace shipflow
