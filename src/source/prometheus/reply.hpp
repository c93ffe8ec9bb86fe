// What Prometheus answered, read as one reading.
#pragma once

#include "source/prometheus/question.hpp"

namespace shipflow::sources::prometheus {

/// A reading, or `trouble`: the source as a whole is unavailable.
struct reply {
  reading what;
  std::string trouble;
};
/// Pure.
[[nodiscard]] reply read_reply(const question& ask, const http::response& got);

}  // namespace shipflow::sources::prometheus
