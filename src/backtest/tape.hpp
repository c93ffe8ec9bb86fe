// A past release cut into the slots of a rule, as a guard would have seen it.
#pragma once

#include "health/trigger.hpp"

#include <shipflow/backtest.hpp>

#include <string>

namespace shipflow::backtest_room {

struct tape {
  std::string skipped;  ///< why there is none
  json::array rows;     ///< [slot, sample, ...]
  std::int64_t begin = 0;
};

/// O(points + slots x inputs).
[[nodiscard]] tape cut(const past_release& r, const health::trigger& t);

}  // namespace shipflow::backtest_room
