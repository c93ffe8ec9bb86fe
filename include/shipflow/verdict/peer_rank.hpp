// Any number that instances have, compared by rank: is the canary the worst of its peers again and again?
#pragma once

#include <shipflow/verdict/evidence.hpp>

#include <array>

namespace shipflow {
inline namespace v1 {

/// One number per instance in one slot; higher is worse, none is negative. Several canaries: give `median`.
struct peer_slot {
  double canary = 0;
  std::span<const double> baseline;
};
[[nodiscard]] double median(std::span<const double> values);

struct peer_rule {
  double ratio = 1.25;  ///< the canary's number is divided by it before it is ranked
  std::int64_t spread_slots = 0;
  std::uint64_t seed = 0;  ///< decides ties, together with the slot
  friend bool operator==(const peer_rule&, const peer_rule&) = default;
};

/// Ranks of the canary among itself and m peers. If it is one of them, its rank in a slot is uniform,
/// whatever the numbers are: bursts, incidents that all share, the time of day cancel out. The evidence is
/// an average of bets on high ranks, at most log(0.95 (m+1)) nats a slot. Needs slots that are longer than noise
/// lasts, and instances that do not differ for good by more than `ratio`.
class peer_rank {
 public:
  static constexpr std::array bets{0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85};
  static constexpr std::size_t most_peers = 1000;

  explicit peer_rank(const peer_rule& rule);

  /// Without peers: `no_traffic`.
  test_step push(const peer_slot& s);

  [[nodiscard]] double log_evidence() const noexcept { return log_evidence_; }
  [[nodiscard]] double best() const noexcept { return best_; }
  [[nodiscard]] std::int64_t slots() const noexcept { return slots_; }

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

  friend bool operator==(const peer_rank&, const peer_rank&) = default;

 private:
  peer_rule rule_;
  std::array<double, bets.size()> held_{};
  double log_evidence_ = 0, best_ = 0;
  std::int64_t slots_ = 0;
};

}  // namespace v1
}  // namespace shipflow
