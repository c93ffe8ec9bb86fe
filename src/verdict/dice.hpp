// Random numbers from a seed, the same on every machine.
#pragma once

#include <cmath>
#include <cstdint>

namespace shipflow::verdict_room {

class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}

  /// In 0..1, both ends excluded.
  double share() noexcept { return (static_cast<double>(next() >> 11U) + 0.5) * 0x1.0p-53; }

  double poisson(double mean) noexcept {
    if (!(mean > 0)) return 0;
    if (mean > 30) return std::fmax(0.0, std::round(mean + std::sqrt(mean) * normal()));
    const double limit = std::exp(-mean);
    double product = share();
    int n = 0;
    for (; product > limit; ++n) product *= share();
    return n;
  }

  double normal() noexcept {
    return std::sqrt(-2 * std::log(share())) * std::cos(6.283185307179586 * share());
  }

 private:
  /// splitmix64 (Steele, Lea, Flood 2014).
  std::uint64_t next() noexcept {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
  }
  std::uint64_t state_;
};

}  // namespace shipflow::verdict_room
