// Before a release: can this bake find anything, or certify anything, at the traffic that is expected?
#pragma once

#include <shipflow/verdict/count_ratio.hpp>

#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct forecast_question {
  std::vector<lane> lanes;  ///< all of one side; for example `worse_lanes` or {{no_worse_ratio(2), 1, 1}}
  double alpha = 0.001;     ///< or beta
  std::int64_t slot_ms = 60'000;
  std::int64_t bake_ms = 600'000;
  double requests_per_minute = 0;  ///< of both arms together
  double canary_share = 0.1;       ///< of the traffic, above 0 and below 1
  double bad_share = 0.001;        ///< of the baseline's requests, above 0 and below 1
  double true_ratio = 2;           ///< the canary's share of bad requests over the baseline's
  std::int64_t instances = 1;      ///< into which the baseline's traffic is told apart
};

struct forecast_answer {
  double canary_requests = 0;   ///< that the bake sees
  double chance = 0;            ///< that the evidence suffices within the bake
  std::int64_t median_ms = -1;  ///< until it suffices, in half of the cases; -1: not within 16 bakes
};

/// Plays 200 bakes with independent requests through the very test that will decide, with fixed
/// random numbers: the same question has the same answer. Pure. At most some tens of milliseconds: of bakes
/// of more than 1440 slots the slots are merged. An error names the member that makes no sense.
[[nodiscard]] result<forecast_answer> forecast(const forecast_question& q);

/// The answer for people: "10 % of 3000 requests a minute for 10m sees 3000 requests: finds 2 times 1 %
/// errors with 93 %".
[[nodiscard]] std::string describe(const forecast_question& q, const forecast_answer& a);

}  // namespace v1
}  // namespace shipflow
