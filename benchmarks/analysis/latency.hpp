// Response times: a lognormal with its median at 100 ms, in 34 buckets a factor of 1.15 apart.
#pragma once

#include "luck.hpp"

#include <shipflow/verdict.hpp>

#include <array>
#include <string>
#include <vector>

namespace analysis {

constexpr int time_buckets = 35;  ///< the last without an end
using histogram = std::array<double, time_buckets>;

struct latency_kind {
  std::string name;
  double canary = 1;  ///< factor on its response times
  double noise = 0;   ///< standard deviation of an instance's level in a minute
  double offset = 0;  ///< lasting standard deviation between instances
};

struct latency_outcome {
  std::string rule;
  std::vector<std::int64_t> decided;  ///< slots of ten seconds, or -1
};

/// Ten instances with 100 requests a second each; a common level drifts by 5 %.
[[nodiscard]] std::vector<latency_outcome> play_latency(const latency_kind& kind, std::int64_t slots,
                                                        int runs, std::uint64_t seed);

}  // namespace analysis
