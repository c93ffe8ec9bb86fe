// How fast a client may send after it was throttled: the adaptive mode of the AWS SDKs.
// Source: docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html; the curve is that of CUBIC, RFC 9438 4.2.
#pragma once

#include <shipflow/time.hpp>

namespace shipflow::aws {

/// One for a service and region. Time is given, in milliseconds from any beginning; it does not go back. Until the
/// first throttle nothing is held up.
class rate_limiter {
 public:
  explicit rate_limiter(time_point now);
  /// Takes a token for one request, and says how long to wait before it is sent.
  [[nodiscard]] duration take(time_point now);
  /// An answer came.
  void on_answer(bool throttled, time_point now);
  /// Requests a second that may be sent from now on.
  [[nodiscard]] double rate() const { return fill_; }
  /// Requests a second that were sent, smoothed.
  [[nodiscard]] double measured() const { return measured_; }

 private:
  void measure(double t);
  void refill(double t);
  void set_rate(double rate, double t);

  bool enabled_ = false;
  double fill_ = 0, most_ = 0, tokens_ = 0, filled_at_ = 0;
  double measured_ = 0, bucket_ = 0;
  int requests_ = 0;
  double last_most_ = 0, throttled_at_ = 0, window_ = 0;
};

}  // namespace shipflow::aws
