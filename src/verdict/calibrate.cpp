#include <shipflow/time.hpp>
#include <shipflow/verdict/calibration.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t shortest_ms = 30 * minute_ms;

/// Highest evidence of the instance as a canary, or of any once above `limit`.
double placebo(std::span<const fleet_slot> day, std::size_t instance, const lane& l, double limit) {
  count_lanes test({l});
  std::vector<tally> others;
  for (const auto& s : day) {
    if (instance >= s.instances.size()) continue;
    others = s.instances;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(instance));
    test.push(s.index, {s.instances[instance], others});
    if (test.best() >= limit) break;
  }
  return test.best();
}

calibration_trial attempt(std::span<const fleet_slot> day, std::size_t instances, const lane& l,
                          double limit) {
  calibration_trial out{l.rule.ratio, l.slots, -HUGE_VAL, true};
  for (std::size_t i = 0; i < instances && out.accepted; ++i) {
    out.best = std::max(out.best, placebo(day, i, l, limit));
    out.accepted = out.best < limit;
  }
  return out;
}

/// Pearson's chi square over its degrees of freedom, minute by minute.
double dispersion_of(std::span<const fleet_slot> day, std::int64_t slots_in_minute) {
  double chi = 0;
  double freedom = 0;
  std::vector<tally> sums;
  const auto close = [&] {
    tally all;
    for (const auto& t : sums) all = {all.total + t.total, all.bad + t.bad};
    double parts = -1;
    if (all.bad > 0) {
      for (const auto& t : sums) {
        if (t.total <= 0) continue;
        const double expected = all.bad * (t.total / all.total);
        chi += (t.bad - expected) * (t.bad - expected) / expected;
        parts += 1;
      }
    }
    freedom += std::max(parts, 0.0);
    sums.clear();
  };
  for (std::size_t i = 0; i < day.size(); ++i) {
    const auto& s = day[i];
    if (i > 0 && day[i - 1].index / slots_in_minute != s.index / slots_in_minute) close();
    sums.resize(std::max(sums.size(), s.instances.size()));
    for (std::size_t j = 0; j < s.instances.size(); ++j)
      sums[j] = {sums[j].total + s.instances[j].total, sums[j].bad + s.instances[j].bad};
  }
  close();
  return freedom > 0 ? std::max(1.0, chi / freedom) : 1;
}

bool countable(const fleet_slot& s) {
  return std::all_of(s.instances.begin(), s.instances.end(), [](const tally& t) {
    return std::isfinite(t.total) && std::isfinite(t.bad) && t.bad >= 0 && t.bad <= t.total;
  });
}

std::string number(double v) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.3g", v);
  return buffer.data();
}

std::string reason_of(const calibration& c, std::int64_t slot_ms, double limit) {
  const auto one = [&](const char* name, const std::vector<calibration_trial>& trials) {
    const auto& last = trials.back();
    const auto pace = format_duration(duration{slot_ms * last.slots});
    auto out = std::string(name) + " lane ";
    if (last.accepted)
      out += "at ratio " + number(last.ratio) + " every " + pace + ", where no instance got more than " +
             number(last.best) + " nats";
    else
      out += "off: even at ratio " + number(last.ratio) + " every " + pace + " an instance got " +
             number(last.best) + " nats";
    return out;
  };
  return one("fast", c.fast) + "; " + one("slow", c.slow) + "; the limit is " + number(limit) +
         ", the dispersion " + number(c.dispersion);
}

}  // namespace

result<calibration> calibrate(const calibration_question& q, std::span<const fleet_slot> day) {
  if (q.slot_ms <= 0 || !(q.alpha > 0 && q.alpha < 1) || !(q.ratio > 0))
    return make_error(errc::invalid_argument, "slot_ms and ratio must be above 0, alpha within 0..1");
  calibration out;
  std::vector<fleet_slot> sound;
  for (const auto& s : day) {
    const bool later = sound.empty() || s.index > sound.back().index;
    if (!later)
      return make_error(errc::invalid_argument, "the slots of a calibration must be in order of time");
    if (countable(s)) sound.push_back(s);
    out.instances = std::max(out.instances, s.instances.size());
  }
  out.slots = static_cast<std::int64_t>(sound.size());
  if (out.instances < 3)
    return make_error(errc::invalid_argument,
                      "a calibration needs at least three instances of the stable fleet");
  if (out.slots * q.slot_ms < shortest_ms)
    return make_error(errc::invalid_argument, "a calibration needs at least 30 minutes of slots");
  const double limit = -std::log(q.alpha / 2) / 2;
  const auto spread = [&](std::int64_t slots) {
    return std::max<std::int64_t>(day_ms / (q.slot_ms * slots), 1);
  };
  const auto slots_in_minute = std::max<std::int64_t>(minute_ms / q.slot_ms, 1);
  for (const double ratio : {2.0, 3.0, 5.0, 10.0}) {
    const lane l{worse_ratio(ratio, spread(1)), 1, 0.5};
    out.fast.push_back(attempt(sound, out.instances, l, limit));
    if (!out.fast.back().accepted) continue;
    out.lanes.push_back(l);
    break;
  }
  for (const std::int64_t minutes : {1, 5, 15, 30}) {
    const auto slots = slots_in_minute * minutes;
    const lane l{worse_ratio(q.ratio, spread(slots)), slots, 0.5};
    out.slow.push_back(attempt(sound, out.instances, l, limit));
    if (!out.slow.back().accepted) continue;
    out.lanes.push_back(l);
    break;
  }
  out.dispersion = dispersion_of(sound, slots_in_minute);
  out.why = reason_of(out, q.slot_ms, limit);
  return out;
}

json::object to_json(const calibration& c) {
  const auto trials = [](const std::vector<calibration_trial>& all) {
    json::array out;
    for (const auto& t : all)
      out.push_back(
          json::object{{"ratio", t.ratio}, {"slots", t.slots}, {"best", t.best}, {"accepted", t.accepted}});
    return out;
  };
  json::array lanes;
  for (const auto& l : c.lanes)
    lanes.push_back(json::object{{"ratio", l.rule.ratio}, {"slots", l.slots}, {"weight", l.weight}});
  return json::object{{"lanes", std::move(lanes)},
                      {"dispersion", c.dispersion},
                      {"why", c.why},
                      {"slots", c.slots},
                      {"instances", static_cast<std::int64_t>(c.instances)},
                      {"fast", trials(c.fast)},
                      {"slow", trials(c.slow)}};
}

}  // namespace v1
}  // namespace shipflow
