#include "others.hpp"

#include <algorithm>

namespace analysis {

bool minute_rule::slot(std::int64_t k, const fleet& f) {
  for (std::size_t i = 0; i < f.size(); ++i) {
    sum_[i].total += f[i].total;
    sum_[i].bad += f[i].bad;
  }
  if ((k + 1) % slots_a_minute != 0) return false;
  const bool decided = minute(sum_);
  sum_ = {};
  return decided;
}

bool threshold_rule::minute(const fleet& f) {
  const bool breach = f[0].total > 0 && f[0].bad / f[0].total > limit_;
  row_ = breach ? row_ + 1 : 0;
  return row_ >= minutes_;
}

bool failed_checks_rule::minute(const fleet& f) {
  const bool failed = f[0].total > 0 ? 1 - f[0].bad / f[0].total < success_ : silence_ == silence::fails;
  failed_ += failed ? 1 : 0;
  return failed_ >= checks_;
}

bool burn_rule::burns(std::size_t minutes, double factor) const {
  const auto last = sums_.size() - 1;
  const auto first = last > minutes ? last - minutes : 0;  // clipped to the start
  const double total = sums_[last].total - sums_[first].total;
  return total > 0 && (sums_[last].bad - sums_[first].bad) / total >= factor * budget_;
}

bool burn_rule::minute(const fleet& f) {
  sums_.push_back({sums_.back().total + f[0].total, sums_.back().bad + f[0].bad});
  return (burns(60, 14.4) && burns(5, 14.4)) || (burns(360, 6) && burns(30, 6));
}

void rank_sum_rule::take(double canary, double baseline) {
  const auto half = [](double a, double b) { return a > b ? 1.0 : a < b ? 0.0 : 0.5; };
  for (const double b : baseline_) above_ += half(canary, b);
  canary_.push_back(canary);
  for (const double c : canary_) above_ += half(c, baseline);
  baseline_.push_back(baseline);
  sum_canary_ += canary;
  sum_baseline_ += baseline;
  for (const double v : {canary, baseline}) {
    double& t = counts_[v];
    ties_ += 3 * t * t + 3 * t;  // of t^3 - t, from t to t + 1
    t += 1;
  }
}

bool rank_sum_rule::minute(const fleet& f) {
  const auto rate = [](const shipflow::tally& t) { return t.total > 0 ? t.bad / t.total : 0; };
  take(rate(f[0]), rate(f[1]));
  ++minutes_;
  if (minutes_ < 5 || minutes_ % every_ != 0) return false;
  const auto n = static_cast<double>(canary_.size());
  const double all = 2 * n;
  const double variance = n * n / 12 * (all + 1 - ties_ / (all * (all - 1)));
  if (!(variance > 0)) return false;
  const double z = (above_ - n * n / 2 - 0.5) / std::sqrt(variance);
  return z > 3.10 && sum_canary_ >= sum_baseline_;
}

}  // namespace analysis
