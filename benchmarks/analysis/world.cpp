#include "world.hpp"

#include <algorithm>

namespace analysis {

world::world(const scenario& s, std::int64_t slots, std::uint64_t seed)
    : what_(s), slots_(slots), luck_(seed) {
  offset_.fill(1);
  noise_.fill(1);
  if (s.offset > 0)
    for (auto& o : offset_) o = std::exp(s.offset * luck_.normal());
  const auto lasts = 10 * slots_a_minute;
  if (s.incident)
    incident_at_ = static_cast<std::int64_t>(luck_.share() * static_cast<double>(slots - lasts));
}

// The share of the present slot that the incident takes, as the instance's clock cuts slots.
double world::share_in_incident(int instance) const {
  if (incident_at_ < 0) return 0;
  const double begins = static_cast<double>(incident_at_) - (instance == 0 ? what_.skew : 0);
  const double ends = begins + 10 * static_cast<double>(slots_a_minute);
  const auto slot = static_cast<double>(now_);
  return std::max(0.0, std::min(ends, slot + 1) - std::max(begins, slot));
}

double world::rate_of(int instance) const {
  const double usual = usual_rate_of(instance);
  const double share = share_in_incident(instance);
  return share * 0.1 + (1 - share) * usual;
}

double world::usual_rate_of(int instance) const {
  double rate =
      what_.base * offset_[static_cast<std::size_t>(instance)] * noise_[static_cast<std::size_t>(instance)];
  if (what_.ramp && now_ >= slots_ / 2) rate *= 3;
  if (instance == 0 && now_ >= what_.worse_from) rate *= what_.canary_ratio;
  return std::min(rate, 1.0);
}

const fleet& world::next() {
  if (what_.noise > 0 && now_ % what_.noise_slots == 0)
    for (auto& n : noise_) n = luck_.factor(what_.noise);
  for (int i = 0; i < instances; ++i) {
    double mean = what_.requests_a_second * 10;
    if (what_.ramp) {
      const double canary = now_ < slots_ / 2 ? 0.05 : 0.5;
      mean *= instances * (i == 0 ? canary : (1 - canary) / (instances - 1));
    }
    auto& t = fleet_[static_cast<std::size_t>(i)];
    t.total = luck_.poisson(mean);
    const double rate = rate_of(i);
    double bad = luck_.poisson(t.total * rate / what_.cluster);
    if (what_.cluster > 1) {
      const auto clusters = static_cast<int>(bad);
      bad = 0;
      for (int c = 0; c < clusters; ++c) bad += luck_.geometric(what_.cluster);
    }
    t.bad = std::min(bad, t.total);
  }
  ++now_;
  return fleet_;
}

}  // namespace analysis
