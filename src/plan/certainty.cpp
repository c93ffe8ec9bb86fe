#include "plan/certainty.hpp"

#include "health/bind.hpp"

#include <shipflow/verdict/forecast.hpp>

#include <algorithm>

namespace shipflow::planning {
namespace {

constexpr double sure_enough = 0.8;
constexpr std::size_t most_questions = 16;

struct traffic {
  double per_minute = 0;
  double errors = 0.001;
  std::int64_t instances = 1;
};

std::optional<traffic> read_traffic(const surroundings& all) {
  const auto* written = all.where.root.find("traffic");
  if (written == nullptr) return std::nullopt;
  const renderer read(all.words, nullptr, all.out);
  const auto given = read.value(*written);
  traffic out;
  const auto* number = given.is_object() ? given.get_object().if_contains("per_minute") : &given;
  if (number == nullptr || !number->is_number()) return std::nullopt;
  out.per_minute = number->to_number<double>();
  if (!given.is_object()) return out;
  if (const auto* n = given.get_object().if_contains("instances"); n != nullptr && n->is_int64())
    out.instances = n->get_int64();
  const auto* errors = given.get_object().if_contains("errors");
  if (errors == nullptr || !errors->is_string()) return out;
  const auto parsed = parse_condition("ratio(a, b) > " + std::string(errors->get_string()));
  const bool share = parsed && parsed->root.atom.low.unit == quantity_unit::percent &&
                     parsed->root.atom.low.number > 0 && parsed->root.atom.low.number < 100;
  if (!share) {
    const auto* at = written->find("errors");
    read.error(*at, "`errors` must be a share such as 0.1%");
    return std::nullopt;
  }
  out.errors = parsed->root.atom.low.number / 100;
  return out;
}

/// How long a guard's canary is baked below full weight, and at which share of traffic on average.
struct baking {
  double lasts_ms = 0;
  double share = 0;
};

std::optional<double> weight_of(const plan_step& s) {
  const auto* w = s.action == "shift" ? s.inputs.if_contains("weight") : nullptr;
  return w != nullptr && w->is_number() ? std::optional(w->to_number<double>() / 100) : std::nullopt;
}

/// A wait bakes what the step it needs has shifted.
baking baking_of(const plan& p, const std::string& component) {
  baking out;
  for (const auto& s : p.steps) {
    if (s.kind != step_kind::wait || s.lasts.count() <= 0) continue;
    for (const auto need : s.needs) {
      const auto& before = p.steps[need];
      const auto weight = before.component == component ? weight_of(before) : std::nullopt;
      if (!weight || *weight <= 0 || *weight >= 1) continue;
      const auto ms = static_cast<double>(s.lasts.count());
      out.share += *weight * ms;
      out.lasts_ms += ms;
    }
  }
  if (out.lasts_ms > 0) out.share /= out.lasts_ms;
  return out;
}

class checker {
 public:
  checker(const surroundings& all, plan& to, const traffic& expected)
      : all_(all), to_(to), expected_(expected) {}

  void check(const plan_guard& g) {
    const auto bake = baking_of(to_, g.component);
    if (bake.lasts_ms <= 0) return;
    const auto metrics = read_metrics(g.metrics);
    if (!metrics) return;
    for (const auto* text : {&g.alert, &g.normal}) {
      const auto parsed = text->empty() ? result<condition>(condition{}) : parse_condition(*text);
      if (text->empty() || !parsed) continue;
      std::vector<health::series_key> inputs;
      const auto bound =
          health::bind_condition(*parsed, health::condition_role::alert, *metrics, g.slot, inputs);
      if (!bound) continue;
      for (const auto& atom : bound->atoms)
        if (atom.test && atom.test->kind == health::test_kind::count_ratio) ask(g, atom, bake);
    }
  }

 private:
  void ask(const plan_guard& g, const health::bound_atom& atom, const baking& bake) {
    if (++asked_ > most_questions) return;
    forecast_question q;
    q.lanes = atom.test->lanes;
    q.alpha = atom.test->alpha;
    q.slot_ms = g.slot.count();
    q.bake_ms = static_cast<std::int64_t>(bake.lasts_ms);
    q.requests_per_minute = expected_.per_minute;
    q.canary_share = bake.share;
    q.bad_share = expected_.errors;
    q.instances = expected_.instances;
    const auto& rule = q.lanes.back().rule;
    q.true_ratio = rule.side == test_side::worse ? 2 * rule.ratio : 1;
    const auto answer = forecast(q);
    const auto text =
        "`" + g.id + "`: " + atom.text + ": " +
        (answer ? describe(q, *answer) : "cannot be decided by this bake: " + answer.error().message);
    if (answer && answer->chance >= sure_enough) return;
    const auto* at = all_.where.root.find("traffic");
    all_.out.warning(at->place, at->pointer, text);
    to_.warnings.push_back(text);
  }

  const surroundings& all_;
  plan& to_;
  const traffic& expected_;
  std::size_t asked_ = 0;
};

}  // namespace

void check_certainty(const surroundings& all, plan& to) {
  const auto expected = read_traffic(all);
  if (!expected) return;
  checker c(all, to, *expected);
  for (const auto& g : to.guards)
    if (g.probe.empty()) c.check(g);
}

}  // namespace shipflow::planning
