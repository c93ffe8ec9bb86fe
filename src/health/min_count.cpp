#include "health/min_count.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

constexpr double most = 1e15;
constexpr double rounding = 1e-9;  // 1/(1-0.95) is a little above 20

std::int64_t at_least(double x) {
  return static_cast<std::int64_t>(std::ceil(std::min(x, most) * (1 - rounding)));
}
std::int64_t more_than(double x) {
  return static_cast<std::int64_t>(std::floor(std::min(x, most) * (1 + rounding))) + 1;
}

bool is_share(double t) { return t > 0 && t < 1; }

comparison opposite(comparison op) {
  switch (op) {
    case comparison::greater: return comparison::less_equal;
    case comparison::greater_equal: return comparison::less;
    case comparison::less: return comparison::greater_equal;
    case comparison::less_equal: return comparison::greater;
    case comparison::equal: return comparison::not_equal;
    case comparison::not_equal: return comparison::equal;
  }
  return op;
}

}  // namespace

std::int64_t min_count_compare(comparison op, double threshold, bool negated) noexcept {
  if (!is_share(threshold)) return 1;
  switch (negated ? opposite(op) : op) {
    case comparison::greater: return at_least(1 / threshold);
    case comparison::greater_equal: return more_than(1 / threshold);
    case comparison::less: return at_least(1 / (1 - threshold));
    case comparison::less_equal: return more_than(1 / (1 - threshold));
    case comparison::equal:
    case comparison::not_equal: break;
  }
  return 1;
}

std::int64_t min_count_outside(double low, double high, bool negated) noexcept {
  if (negated) return 1;
  return std::max(min_count_compare(comparison::less, low, false),
                  min_count_compare(comparison::greater, high, false));
}

}  // namespace shipflow::health
