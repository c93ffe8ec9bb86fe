#include "play.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace analysis {
namespace {

std::uint64_t seed_of(const setting& s, int run) {
  return s.seed * 1'000'003 + static_cast<std::uint64_t>(run);
}

void follow(world& w, const setting& s, std::vector<std::unique_ptr<rule>>& rules,
            std::vector<std::int64_t>& decided) {
  std::size_t open = rules.size();
  for (std::int64_t k = 0; k < s.slots && open > 0; ++k) {
    const auto& f = w.next();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i] || !rules[i]->slot(k, f)) continue;
      decided[i] = k + 1 - s.what.worse_from;
      rules[i].reset();
      --open;
    }
  }
}

std::string format(const char* how, double v) {
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), how, v);
  return buffer.data();
}

}  // namespace

double outcome::share() const {
  if (decided.empty()) return 0;
  const auto n = std::count_if(decided.begin(), decided.end(), [](auto d) { return d > 0; });
  return static_cast<double>(n) / static_cast<double>(decided.size());
}

std::int64_t outcome::quantile(double p) const {
  auto sorted = decided;
  for (auto& d : sorted)
    if (d < 0) d = INT64_MAX;
  std::sort(sorted.begin(), sorted.end());
  const auto at =
      std::min(sorted.size() - 1, static_cast<std::size_t>(p * static_cast<double>(sorted.size())));
  return sorted[at] == INT64_MAX ? -1 : sorted[at];
}

std::vector<outcome> play(const setting& s, const std::vector<named_rule>& rules) {
  std::vector<outcome> out;
  for (const auto& r : rules) out.push_back({r.name, {}});
  for (int run = 0; run < s.runs; ++run) {
    world w(s.what, s.slots, seed_of(s, run));
    std::vector<std::unique_ptr<rule>> all;
    for (const auto& r : rules) all.push_back(r.make());
    std::vector<std::int64_t> decided(rules.size(), -1);
    follow(w, s, all, decided);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const bool too_early = s.what.worse_from > 0 && decided[i] != -1 && decided[i] <= 0;
      if (!too_early) out[i].decided.push_back(decided[i]);
    }
  }
  return out;
}

outcome play_calibrated(const setting& s, std::int64_t calibration_slots) {
  outcome out{"**shipflow** worse, calibrated", {}};
  for (int run = 0; run < s.runs; ++run) {
    auto before = s.what;
    before.canary_ratio = 1;
    world yesterday(before, calibration_slots, seed_of(s, run) ^ 0x5eedULL);
    std::vector<shipflow::fleet_slot> day;
    for (std::int64_t k = 0; k < calibration_slots; ++k) {
      const auto& f = yesterday.next();
      day.push_back({k, {f.begin(), f.end()}});
    }
    const auto chosen = shipflow::calibrate({}, day);
    std::vector<std::unique_ptr<rule>> one;
    if (chosen && !chosen->lanes.empty()) one.push_back(count_rule(chosen->lanes, 0.001));
    std::vector<std::int64_t> decided(1, -1);
    world w(s.what, s.slots, seed_of(s, run));
    follow(w, s, one, decided);
    out.decided.push_back(decided[0]);
  }
  return out;
}

std::string percent_text(double share, int runs) {
  const double n = runs;
  const double z = 1.96;
  const double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return format("%.2f%%", share * 100) + " [" + format("%.2f", std::max(0.0, centre - half) * 100) + ", " +
         format("%.2f", std::min(1.0, centre + half) * 100) + "]";
}

std::string time_text(std::int64_t slots) {
  if (slots < 0) return "never";
  const auto seconds = static_cast<double>(slots * 10);
  if (seconds < 60) return format("%.0fs", seconds);
  if (seconds < 7200) return format("%.1fm", seconds / 60);
  return format("%.1fh", seconds / 3600);
}

}  // namespace analysis
