// A zone ready for questions: offsets at moments, and which moments a span of local time stands for.
#pragma once

#include "calendar/posix_rule.hpp"

#include <shipflow/calendar.hpp>

#include <array>

namespace shipflow::calendar_room {

/// Seconds, from the first included to the second excluded.
using span_of_seconds = std::pair<std::int64_t, std::int64_t>;

class zone {
 public:
  [[nodiscard]] static result<zone> make(const zone_rules& rules);

  [[nodiscard]] int offset(std::int64_t utc) const;
  /// The moments whose local time lies in a span of the local day that begins at `midnight` (local seconds
  /// since the epoch): none where clocks jump over it, two where they run twice through it. In order.
  [[nodiscard]] std::array<span_of_seconds, 2> moments(std::int64_t midnight, span_of_seconds local) const;

 private:
  posix_rule rule_;
  std::vector<std::pair<std::int64_t, int>> changes_;
};

}  // namespace shipflow::calendar_room
