// Rules of others, for comparison.
#pragma once

#include "rules.hpp"

#include <map>

namespace analysis {

/// error rate above `limit` in so many minutes in a row ("for 5m" is six evaluations a minute apart).
class threshold_rule final : public minute_rule {
 public:
  threshold_rule(double limit, int minutes) : limit_(limit), minutes_(minutes) {}

 private:
  bool minute(const fleet& f) override;
  double limit_;
  int minutes_;
  int row_ = 0;
};

enum class silence { fails, passes };

/// So many minutes below the wanted share of successes, in all; a minute without traffic counts or not.
class failed_checks_rule final : public minute_rule {
 public:
  failed_checks_rule(double success, int checks, silence without_traffic)
      : success_(success), checks_(checks), silence_(without_traffic) {}

 private:
  bool minute(const fleet& f) override;
  double success_;
  int checks_;
  silence silence_;
  int failed_ = 0;
};

/// The error budget burns `factor` times too fast over a long and a short window, two pairs of them.
class burn_rule final : public minute_rule {
 public:
  explicit burn_rule(double slo) : budget_(1 - slo) {}

 private:
  bool minute(const fleet& f) override;
  [[nodiscard]] bool burns(std::size_t minutes, double factor) const;
  double budget_;
  std::vector<shipflow::tally> sums_{{}};  // running
};

/// Ranks of the error rates of the minutes of the canary and of one baseline instance, normal approximation with
/// corrections for ties and continuity; worse when z is above the limit and the mean is not below the baseline's.
class rank_sum_rule final : public minute_rule {
 public:
  explicit rank_sum_rule(int every) : every_(every) {}

 private:
  bool minute(const fleet& f) override;
  void take(double canary, double baseline);

  int every_;
  int minutes_ = 0;
  std::vector<double> canary_, baseline_;
  double above_ = 0;  // pairs with the canary higher, ties half
  double sum_canary_ = 0, sum_baseline_ = 0;
  std::map<double, double> counts_;
  double ties_ = 0;  // sum of t^3 - t
};

}  // namespace analysis
