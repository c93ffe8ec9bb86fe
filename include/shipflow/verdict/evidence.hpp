// Verdicts that keep their error rate however often they are looked at.
//
//   count_ratio worse(worse_ratio(1.25, 1440));           // "at most 1.25 times the baseline's rate"
//   for (each closed slot) {
//     const auto step = worse.push({canary, baseline});    // sums of the slot, nothing else
//     if (crosses(worse.log_evidence(), 0.001)) abort();   // wrong in at most 0.1 % of healthy releases
//   }
//
// Every test here is an e-process: a number, the evidence, that begins at one or below and, as long as
// the release is what the test doubts (worse: "it is not worse than allowed"), is not expected to grow
// from one slot to the next. Ville's inequality (1939) bounds the chance that it ever reaches
// 1/alpha by alpha: at any time, under any stopping or promotion rule that looks at the same numbers.
// Evidence of several tests may be averaged with fixed weights, whatever their dependence, and is
// again evidence: `combined`. One such average with one alpha covers a whole release, over metrics,
// lanes and stages of traffic, since no test assumes a constant share of traffic.
//
// Everything is a value: copied, compared, kept as JSON and folded again with the same result. Nothing
// reads a clock or random numbers, so a verdict can be taken again from the recorded sums. The evidence of
// the same slots in the same order is the same bit by bit on one machine, and within 1e-9 on others.
// Not thread-safe; one owner per object. Evidence is given as its natural logarithm ("nats").
//
// Sources: Ville 1939; Howard, Ramdas, McAuliffe, Sekhon, Ann. Statist. 49 (2021) for sums of bounded values;
// Lindon and Malek, NeurIPS 2022, for the conditional view of counts; Waudby-Smith and Ramdas, JRSS-B 86 (2024),
// for bets on a mean; Vovk et al. for rank tests; Shin, Ramdas, Rinaldo 2023 for late changes.
#pragma once

#include <shipflow/json.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace shipflow {
inline namespace v1 {

/// What a test tries to show about the canary.
enum class test_side {
  worse,     ///< its rate is above `ratio` times that of the baseline: a reason to abort
  no_worse,  ///< its rate is below `ratio` times that of the baseline: a reason to promote
};

/// Was a slot used? What is left out changes nothing: no data is no evidence.
enum class slot_use {
  counted,
  no_traffic,  ///< an arm has nothing to compare
  invalid,     ///< not finite, negative, or more bad events than events (wrong series or unit)
};
[[nodiscard]] std::string_view name_of(slot_use u) noexcept;

struct test_step {
  slot_use use = slot_use::counted;
  double log_evidence = 0;  ///< after the slot
  double gain = 0;          ///< change by this slot
  double dispersion = 1;    ///< by which the slot's evidence was divided
};

/// Has the evidence reached 1/alpha? `alpha` in 0..1.
[[nodiscard]] bool crosses(double log_evidence, double alpha) noexcept;

struct weighted_evidence {
  double log_evidence = 0;
  double weight = 1;
};
/// Logarithm of the weighted average; weights are not negative, scaled to one in total. Evidence again,
/// if the weights were fixed before the first slot. Empty: 0.
[[nodiscard]] double combined(std::span<const weighted_evidence> parts) noexcept;

}  // namespace v1
}  // namespace shipflow
