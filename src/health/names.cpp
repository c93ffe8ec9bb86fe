#include <shipflow/condition.hpp>

namespace shipflow {
inline namespace v1 {

std::string_view name_of(metric_arm a) noexcept {
  switch (a) {
    case metric_arm::unset: break;
    case metric_arm::fleet: return "fleet";
    case metric_arm::canary: return "canary";
    case metric_arm::baseline: return "baseline";
  }
  return "";
}

std::string_view name_of(aggregate_kind k) noexcept {
  switch (k) {
    case aggregate_kind::metric: return "metric";
    case aggregate_kind::value: return "value";
    case aggregate_kind::ratio: return "ratio";
    case aggregate_kind::mean: return "mean";
    case aggregate_kind::per_min: return "per_min";
    case aggregate_kind::rate: return "rate";
    case aggregate_kind::sum: return "sum";
    case aggregate_kind::min: return "min";
    case aggregate_kind::max: return "max";
    case aggregate_kind::quantile: return "quantile";
    case aggregate_kind::slow: return "slow";
  }
  return "";
}

std::string_view name_of(comparison c) noexcept {
  switch (c) {
    case comparison::greater: return ">";
    case comparison::greater_equal: return ">=";
    case comparison::less: return "<";
    case comparison::less_equal: return "<=";
    case comparison::equal: return "==";
    case comparison::not_equal: return "!=";
  }
  return "";
}

}  // namespace v1
}  // namespace shipflow
