// Means of values with a known upper end: response times with a cap, scores, shares.
#pragma once

#include <shipflow/verdict/evidence.hpp>

#include <array>
#include <optional>

namespace shipflow {
inline namespace v1 {

/// Sums over one arm's values in one slot, each value in 0..cap.
struct value_sums {
  double count = 0;
  double sum = 0;
  std::optional<double>
      squares{};  ///< sum of squares; without it the worst case is taken: less power, still valid
};
struct mean_slot {
  value_sums canary;
  value_sums baseline;
};

struct mean_rule {
  test_side side = test_side::worse;
  double ratio = 1.1;    ///< of the means; not below 1 for `worse`
  double cap = 1;        ///< the largest value there can be
  double most_nats = 3;  ///< that one slot adds
  std::int64_t spread_slots = 0;
  friend bool operator==(const mean_rule&, const mean_rule&) = default;
};

/// Is the canary's mean above (worse) or below (no_worse) `ratio` times the baseline's, from sums alone? Bets on
/// the difference in every slot, paid for by the squared deviations from the baseline's mean of the
/// slot before, which was known in time. The common level may drift: it cancels. The first slot only
/// teaches that mean. Exact for independent values.
class bounded_mean {
 public:
  static constexpr std::size_t bets = 12;

  explicit bounded_mean(const mean_rule& rule);
  test_step push(const mean_slot& s);

  [[nodiscard]] double log_evidence() const noexcept { return log_evidence_; }
  [[nodiscard]] double best() const noexcept { return best_; }
  [[nodiscard]] std::int64_t slots() const noexcept { return slots_; }

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const bounded_mean&, const bounded_mean&) = default;

 private:
  mean_rule rule_;
  std::array<double, bets> lambdas_{}, held_{};
  double level_ = -1;  // mean of the baseline, in caps; below zero: not known yet
  double log_evidence_ = 0, best_ = 0;
  std::int64_t slots_ = 0;
};

}  // namespace v1
}  // namespace shipflow
