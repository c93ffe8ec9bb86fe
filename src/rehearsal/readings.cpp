#include "rehearsal/readings.hpp"

#include "health/trigger.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace shipflow::rehearsal {
namespace {

constexpr std::array<double, 8> candidates{0, 6000, 50, 1, 0.5, 1'000'000, 5, 90};
constexpr std::size_t most_series = 4;
constexpr int most_slots = 400;

result<std::shared_ptr<const health::trigger>> trigger_of(const plan_guard& g) {
  auto metrics = read_metrics(g.metrics);
  if (!metrics) return metrics.error();
  health::trigger_spec spec;
  spec.id = g.id;
  spec.normal = g.normal;
  spec.alert = g.alert;
  spec.severity = g.severity;
  spec.slot = g.slot;
  spec.metrics = std::move(*metrics);
  return health::make_trigger(spec);
}

// One try: the same samples slot after slot until the verdict stays.
class trial {
 public:
  trial(const plan_guard& g, std::shared_ptr<const health::trigger> t) : guard_(g), trigger_(std::move(t)) {}

  [[nodiscard]] std::size_t series() const { return trigger_->inputs().size(); }
  [[nodiscard]] std::string name(std::size_t input) const {
    const auto& look = trigger_->looks().at(trigger_->places().at(input).look);
    const auto component = look.component.empty() ? guard_.component : look.component;
    return series_name(look.source, component, name_of(look.arm), trigger_->inputs().at(input).series);
  }
  [[nodiscard]] bool says(std::string_view wanted, const std::vector<level>& levels, int slots) const {
    std::vector<health::slot_sample> samples;
    for (const auto& l : levels) {
      health::slot_sample s;
      s.kind = l.kind;
      s.sum = l.per_slot;
      s.count = l.kind == series_kind::counter ? static_cast<std::int64_t>(l.per_slot) : 1;
      s.state = l.kind == series_kind::counter && l.per_slot == 0 ? health::slot_state::empty
                                                                  : health::slot_state::value;
      samples.push_back(s);
    }
    health::trigger_state state(trigger_);
    state.begin(0);
    std::string_view word;
    for (int k = 0; k < slots; ++k)
      if (const auto v = state.push(k, samples)) word = health::guard_word(*v);
    return word == wanted;
  }

 private:
  const plan_guard& guard_;
  std::shared_ptr<const health::trigger> trigger_;
};

// Enough slots for every window and `for` of the guard, within reason.
int slots_to_try(const plan_guard& g) {
  const auto hour = std::chrono::duration_cast<duration>(std::chrono::minutes(40));
  return static_cast<int>(std::clamp<std::int64_t>(hour / std::max(g.slot, duration{1}), 3, most_slots));
}

std::optional<std::vector<level>> search(const trial& t, std::string_view wanted, const readings& fixed,
                                         duration slot, int slots) {
  const auto n = t.series();
  for (const auto kind : {series_kind::counter, series_kind::gauge}) {
    std::vector<std::size_t> choice(n, 0);
    std::vector<level> levels(n);
    while (true) {
      for (std::size_t i = 0; i < n; ++i) {
        const auto known = fixed.find(t.name(i));
        levels[i] = known == fixed.end() ? level{kind, candidates.at(choice[i]), slot} : known->second;
      }
      if (t.says(wanted, levels, slots)) return levels;
      std::size_t digit = 0;
      while (digit < n && ++choice[digit] == candidates.size()) choice[digit++] = 0;
      if (digit == n) break;
    }
  }
  return std::nullopt;
}

void note(readings& into, const trial& t, const std::vector<level>& levels) {
  for (std::size_t i = 0; i < levels.size(); ++i) into.emplace(t.name(i), levels[i]);
}

}  // namespace

std::string series_name(std::string_view source, std::string_view component, std::string_view arm,
                        std::string_view series) {
  std::string out(source);
  for (const auto part : {component, arm, series}) (out += '\n') += part;
  return out;
}

known_readings find_readings(const plan& what) {
  known_readings out;
  for (const auto& g : what.guards) {
    if (!g.probe.empty()) continue;
    const auto built = trigger_of(g);
    if (!built) {
      out.unsolved = "guard " + g.id + ": " + built.error().text();
      continue;
    }
    const trial t(g, *built);
    if (t.series() > most_series) {
      out.unsolved = "guard " + g.id + " looks at more than " + std::to_string(most_series) + " series";
      continue;
    }
    const auto slots = slots_to_try(g);
    if (const auto good = search(t, "pass", out.good, g.slot, slots))
      note(out.good, t, *good);
    else
      out.unsolved = "guard " + g.id + " passes with none of the readings tried";
    if (const auto bad = search(t, "alert", {}, g.slot, slots)) note(out.bad, t, *bad);
  }
  return out;
}

}  // namespace shipflow::rehearsal
