// The smallest number of events at which one event alone cannot decide a comparison of a ratio.
#pragma once

#include <shipflow/condition.hpp>

#include <cstdint>

namespace shipflow::health {

/// For `ratio op threshold`, the threshold a share; `negated` under an odd number of `not`.
/// `> t`: 1/n must not exceed t, so n >= 1/t. `< t`: (n-1)/n must not lie below t, so n >= 1/(1-t).
/// 1 where no number helps (`> 0`, `< 100%`, `==`).
[[nodiscard]] std::int64_t min_count_compare(comparison op, double threshold, bool negated) noexcept;
[[nodiscard]] std::int64_t min_count_outside(double low, double high, bool negated) noexcept;

}  // namespace shipflow::health
