// Rates of two arms, from counts: errors among requests, or events during an exposure.
#pragma once

#include <shipflow/verdict/evidence.hpp>

#include <array>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// Counts of one arm, or of one instance of it, in one slot. Finite, not negative.
struct tally {
  double total = 0;  ///< requests; or exposure, such as instance minutes
  double bad = 0;    ///< those that failed; or events during the exposure
  friend bool operator==(const tally&, const tally&) = default;
};

/// Both arms in one slot. More than one entry of `baseline` are its instances, in the same order in every
/// slot: they show how much instances differ without a release. {0, 0} is an instance without traffic.
struct count_slot {
  tally canary;
  std::span<const tally> baseline;
};

/// Errors come in bursts more often than the textbook says. The evidence of a slot is divided by the
/// dispersion, measured in the baseline over the slots before (so it cannot look ahead):
///   max(1, (sum of chi squares + prior * weight) / (degrees of freedom + weight)) * factor
/// with chi squares between the instances of a slot, or, of a baseline in one piece, between successive
/// slots. With independent requests the error rate stays exact; with bursts it is what
/// `benchmarks/analysis` measured.
struct tempering {
  double prior = 2;
  double weight = 16;  ///< degrees of freedom that the prior is worth
  double factor = 1;
  friend bool operator==(const tempering&, const tempering&) = default;
};

/// Whether `total` counts the events that can be bad, or is another measure.
enum class denominator { events, exposure };

struct ratio_rule {
  test_side side = test_side::worse;
  double ratio = 1.25;  ///< above zero
  tempering temper;
  double cap = 3;  ///< most evidence that one slot adds, in nats: no slot decides alone
  /// Half of the prior says "worse from the start"; the other half is spread over so many slots, for a
  /// regression that begins late. 0: all of it at the start.
  std::int64_t spread_slots = 0;
  denominator of = denominator::events;
  friend bool operator==(const ratio_rule&, const ratio_rule&) = default;
};
/// The recommended rules. `slots`: how many the watch will last, for example 1440 minutes.
[[nodiscard]] ratio_rule worse_ratio(double ratio, std::int64_t slots) noexcept;
[[nodiscard]] ratio_rule no_worse_ratio(double ratio) noexcept;

/// Who owns this error? In a slot with totals n_c, n_b an error is the canary's with probability
/// theta(r) = r w/(r w + 1 - w), w = n_c/(n_c+n_b), if its rate is r times the baseline's. The evidence is
/// the average over a grid of ratios r beyond `ratio` of the likelihood of theta(r) against
/// theta(ratio), slot by slot: a common incident, the time of day and a growing share of traffic cancel out.
/// `worse` gives all ratios of its grid the same prior, since nobody knows how bad it will be; `no_worse` has a normal
/// one of log(r) around a canary as good as its baseline, standard deviation 0.25: that is what it is there to certify.
/// Exact for independent requests with any rates, also rates that change, and for Poisson counts.
class count_ratio {
 public:
  static constexpr std::size_t alternatives = 24;

  /// `ratio` and `cap` above zero, others not negative; anything else is taken as the nearest that is.
  explicit count_ratio(const ratio_rule& rule);

  test_step push(const count_slot& s);

  [[nodiscard]] const ratio_rule& rule() const noexcept { return rule_; }
  [[nodiscard]] double log_evidence() const noexcept { return log_evidence_; }
  /// The highest so far; exp(-best) is a p-value that may be looked at at any time.
  [[nodiscard]] double best() const noexcept { return best_; }
  [[nodiscard]] std::int64_t slots() const noexcept { return slots_; }  ///< counted
  /// The dispersion by which the next slot's evidence is divided.
  [[nodiscard]] double dispersion() const noexcept;

  /// The state without the rule; exact. Error: `corrupt`.
  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const count_ratio&, const count_ratio&) = default;

 private:
  void measure(std::span<const tally> baseline, const tally& sum) noexcept;
  [[nodiscard]] double prior_of(std::size_t j) const noexcept;

  ratio_rule rule_;
  std::array<double, alternatives> ratios_{};  // of the grid, and log(ratio / rule.ratio)
  std::array<double, alternatives> logs_{};
  std::array<double, alternatives> held_{};  // evidence per ratio, times its prior
  std::size_t used_ = 0;                     // entries of the grid
  double prior_scale_ = 1;                   // makes priors 1 on average
  double chi_square_ = 0, freedom_ = 0;
  tally before_;  // baseline of the slot before, when it is in one piece
  double log_evidence_ = 0, best_ = 0;
  std::int64_t slots_ = 0;
};

/// A test at one pace: so many slots, aligned, are summed to one.
struct lane {
  ratio_rule rule;
  std::int64_t slots = 1;  ///< above zero
  double weight = 1;
  friend bool operator==(const lane&, const lane&) = default;
};
/// The recommended lanes of `worse` for slots of this length: a fast one for what is at least twice as
/// bad, and a slow one of a minute for `ratio`; with slots of a minute or more the slow one alone.
[[nodiscard]] std::vector<lane> worse_lanes(double ratio, std::int64_t slot_ms,
                                            std::int64_t watch_ms = 86'400'000);

/// Several lanes over the same slots, averaged by weight: one piece of evidence.
class count_lanes {
 public:
  explicit count_lanes(const std::vector<lane>& lanes);

  /// Slot `k` (any origin, later than all before; slots left out count as not seen). A lane takes its
  /// group of slots when the last one is pushed, or one of a later group.
  test_step push(std::int64_t k, const count_slot& s);

  [[nodiscard]] double log_evidence() const noexcept { return log_evidence_; }
  [[nodiscard]] double best() const noexcept { return best_; }
  [[nodiscard]] std::size_t size() const noexcept { return parts_.size(); }
  [[nodiscard]] const count_ratio& part(std::size_t i) const { return parts_.at(i).test; }

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const count_lanes&, const count_lanes&) = default;

 private:
  struct part_state {
    count_ratio test;
    std::int64_t slots = 1;
    double weight = 1;
    std::int64_t group = 0;
    bool open = false;
    tally canary;
    std::vector<tally> baseline;
    friend bool operator==(const part_state&, const part_state&) = default;
  };
  static test_step close(part_state& p);

  std::vector<part_state> parts_;
  double log_evidence_ = 0, best_ = 0;
};

}  // namespace v1
}  // namespace shipflow
