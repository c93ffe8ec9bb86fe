// Several series of one query, made one reading.
#pragma once

#include "source/prometheus/question.hpp"

#include <string>
#include <vector>

namespace shipflow::sources::prometheus {

/// What one series says.
struct sample {
  std::string instance;  ///< its labels "pod" or "instance", else all of them
  std::string le;        ///< upper bound of a bucket, or empty
  double number = 0;
};

/// The labels, as far as they matter here.
[[nodiscard]] sample labelled(const json::object& metric);

/// Series with `le` are the buckets of one histogram; others are one, or are reduced as the mapping says.
[[nodiscard]] reading of_series(const question& ask, const std::vector<sample>& all);

[[nodiscard]] double reduced(reduction how, const std::vector<double>& all);

}  // namespace shipflow::sources::prometheus
