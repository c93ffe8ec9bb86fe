// Rise and fall counting: a single look never changes the state.
#pragma once

#include <shipflow/probe.hpp>

#include <string_view>

namespace shipflow::health {

/// Is a probed thing up? `rise` passes in a row make it up, `fall` failures in a row make it down,
/// also from unknown. Looks that were unavailable count as neither and interrupt no row: the
/// state stays what was last known. A value.
class probe_health {
 public:
  enum class state { unknown, up, down };

  /// Numbers below 1 are taken as 1.
  probe_health(int rise, int fall) noexcept;

  /// Looks come in order of time. Returns the state afterwards.
  state push(look seen, time_point at) noexcept;

  [[nodiscard]] state now() const noexcept { return state_; }
  /// When the state began: the time of the look that completed the row. Zero: unknown.
  [[nodiscard]] time_point since() const noexcept { return since_; }
  /// The last look that passed or failed. Zero: none.
  [[nodiscard]] time_point last_seen() const noexcept { return last_seen_; }
  /// Unavailable looks since then.
  [[nodiscard]] int blind() const noexcept { return blind_; }

  friend bool operator==(const probe_health&, const probe_health&) = default;

 private:
  int rise_;
  int fall_;
  state state_ = state::unknown;
  int row_ = 0;  ///< equal looks so far: positive passes, negative failures
  int blind_ = 0;
  time_point since_{};
  time_point last_seen_{};
};
[[nodiscard]] std::string_view name_of(probe_health::state s) noexcept;

/// Looks without an outcome in a row that make a guard blind.
inline constexpr int blind_looks = 3;
/// The level in one word of the run machine: none, pass, alert or unavailable.
[[nodiscard]] std::string_view guard_word(const probe_health& h) noexcept;

}  // namespace shipflow::health
