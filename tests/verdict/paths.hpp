// Random releases for properties: a seed, two arms, counts.
#pragma once

#include <shipflow/verdict.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace shipflow::test {

/// A new seed each time unless SHIPFLOW_SEED names one; printed with every failure of the test case.
inline std::uint64_t fresh_seed() {
  if (const char* given = std::getenv("SHIPFLOW_SEED")) return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

/// Poisson counts; its own, so that every library draws the same numbers.
inline double poisson(std::mt19937_64& random, double mean) {
  if (mean <= 0) return 0;
  if (mean < 30) {
    const double limit = std::exp(-mean);
    double product = 1;
    int n = -1;
    do {
      ++n;
      product *= std::uniform_real_distribution<double>(0, 1)(random);
    } while (product > limit);
    return n;
  }
  const double normal = std::normal_distribution<double>(0, 1)(random);
  return std::max(0.0, std::round(mean + std::sqrt(mean) * normal));
}

}  // namespace shipflow::test
