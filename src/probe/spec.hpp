// What the specs of all kinds have in common.
#pragma once

#include "http/fields.hpp"

namespace shipflow::probing {

/// Leaves the guard's members alone and reads `timeout`.
[[nodiscard]] inline duration read_common(http::fields& in) {
  in.leave({"component", "severity", "every", "rise", "fall"});
  return in.time("timeout", duration{0});
}

}  // namespace shipflow::probing
