#include "backtest/tape.hpp"

#include "decision/replay.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace shipflow::backtest_room {
namespace {

constexpr std::int64_t most_slots = 5'000'000;

using slots = health::slot_index;

/// A reading at the very end of a slot closes it.
slots slot_closed_by(time_point at, duration length) { return health::slot_of(at - duration{1}, length); }

const recorded_series* find(const past_release& r, const health::series_key& key) {
  for (const auto& s : r.series)
    if (s.name == key.series && s.arm == key.arm && !s.points.empty()) return &s;
  return nullptr;
}

bool reads_gauge(const health::bound_number& n, std::size_t input) {
  return n.first == input && n.second == health::bound_number::none &&
         (n.what == aggregate_kind::value || n.what == aggregate_kind::mean ||
          n.what == aggregate_kind::min || n.what == aggregate_kind::max);
}

/// Is the series a gauge for this trigger? What it is compared as tells.
bool wants_gauge(const health::trigger& t, std::size_t input) {
  const auto in = [&](const std::optional<health::bound_condition>& c) {
    if (!c) return false;
    return std::any_of(c->atoms.begin(), c->atoms.end(), [&](const health::bound_atom& a) {
      if (a.kind == atom_kind::absent) return false;
      const bool tested =
          a.test && (reads_gauge(a.test->canary, input) || reads_gauge(a.test->baseline, input));
      return tested || reads_gauge(a.number, input) || (a.other && reads_gauge(*a.other, input));
    });
  };
  return in(t.alert()) || in(t.normal());
}

/// How far apart the points usually are.
duration spacing(const recorded_series& s) {
  if (s.points.size() < 3) return duration{0};
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < s.points.size(); ++i)
    steps.push_back((s.points[i].at - s.points[i - 1].at).count());
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return duration{*middle};
}

/// Reads one series slot by slot.
class head {
 public:
  head(const recorded_series& s, bool gauge, duration length)
      : series_(s),
        length_(length),
        growth_(s.kind == recorded_kind::growth),
        kind_(gauge || s.kind == recorded_kind::gauge ? series_kind::gauge : series_kind::counter) {}

  /// Slots come in order. Without a point: missing.
  std::optional<health::slot_sample> next(slots k) {
    std::optional<double> found;
    for (; at_ < series_.points.size() && slot_closed_by(series_.points[at_].at, length_) <= k; ++at_) {
      if (slot_closed_by(series_.points[at_].at, length_) < k) continue;
      const auto v = series_.points[at_].value;
      found = growth_ ? found.value_or(0) + v : v;
    }
    if (!found) return std::nullopt;
    if (growth_) return grown(*found);
    reading r;
    r.what = std::isfinite(*found) ? reading::state::value : reading::state::invalid;
    r.number = *found;
    return health::sample_of(r, kind_, k, memory_);
  }

 private:
  static health::slot_sample grown(double sum) {
    const auto counter = series_kind::counter;
    if (!std::isfinite(sum) || sum < 0) return {health::slot_state::invalid, counter, 0, 0, {}};
    if (sum == 0) return {health::slot_state::empty, counter, 0, 0, {}};
    return {health::slot_state::value, counter, sum, std::llround(std::min(sum, 9e15)), {}};
  }

  const recorded_series& series_;
  duration length_;
  bool growth_;
  series_kind kind_;
  std::size_t at_ = 0;
  std::optional<health::counter_memory> memory_;
};

struct range {
  slots first = 0, last = -1;
};

range range_of(const past_release& r, duration length) {
  std::optional<range> out;
  for (const auto& s : r.series) {
    if (s.points.empty()) continue;
    const auto first = slot_closed_by(s.points.front().at, length),
               last = slot_closed_by(s.points.back().at, length);
    if (!out) out = range{first, last};
    out->first = std::min(out->first, first);
    out->last = std::max(out->last, last);
  }
  return out.value_or(range{});
}

slots begin_of(const past_release& r, const range& all, duration length) {
  if (r.begins) return health::slot_of(*r.begins, length);
  std::optional<slots> canary;
  for (const auto& s : r.series)
    if (s.arm == metric_arm::canary && !s.points.empty()) {
      const auto first = slot_closed_by(s.points.front().at, length);
      canary = std::min(canary.value_or(first), first);
    }
  return canary.value_or(all.first);
}

/// In which slots the source answered at all: then a series without a point is not there.
std::vector<bool> answered(const past_release& r, const range& all, duration length) {
  std::vector<bool> out(static_cast<std::size_t>(all.last - all.first + 1));
  for (const auto& s : r.series)
    for (const auto& p : s.points)
      out[static_cast<std::size_t>(slot_closed_by(p.at, length) - all.first)] = true;
  return out;
}

}  // namespace

tape cut(const past_release& r, const health::trigger& t) {
  tape out;
  for (const auto& g : r.seen) {
    const bool same =
        g.rule.guard == t.id() && g.rule.slot == t.slot() && g.inputs == decision_room::inputs_of(t);
    if (!same || g.slots.empty()) continue;
    out.rows = g.slots;
    out.begin = r.begins ? health::slot_of(*r.begins, t.slot()) : g.begin.value_or(0);
    return out;
  }
  std::vector<head> heads;
  for (std::size_t i = 0; i < t.inputs().size(); ++i) {
    const auto& key = t.inputs()[i];
    const auto* s = find(r, key);
    if (s == nullptr) {
      out.skipped = "nothing is recorded of " + key.series + " on " + std::string(name_of(key.arm));
      return out;
    }
    if (const auto apart = spacing(*s); apart > t.slot()) {
      out.skipped = key.series + " is recorded every " + format_duration(apart) + ", the rule looks every " +
                    format_duration(t.slot());
      return out;
    }
    heads.emplace_back(*s, wants_gauge(t, i), t.slot());
  }
  const auto all = range_of(r, t.slot());
  if (all.last - all.first >= most_slots) {
    out.skipped =
        "it covers more than " + std::to_string(most_slots) + " slots of " + format_duration(t.slot());
    return out;
  }
  out.begin = begin_of(r, all, t.slot());
  const auto heard = answered(r, all, t.slot());
  for (auto k = all.first; k <= all.last; ++k) {
    json::array row{k};
    const auto cause = heard[static_cast<std::size_t>(k - all.first)] ? health::missing_cause::series
                                                                      : health::missing_cause::source;
    for (auto& h : heads)
      row.push_back(health::to_json(h.next(k).value_or(
          health::slot_sample{health::slot_state::missing, series_kind::counter, 0, 0, cause})));
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace shipflow::backtest_room
