// Random numbers of the benchmark: fast, seeded, the same everywhere.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace analysis {

/// xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64.
class luck {
 public:
  explicit luck(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      auto x = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
      x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
      word = x ^ (x >> 31U);
    }
  }

  double share() noexcept { return (static_cast<double>(next() >> 11U) + 0.5) * 0x1.0p-53; }

  double normal() noexcept {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(share()));
    const double angle = 6.283185307179586 * share();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

  double poisson(double mean) noexcept {
    if (!(mean > 0)) return 0;
    if (mean > 25) return std::fmax(0.0, std::round(mean + std::sqrt(mean) * normal()));
    double left = share();
    double p = std::exp(-mean);
    int n = 0;
    for (; left > p && n < 500; ++n) {
      left -= p;
      p *= mean / (n + 1);
    }
    return n;
  }

  /// 1, 2, 3, ... with this mean.
  double geometric(double mean) noexcept {
    return mean <= 1 ? 1 : 1 + std::floor(std::log(share()) / std::log1p(-1 / mean));
  }

  /// Gamma with mean 1 and this coefficient of variation, whose inverse square is a whole number.
  double factor(double cv) noexcept {
    const auto shape = static_cast<int>(std::round(1 / (cv * cv)));
    double sum = 0;
    for (int i = 0; i < shape; ++i) sum -= std::log(share());
    return sum / shape;
  }

 private:
  std::uint64_t next() noexcept {
    const auto out = std::rotl(state_[1] * 5, 7) * 9;
    const auto t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return out;
  }

  std::uint64_t state_[4]{};
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace analysis
