#include "verdict/dice.hpp"

#include <shipflow/time.hpp>
#include <shipflow/verdict/forecast.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

constexpr int plays = 200;
constexpr std::int64_t most_slots = 1440;
constexpr std::int64_t longest_play = 16;  // bakes, to tell when it would suffice
constexpr std::uint64_t seed = 20240917;

bool between(double v, double low, double high) { return v > low && v < high; }

result<void> check(const forecast_question& q) {
  const auto bad = [](const char* why) { return make_error(errc::invalid_argument, why); };
  if (q.lanes.empty()) return bad("lanes: at least one is needed");
  if (!between(q.alpha, 0, 1)) return bad("alpha lies above 0 and below 1");
  if (q.slot_ms <= 0 || q.bake_ms < q.slot_ms) return bad("bake_ms: a bake lasts a slot at least");
  if (!between(q.requests_per_minute, 0, 1e12)) return bad("requests_per_minute must be above 0");
  if (!between(q.canary_share, 0, 1)) return bad("canary_share lies above 0 and below 1");
  if (!between(q.bad_share, 0, 1)) return bad("bad_share lies above 0 and below 1");
  if (!between(q.true_ratio, 0, 1e6)) return bad("true_ratio must be above 0");
  if (q.instances < 1 || q.instances > 1000) return bad("instances must be from 1 to 1000");
  return {};
}

std::vector<lane> merged(std::vector<lane> lanes, std::int64_t by) {
  for (auto& l : lanes) {
    l.slots = std::max<std::int64_t>(l.slots / by, 1);
    l.rule.spread_slots = l.rule.spread_slots / by;
  }
  return lanes;
}

/// Slots until the evidence suffices, or more than `slots`.
std::int64_t play(const forecast_question& q, std::int64_t slots, double canary, double baseline,
                  dice& luck) {
  count_lanes test(q.lanes);
  const auto n = static_cast<double>(q.instances);
  std::vector<tally> parts(static_cast<std::size_t>(q.instances));
  const double bad_canary = std::min(q.bad_share * q.true_ratio, 1.0);
  for (std::int64_t k = 0; k < slots; ++k) {
    const tally c{canary, std::min(canary, luck.poisson(canary * bad_canary))};
    for (auto& p : parts)
      p = {baseline / n, std::min(baseline / n, luck.poisson(baseline / n * q.bad_share))};
    test.push(k, {c, parts});
    if (crosses(test.log_evidence(), q.alpha)) return k + 1;
  }
  return slots + 1;
}

std::string number(double v) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.4g", v);
  return buffer.data();
}

std::string percent(double share) { return number(share * 100) + "%"; }

std::string whole(double v) {
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.0f", v);
  return buffer.data();
}

}  // namespace

result<forecast_answer> forecast(const forecast_question& asked) {
  if (auto fine = check(asked); !fine) return fine.error();
  auto q = asked;
  auto slots = q.bake_ms / q.slot_ms;
  const auto by = (slots + most_slots - 1) / most_slots;
  q.lanes = merged(q.lanes, by);
  slots = std::max<std::int64_t>(slots / by, 1);
  const double slot_ms = static_cast<double>(q.slot_ms * by);
  const double requests = q.requests_per_minute * slot_ms / 60'000;
  const double canary = requests * q.canary_share;
  forecast_answer out;
  out.canary_requests = q.requests_per_minute * q.canary_share * static_cast<double>(q.bake_ms) / 60'000;
  dice luck(seed);
  std::vector<std::int64_t> needed;
  const auto longest = std::min(slots * longest_play, std::max(slots, most_slots));
  for (int i = 0; i < plays; ++i) {
    needed.push_back(play(q, longest, canary, requests - canary, luck));
    out.chance += needed.back() <= slots ? 1.0 / plays : 0;
  }
  std::sort(needed.begin(), needed.end());
  const auto middle = needed[needed.size() / 2];
  if (middle <= longest) out.median_ms = static_cast<std::int64_t>(static_cast<double>(middle) * slot_ms);
  return out;
}

std::string describe(const forecast_question& q, const forecast_answer& a) {
  const bool worse = q.lanes.empty() || q.lanes.front().rule.side == test_side::worse;
  auto out = percent(q.canary_share) + " of " + whole(q.requests_per_minute) + " requests a minute for " +
             format_duration(duration{q.bake_ms}) + " sees " + whole(a.canary_requests) + " requests: ";
  if (worse)
    out += "finds " + number(q.true_ratio) + " times " + percent(q.bad_share) + " errors with " +
           whole(a.chance * 100) + "%";
  else
    out += "certifies a healthy canary as below " + number(q.lanes.front().rule.ratio) + " times " +
           percent(q.bad_share) + " errors with " + whole(a.chance * 100) + "%";
  if (a.chance > 0.5) return out;
  return out + (a.median_ms < 0 ? ", and not in 16 times the time either"
                                : ", half of the time only after " + format_duration(duration{a.median_ms}));
}

}  // namespace v1
}  // namespace shipflow
