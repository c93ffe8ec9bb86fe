// When a trigger has seen enough of the same: after how many equal slots its verdict stays as it is.
#pragma once

#include "health/trigger.hpp"

namespace shipflow::health {

/// Slots whose samples a condition still remembers.
[[nodiscard]] std::int64_t memory_slots(const bound_condition& c);

/// After so many slots with equal samples the verdict is the same for every further one. Empty when
/// there is no such number: something is counted or summed since the start.
[[nodiscard]] std::optional<std::int64_t> slots_to_steady(const trigger& t);

}  // namespace shipflow::health
