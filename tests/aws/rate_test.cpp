// Adaptive mode in virtual time. The figures are those of botocore 1.43's limiter for the same answers.
#include "aws/rate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace shipflow;

TEST_CASE("aws/rate: rates follow the curve that botocore follows") {
  struct step {
    int at;
    bool throttled;
    double measured, rate;
  };
  const std::vector<step> steps{{200, false, 0.000000, 0.500000},  {400, false, 0.000000, 0.500000},
                                {600, false, 4.800000, 0.500000},  {800, false, 4.800000, 0.500000},
                                {1000, false, 4.160000, 0.500000}, {1200, false, 4.160000, 0.691200},
                                {1400, false, 4.160000, 1.097600}, {1600, false, 5.632000, 1.638400},
                                {1800, false, 5.632000, 2.332800}, {2000, true, 4.326400, 3.028480},
                                {2200, false, 4.326400, 3.486639}, {2400, false, 4.326400, 3.821874},
                                {2600, false, 5.665280, 4.053386}, {2800, false, 5.665280, 4.200373},
                                {3000, false, 4.333056, 4.282037}, {3200, true, 4.333056, 2.997426},
                                {3400, false, 4.333056, 3.452226}, {3600, false, 5.666611, 3.784591},
                                {3800, false, 5.666611, 4.013719}, {4000, false, 4.333322, 4.158810},
                                {4200, false, 4.333322, 4.239065}};
  aws::rate_limiter limiter(from_ms(0));
  for (const auto& s : steps) {
    CAPTURE(s.at);
    limiter.on_answer(s.throttled, from_ms(s.at));
    CHECK(limiter.measured() == doctest::Approx(s.measured).epsilon(1e-6));
    CHECK(limiter.rate() == doctest::Approx(s.rate).epsilon(1e-6));
  }
}

TEST_CASE("aws/rate: nothing is held up before the first throttle") {
  aws::rate_limiter limiter(from_ms(0));
  for (int i = 0; i < 1'000; ++i) {
    CHECK(limiter.take(from_ms(i)) == duration{0});
    limiter.on_answer(false, from_ms(i));
  }
}

TEST_CASE("aws/rate: a storm of throttles ends: clients come down to what the service takes, and use it") {
  // A service that takes 20 requests a second, and 10 clients that each would send 50.
  constexpr int clients = 10, capacity = 20, minutes = 5;
  std::vector<aws::rate_limiter> all(clients, aws::rate_limiter(from_ms(0)));
  std::vector<std::int64_t> next(clients, 0);
  double tokens = capacity;
  int late_throttles = 0, late_served = 0;
  for (std::int64_t t = 0; t < minutes * 60'000; t += 10) {
    tokens = std::min<double>(capacity, tokens + capacity * 0.01);
    for (int i = 0; i < clients; ++i) {
      auto& mine = all[static_cast<std::size_t>(i)];
      auto& due = next[static_cast<std::size_t>(i)];
      if (t < due) continue;
      const bool served = tokens >= 1;
      if (served) tokens -= 1;
      mine.on_answer(!served, from_ms(t));
      due = std::max(t + 20, t + mine.take(from_ms(t)).count());
      if (t > 60'000) ++(served ? late_served : late_throttles);
    }
  }
  const double served_share = late_served / (capacity * 60.0 * (minutes - 1));
  INFO("served " << late_served << ", throttled " << late_throttles);
  CHECK(served_share > 0.7);
  CHECK(late_throttles < late_served / 2);
}
