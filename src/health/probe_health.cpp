#include "health/probe_health.hpp"

#include <algorithm>

namespace shipflow::health {

probe_health::probe_health(int rise, int fall) noexcept
    : rise_(std::max(rise, 1)), fall_(std::max(fall, 1)) {}

probe_health::state probe_health::push(look seen, time_point at) noexcept {
  if (seen == look::unavailable) {
    if (blind_ < 1'000'000) ++blind_;
    return state_;
  }
  blind_ = 0;
  last_seen_ = at;
  const bool pass = seen == look::pass;
  // Clamped, so that a year of looks does not overflow.
  row_ = pass ? std::min(std::max(row_, 0) + 1, rise_) : std::max(std::min(row_, 0) - 1, -fall_);
  const bool complete = row_ == (pass ? rise_ : -fall_);
  const state next = pass ? state::up : state::down;
  if (complete && state_ != next) {
    state_ = next;
    since_ = at;
  }
  return state_;
}

std::string_view name_of(probe_health::state s) noexcept {
  switch (s) {
    case probe_health::state::unknown: return "unknown";
    case probe_health::state::up: return "up";
    case probe_health::state::down: return "down";
  }
  return "unknown";
}

std::string_view guard_word(const probe_health& h) noexcept {
  if (h.blind() >= blind_looks) return "unavailable";
  if (h.now() == probe_health::state::up) return "pass";
  return h.now() == probe_health::state::down ? "alert" : "none";
}

}  // namespace shipflow::health
