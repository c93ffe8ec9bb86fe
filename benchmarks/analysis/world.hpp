// Releases that could happen: ten instances, one of them the canary, in slots of ten seconds.
#pragma once

#include "luck.hpp"

#include <shipflow/verdict.hpp>

#include <array>
#include <string>
#include <vector>

namespace analysis {

constexpr int instances = 10;
constexpr std::int64_t slots_a_minute = 6;
constexpr std::int64_t slots_an_hour = 360;

using fleet = std::array<shipflow::tally, instances>;  ///< the canary first

/// What happens in one kind of release. Rates are shares of requests.
struct scenario {
  std::string name;
  double requests_a_second = 100;             ///< of an instance
  double base = 0.001;                        ///< bad requests
  double canary_ratio = 1;                    ///< of the canary's rate, from `worse_from` on
  std::int64_t worse_from = 0;                ///< slot
  double noise = 0;                           ///< coefficient of variation of an instance's rate
  std::int64_t noise_slots = slots_a_minute;  ///< for which it lasts
  double cluster = 1;                         ///< mean number of errors that come together
  double offset = 0;      ///< lasting differences between instances, standard deviation of the log
  bool incident = false;  ///< ten minutes of 10 % errors everywhere, at a random time
  double skew = 0;    ///< slots by which the canary's clock is behind: it shows an incident that much earlier
  bool ramp = false;  ///< half way the canary's traffic goes from 5 % to half, and all errors triple
};

/// One release of a kind, slot by slot.
class world {
 public:
  world(const scenario& s, std::int64_t slots, std::uint64_t seed);
  const fleet& next();

 private:
  double rate_of(int instance) const;
  double usual_rate_of(int instance) const;
  double share_in_incident(int instance) const;

  scenario what_;
  std::int64_t slots_;
  luck luck_;
  std::int64_t now_ = 0;
  std::int64_t incident_at_ = -1;
  std::array<double, instances> offset_{}, noise_{};
  fleet fleet_{};
};

}  // namespace analysis
