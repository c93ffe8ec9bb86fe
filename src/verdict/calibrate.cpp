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

constexpr std::size_t most_lanes = 4;

/// Slots of a lane in a day, over which its prior is spread.
std::int64_t spread_of(std::int64_t slot_ms, std::int64_t merged) {
  return std::max<std::int64_t>(day_ms / (slot_ms * merged), 1);
}

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
  return (c.fast.empty() ? std::string{} : one("fast", c.fast) + "; ") + one("slow", c.slow) +
         "; the limit is " + number(limit) + ", the dispersion " + number(c.dispersion);
}

}  // namespace

result<calibrating> calibrating::begin(const calibration_question& q, std::vector<fleet_slot> day) {
  if (q.slot_ms <= 0 || !(q.alpha > 0 && q.alpha < 1) || !(q.ratio > 0))
    return make_error(errc::invalid_argument, "slot_ms and ratio must be above 0, alpha within 0..1");
  for (std::size_t i = 1; i < day.size(); ++i)
    if (day[i].index <= day[i - 1].index)
      return make_error(errc::invalid_argument, "the slots of a calibration must be in order of time");
  day.erase(std::remove_if(day.begin(), day.end(), [](const auto& s) { return !countable(s); }), day.end());
  calibrating out(q, std::move(day));
  if (out.found_.instances < 3)
    return make_error(errc::invalid_argument,
                      "a calibration needs at least three instances of the stable fleet");
  if (out.found_.slots * q.slot_ms < shortest_ms)
    return make_error(errc::invalid_argument, "a calibration needs at least 30 minutes of slots");
  return out;
}

calibrating::calibrating(const calibration_question& q, std::vector<fleet_slot> day)
    : question_(q), day_(std::move(day)) {
  for (const auto& s : day_) found_.instances = std::max(found_.instances, s.instances.size());
  found_.slots = static_cast<std::int64_t>(day_.size());
  const auto every = std::max<std::size_t>((found_.instances + most_placebos - 1) / most_placebos, 1);
  for (std::size_t i = 0; i < found_.instances; i += every) placebos_.push_back(i);
  const bool two = q.slot_ms < minute_ms;
  for (const double ratio : {2.0, 3.0, 5.0, 10.0})
    if (two && ratio >= q.ratio) ratios_.push_back(ratio);
  if (two && ratios_.empty()) ratios_.push_back(q.ratio);
  for (const std::int64_t minutes : {1, 5, 15, 30}) {
    const auto slots = (minutes * minute_ms + q.slot_ms - 1) / q.slot_ms;
    if (merged_.empty() || merged_.back() != slots) merged_.push_back(slots);
  }
  limit_ = -std::log(two ? q.alpha / 2 : q.alpha) / 2;
  if (!two) stage_ = stage::slow;
  trial_ = {0, 1, -HUGE_VAL, true};
}

lane calibrating::next_lane() const {
  const bool fast = stage_ == stage::fast;
  const auto slots = fast ? 1 : merged_[attempt_];
  const double ratio = fast ? ratios_[attempt_] : question_.ratio;
  return {worse_ratio(ratio, spread_of(question_.slot_ms, slots)), slots, ratios_.empty() ? 1 : 0.5};
}

bool calibrating::step() {
  if (stage_ == stage::done) return false;
  judge(placebo(day_, placebos_[placebo_], next_lane(), limit_));
  return stage_ != stage::done;
}

void calibrating::judge(double best) {
  const auto l = next_lane();
  trial_ = {l.rule.ratio, l.slots, std::max(trial_.best, best), best < limit_};
  if (trial_.accepted && ++placebo_ < placebos_.size()) return;
  auto& trials = stage_ == stage::fast ? found_.fast : found_.slow;
  trials.push_back(trial_);
  if (trial_.accepted) found_.lanes.push_back(l);
  const auto attempts = stage_ == stage::fast ? ratios_.size() : merged_.size();
  const bool over = trial_.accepted || ++attempt_ == attempts;
  placebo_ = 0;
  trial_.best = -HUGE_VAL;
  if (over) next_stage();
}

void calibrating::next_stage() {
  attempt_ = 0;
  if (stage_ == stage::fast) {
    stage_ = stage::slow;
    return;
  }
  stage_ = stage::done;
  found_.dispersion = dispersion_of(day_, std::max<std::int64_t>(minute_ms / question_.slot_ms, 1));
  found_.why = reason_of(found_, question_.slot_ms, limit_);
}

result<calibration> calibrate(const calibration_question& q, std::span<const fleet_slot> day) {
  auto work = calibrating::begin(q, {day.begin(), day.end()});
  if (!work) return work.error();
  while (work->step()) {
  }
  return work->found();
}

result<std::vector<lane>> lanes_from_json(const json::value& c, std::int64_t slot_ms) {
  const auto bad = [] { return make_error(errc::corrupt, "the lanes of a calibration are not readable"); };
  const auto* o = c.if_object();
  const auto* list = o == nullptr ? nullptr : o->if_contains("lanes");
  if (list == nullptr || !list->is_array() || list->get_array().size() > most_lanes || slot_ms <= 0)
    return bad();
  std::vector<lane> out;
  for (const auto& item : list->get_array()) {
    const auto* l = item.if_object();
    const auto number = [&](const char* key) {
      const auto* v = l == nullptr ? nullptr : l->if_contains(key);
      return v != nullptr && v->is_number() ? v->to_number<double>() : -1;
    };
    const double slots = number("slots");
    const bool sound = number("ratio") > 0 && number("weight") > 0 && slots >= 1 && slots <= 10'000;
    if (!sound) return bad();
    const auto merged = static_cast<std::int64_t>(slots);
    out.push_back({worse_ratio(number("ratio"), spread_of(slot_ms, merged)), merged, number("weight")});
  }
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
