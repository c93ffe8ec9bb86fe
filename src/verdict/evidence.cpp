#include <shipflow/verdict/evidence.hpp>

#include <algorithm>
#include <cmath>

namespace shipflow {
inline namespace v1 {

std::string_view name_of(slot_use u) noexcept {
  switch (u) {
    case slot_use::counted: return "counted";
    case slot_use::no_traffic: return "no_traffic";
    case slot_use::invalid: return "invalid";
  }
  return "";
}

bool crosses(double log_evidence, double alpha) noexcept {
  return alpha > 0 && log_evidence >= -std::log(alpha);
}

double combined(std::span<const weighted_evidence> parts) noexcept {
  double weights = 0;
  double most = -HUGE_VAL;
  for (const auto& p : parts) {
    if (!(p.weight > 0)) continue;
    weights += p.weight;
    most = std::max(most, p.log_evidence);
  }
  if (!(weights > 0)) return 0;
  double sum = 0;
  for (const auto& p : parts)
    if (p.weight > 0) sum += p.weight / weights * std::exp(p.log_evidence - most);
  return most + std::log(sum);
}

}  // namespace v1
}  // namespace shipflow
