// A test of the canary against its baseline over the slots of a condition.
#pragma once

#include "health/gathering.hpp"

#include <shipflow/verdict.hpp>

#include <variant>

namespace shipflow::health {

struct test_finding {
  judged is;               ///< yes once the evidence has crossed, which lasts; else unknown and why
  double evidence = 0;     ///< in nats, now
  double best = 0;         ///< highest so far
  double needed = 0;       ///< log(1/alpha)
  std::int64_t slots = 0;  ///< of the trigger, that counted
};

/// Evidence begins with the release: slots before it are not pushed.
class arm_test {
 public:
  explicit arm_test(const bound_test& t);

  [[nodiscard]] test_finding push(const bound_test& t, slot_index k, std::span<const slot_sample> inputs);

  [[nodiscard]] json::value to_json() const;
  /// The state of a test of the same kind.
  [[nodiscard]] bool from_json(const json::value& v);

 private:
  /// Tests that are not of counts: their groups of slots are gathered here.
  template <class Test, class Gathered>
  struct paced {
    Test test;
    std::int64_t slots = 1;
    std::optional<std::int64_t> group{};
    Gathered sums{};
  };
  using bucket_pace = paced<bucket_ratio, gathered_buckets>;
  using peer_pace = paced<peer_rank, gathered_peers>;
  using mean_pace = paced<bounded_mean, gathered_values>;
  using any_test = std::variant<count_lanes, bucket_pace, peer_pace, mean_pace>;

  static any_test make(const bound_test& t);
  static slot_use step(count_lanes& p, const bound_test& t, slot_index k,
                       std::span<const slot_sample> inputs);
  template <class Paced>
  static slot_use step(Paced& p, const bound_test& t, slot_index k, std::span<const slot_sample> inputs);
  static bool gather(bucket_pace& p, const bound_test& t, std::span<const slot_sample> inputs);
  static bool gather(peer_pace& p, const bound_test& t, std::span<const slot_sample> inputs);
  static bool gather(mean_pace& p, const bound_test& t, std::span<const slot_sample> inputs);
  static slot_use close(bucket_pace& p);
  static slot_use close(peer_pace& p);
  static slot_use close(mean_pace& p);

  any_test test_;
  std::int64_t slots_ = 0;
};

}  // namespace shipflow::health
