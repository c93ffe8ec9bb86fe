#include "aws/rate.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::aws {
namespace {

constexpr double least_fill = 0.5;    // requests a second
constexpr double least_capacity = 1;  // requests
constexpr double smoothing = 0.8;     // weight of what was measured last
constexpr double beta = 0.7;          // what is left of the rate after a throttle
constexpr double scale = 0.4;         // of the curve
constexpr double slices = 2;          // measured twice a second
constexpr double most_growth = 2;     // beyond what was measured

double seconds(time_point t) { return static_cast<double>(to_ms(t)) / 1000; }

}  // namespace

rate_limiter::rate_limiter(time_point now)
    : filled_at_(seconds(now)), bucket_(std::floor(seconds(now))), throttled_at_(seconds(now)) {}

duration rate_limiter::take(time_point now) {
  if (!enabled_) return duration{0};
  refill(seconds(now));
  tokens_ -= 1;
  if (tokens_ >= 0) return duration{0};
  return duration{std::llround(std::ceil(-tokens_ / fill_ * 1000))};
}

void rate_limiter::on_answer(bool throttled, time_point now) {
  const auto t = seconds(now);
  measure(t);
  double rate = 0;
  if (throttled) {
    last_most_ = enabled_ ? std::min(measured_, fill_) : measured_;
    window_ = std::cbrt(last_most_ * (1 - beta) / scale);
    throttled_at_ = t;
    rate = last_most_ * beta;
    if (!enabled_) filled_at_ = t;
    enabled_ = true;
  } else {
    rate = scale * std::pow(t - throttled_at_ - window_, 3) + last_most_;
  }
  set_rate(std::min(rate, most_growth * measured_), t);
}

void rate_limiter::measure(double t) {
  const auto slice = std::floor(t * slices) / slices;
  ++requests_;
  if (slice <= bucket_) return;
  measured_ = requests_ / (slice - bucket_) * smoothing + measured_ * (1 - smoothing);
  requests_ = 0;
  bucket_ = slice;
}

void rate_limiter::refill(double t) {
  tokens_ = std::min(most_, tokens_ + (t - filled_at_) * fill_);
  filled_at_ = t;
}

void rate_limiter::set_rate(double rate, double t) {
  refill(t);
  fill_ = std::max(rate, least_fill);
  most_ = std::max(rate, least_capacity);
  tokens_ = std::min(tokens_, most_);
}

}  // namespace shipflow::aws
