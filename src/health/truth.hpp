// Kleene's strong three-valued logic (Kleene 1952), with the reason of an unknown kept.
#pragma once

#include <string_view>

namespace shipflow::health {

enum class truth { no, yes, unknown };
[[nodiscard]] constexpr std::string_view name_of(truth t) noexcept {
  return t == truth::yes ? "true" : t == truth::no ? "false" : "unknown";
}

/// Why something is not known or not decided. Those of an unknown atom are ordered by weight: of
/// several the last one is reported.
enum class reason {
  none,
  undecided,       ///< a test whose evidence does not suffice yet
  warmup,          ///< the warm-up is not over
  empty,           ///< no events in the window
  low_count,       ///< fewer events than `min_count`
  coverage,        ///< too few slots observed yet
  untrusted,       ///< a test that a calibration found crying wolf at every pace
  missing,         ///< no sample in the newest slot
  invalid,         ///< nonsense in the newest slot
  pending,         ///< true now, but not for as long or as often as demanded
  breach,          ///< the alert condition holds
  outside_normal,  ///< no alert, but not within the normal range either
  before_release,  ///< only the baseline is being watched
  already_red,     ///< red since before the release and not blamed on it
};
[[nodiscard]] constexpr std::string_view name_of(reason r) noexcept {
  switch (r) {
    case reason::none: return "none";
    case reason::undecided: return "undecided";
    case reason::warmup: return "warmup";
    case reason::empty: return "empty";
    case reason::low_count: return "low_count";
    case reason::coverage: return "coverage";
    case reason::untrusted: return "untrusted";
    case reason::missing: return "missing";
    case reason::invalid: return "invalid";
    case reason::pending: return "pending";
    case reason::breach: return "breach";
    case reason::outside_normal: return "outside_normal";
    case reason::before_release: return "before_release";
    case reason::already_red: return "already_red";
  }
  return "";
}

/// A truth and, for unknown, why.
struct judged {
  truth t = truth::unknown;
  reason why = reason::none;
  friend bool operator==(const judged&, const judged&) = default;
};

[[nodiscard]] constexpr judged yes() noexcept { return {truth::yes, reason::none}; }
[[nodiscard]] constexpr judged no() noexcept { return {truth::no, reason::none}; }
[[nodiscard]] constexpr judged unknown(reason why) noexcept { return {truth::unknown, why}; }

[[nodiscard]] constexpr judged negate(judged a) noexcept {
  return a.t == truth::unknown ? a : a.t == truth::yes ? no() : yes();
}
[[nodiscard]] constexpr judged both(judged a, judged b) noexcept {
  if (a.t == truth::no || b.t == truth::no) return no();
  if (a.t == truth::yes && b.t == truth::yes) return yes();
  return unknown(a.why < b.why ? b.why : a.why);
}
[[nodiscard]] constexpr judged either(judged a, judged b) noexcept {
  return negate(both(negate(a), negate(b)));
}

}  // namespace shipflow::health
