// A mixture of evidence over alternatives: each starts with its share of the prior, grows by its own
// factor and, with a spread start, gets a little more of the prior each slot.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace shipflow::verdict_room {

// Evidence is kept as a plain number, which is quicker than its logarithm. The bounds keep it away from overflow
// and from zero; what the lower one adds is far below the last digit of 1/alpha.
constexpr double least_held = 1e-280;
constexpr double most_held = 1e280;

inline double grown(double held, double nats) noexcept {
  return std::clamp(held * std::exp(std::clamp(nats, -700.0, 700.0)), least_held, most_held);
}

/// What every alternative holds before the first slot.
inline double prior_at_start(std::int64_t spread_slots) noexcept { return spread_slots > 0 ? 0.5 : 1.0; }
/// What every alternative gets before slot `index`, counted from 0.
inline double prior_of_slot(std::int64_t index, std::int64_t spread_slots) noexcept {
  return index < spread_slots ? 0.5 / static_cast<double>(spread_slots) : 0.0;
}

inline double log_mean(std::span<const double> held) noexcept {
  double sum = 0;
  for (const double h : held) sum += h;
  return std::log(sum / static_cast<double>(held.size()));
}

/// `n` points from `low` to `high`, evenly on the logarithmic scale.
inline void logarithmic_grid(double low, double high, std::span<double> out) noexcept {
  const double step =
      out.size() < 2 ? 0 : (std::log(high) - std::log(low)) / static_cast<double>(out.size() - 1);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = std::exp(std::log(low) + step * static_cast<double>(i));
}

}  // namespace shipflow::verdict_room
