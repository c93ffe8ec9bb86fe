// One aggregate over the slots: samples in, a number or the reason why there is none out.
#pragma once

#include "health/bind.hpp"
#include "health/slot.hpp"
#include "health/truth.hpp"
#include "health/window.hpp"

#include <optional>
#include <span>

namespace shipflow::health {

struct number_finding {
  judged known;                      ///< yes, or unknown and why
  std::optional<double> value;       ///< also when there were too few events
  std::int64_t events = 0;           ///< in the window
  std::int64_t slots = 0;            ///< observed in the window
  double bad = 0;                    ///< numerator of a ratio
  bool at_least = false;             ///< a quantile above the last bucket: the value is where that begins
  std::optional<double> resolution;  ///< of a quantile: width of the bucket it lies in
};

/// The worst state of the samples an aggregate needs; those of another kind than it needs are invalid.
[[nodiscard]] slot_state state_of(const bound_number& n, std::span<const slot_sample> inputs);
/// Events of a histogram above the first edge at or above `limit`; empty when there is no such edge.
[[nodiscard]] std::optional<double> events_above(const slot_sample& s, double limit);
/// Sum of a histogram's events, each as the middle of its bucket, at most `cap`.
[[nodiscard]] double capped_sum(const slot_sample& s, double cap);

class number_state {
 public:
  explicit number_state(const bound_number& n);

  /// `observed`: whether the slot counts; `since_start` as in `atom_state`.
  [[nodiscard]] number_finding push(const bound_number& n, bool observed, std::span<const slot_sample> inputs,
                                    duration slot, std::int64_t since_start);
  void pass_over();
  void begin();
  [[nodiscard]] bool full() const noexcept { return sums_.full(); }

  /// Member `window`, and `edges` and `buckets` of quantiles.
  void to_json(json::object& out) const;
  [[nodiscard]] bool from_json(const json::object& o);

 private:
  void take_buckets(const slot_sample& s);
  void quantile(double p, number_finding& out) const;

  sliding_window sums_;
  std::vector<double> edges_;  ///< upper ends of the buckets in the window
  std::optional<histogram_window> buckets_;
};

}  // namespace shipflow::health
