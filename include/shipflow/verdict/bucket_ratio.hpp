// Response times of two arms, from the buckets of a histogram.
#pragma once

#include <shipflow/verdict/count_ratio.hpp>

#include <array>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// Events per bucket (not cumulative) in one slot, the last bucket without an upper end. Both arms have the
/// same buckets, the same in every slot.
struct bucket_slot {
  std::span<const double> canary;
  std::span<const double> baseline;
};

/// Is a larger share of the canary's requests slow? "Slower than the edge" is an event like an error, so
/// every edge is a count ratio; the evidence is their average. Up to twelve edges are chosen once, from the
/// first 500 requests of the baseline, where 0.2 % to 80 % lie above; the slots they are chosen from are
/// no evidence. `rule.ratio` is that of shares, not of times: at the usual widths of latency 10 % more time is
/// some 1.3 times as many slow requests at the 95th percentile. Exact for independent requests; noise that
/// all requests of an instance share is none: hence a ratio of at least 1.25, or ranks (`peer_rank`).
/// `rule.side` is `worse`, `rule.temper` and `rule.of` have no effect.
class bucket_ratio {
 public:
  static constexpr std::size_t most_edges = 12;
  static constexpr std::size_t alternatives = 12;
  static constexpr std::size_t most_buckets = 201;

  explicit bucket_ratio(const ratio_rule& rule);

  test_step push(const bucket_slot& s);

  [[nodiscard]] double log_evidence() const noexcept { return log_evidence_; }
  [[nodiscard]] double best() const noexcept { return best_; }
  [[nodiscard]] std::int64_t slots() const noexcept { return slots_; }
  /// Indices of the buckets above whose upper end requests count as slow; empty before they are chosen.
  [[nodiscard]] std::span<const std::uint32_t> edges() const noexcept {
    return std::span(edges_).first(used_);
  }

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const bucket_ratio&, const bucket_ratio&) = default;

 private:
  void learn(std::span<const double> baseline);

  ratio_rule rule_;
  std::array<double, alternatives> ratios_{}, logs_{};
  std::vector<double> held_;     // edge by edge
  std::vector<double> learned_;  // requests of the baseline, until the edges are chosen
  std::array<std::uint32_t, most_edges> edges_{};
  std::size_t used_ = 0;
  std::size_t buckets_ = 0;
  double log_evidence_ = 0, best_ = 0;
  std::int64_t slots_ = 0;
};

}  // namespace v1
}  // namespace shipflow
