// Absolute gates: is the share of good results at least 95 %, is the mean below two seconds?
//
//   share_gate gate(0.95);
//   for (each batch of results) gate.push({total, good});
//   if (crosses(gate.log_evidence_for(), 0.01)) promote();      // without failures after 125 results
//   if (crosses(gate.log_evidence_against(), 0.001)) abort();
//
// Both sides may be looked at after every result, and neither is decided by too few: without results
// there is no evidence for anything. Sources: see <shipflow/verdict/evidence.hpp>.
#pragma once

#include <shipflow/verdict/bounded_mean.hpp>
#include <shipflow/verdict/evidence.hpp>

#include <array>

namespace shipflow {
inline namespace v1 {

/// Results in one batch; `good` at most `total`.
struct results {
  double total = 0;
  double good = 0;
};

/// Bets on single results, averaged over all sizes of bet. Exact whatever the share does over time: for, as
/// long as every result is good with a chance of at most `share`; against, of at least.
class share_gate {
 public:
  static constexpr std::size_t bets = 32;

  /// `share` is taken into 0.000001..0.999999.
  explicit share_gate(double share);
  test_step push(const results& r);

  [[nodiscard]] double log_evidence_for() const noexcept { return for_; }
  [[nodiscard]] double log_evidence_against() const noexcept { return against_; }
  [[nodiscard]] double share() const noexcept { return share_; }
  /// A share that is below the true one with confidence 1 - `alpha`, whenever it is looked at. Of results that
  /// are alike. O(bits).
  [[nodiscard]] double at_least(double alpha) const;

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const share_gate&, const share_gate&) = default;

 private:
  void judge();

  double share_;
  double total_ = 0, good_ = 0;
  double for_ = 0, against_ = 0;
};

/// Results without a failure that certify "at least `share` are good" at `beta`: 125 for 95 % at 1 %.
/// -1 when more than 10^9 would be needed.
[[nodiscard]] std::int64_t clean_results_needed(double share, double beta);

/// Mean of values in 0..`cap` against a limit, from sums.
class mean_gate {
 public:
  static constexpr std::size_t bets = 12;

  mean_gate(double limit, double cap);
  test_step push(const value_sums& s);

  /// That the mean is below the limit.
  [[nodiscard]] double log_evidence_for() const noexcept { return for_; }
  /// That it is above.
  [[nodiscard]] double log_evidence_against() const noexcept { return against_; }

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const mean_gate&, const mean_gate&) = default;

 private:
  double limit_, cap_;
  std::array<double, bets> below_{}, above_{};  // logarithms per bet
  double level_;                                // mean so far, the guess for the next batch
  double total_ = 0, sum_ = 0;
  double for_ = 0, against_ = 0;
};

}  // namespace v1
}  // namespace shipflow
