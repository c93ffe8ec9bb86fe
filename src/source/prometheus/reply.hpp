// What Prometheus answered, read as one reading.
#pragma once

#include "source/prometheus/question.hpp"

namespace shipflow::sources::prometheus {

/// A reading, or `trouble`: the source as a whole is unavailable.
struct reply {
  reading what;
  std::string trouble;
};
/// The past of one series, slot by slot; or `trouble`.
struct past_reply {
  std::vector<reading> slots;
  std::string trouble;
};
/// Pure. O(points).
[[nodiscard]] past_reply read_past(const question& ask, const past_span& past, const http::response& got);

/// Pure.
[[nodiscard]] reply read_reply(const question& ask, const http::response& got);

}  // namespace shipflow::sources::prometheus
