// Random conditions for property tests.
#pragma once

#include <shipflow/condition.hpp>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace shipflow::test {

/// Only what `parse_condition` can return: the same bounds, the same shapes.
class condition_maker {
 public:
  explicit condition_maker(std::uint64_t seed) : random_(seed) {}

  condition make() {
    condition c;
    c.root = node(3);
    c.options = options();
    return c;
  }

  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  bool coin() { return pick(0, 1) == 1; }

  quantity any_quantity() {
    const auto unit = static_cast<quantity_unit>(pick(0, 2));
    return {number() * (pick(0, 9) == 0 ? -1 : 1), unit};
  }

  std::string name() {
    static const std::vector<std::string> names{"errors", "http_5xx", "a.b:c/d-e",  "_x",  "over",
                                                "for",    "a b",      "q\"uo'te\\", "5xx", "p\xc3\xa9",
                                                "ratio",  "slot",     "x"};
    return names.at(static_cast<std::size_t>(pick(0, static_cast<int>(names.size()) - 1)));
  }

  duration span() { return duration{std::int64_t{pick(1, 1'000'000)} * (coin() ? 1 : 1000)}; }

 private:
  double number() {
    switch (pick(0, 4)) {
      case 0: return pick(0, 1000);
      case 1: return std::uniform_real_distribution<double>(0, 1)(random_);
      case 2: return std::ldexp(std::uniform_real_distribution<double>(0.5, 1)(random_), pick(-300, 300));
      case 3: return pick(0, 1'000'000) * 0.001;
      default: return 0;
    }
  }

  double factor() { return pick(1, 100'000) * 0.01; }

  aggregate any_aggregate() {
    aggregate a;
    a.kind = static_cast<aggregate_kind>(pick(0, 10));
    a.series.push_back(name());
    const bool mean = a.kind == aggregate_kind::mean;
    if (a.kind == aggregate_kind::ratio || (mean && coin())) a.series.push_back(name());
    if (a.kind == aggregate_kind::quantile) a.p = pick(1, 999) * 0.001;
    if (a.kind == aggregate_kind::slow || (mean && a.series.size() == 1 && coin())) a.limit = any_quantity();
    a.over.kind = static_cast<window_kind>(pick(0, 3));
    if (a.over.kind == window_kind::span) a.over.length = span();
    a.on = static_cast<metric_arm>(pick(0, 3));
    return a;
  }

  quantity share() {
    return coin() ? quantity{pick(1, 99'999) * 0.001, quantity_unit::percent}
                  : quantity{pick(1, 999) * 0.001, {}};
  }

  condition_atom atom() {
    condition_atom a;
    a.kind = static_cast<atom_kind>(pick(0, 6));
    if (a.kind == atom_kind::absent) {
      a.what.kind = aggregate_kind::value;
      a.what.series.push_back(name());
      a.what.on = static_cast<metric_arm>(pick(0, 3));
      a.span = span();
      return a;
    }
    a.what = any_aggregate();
    if (a.kind == atom_kind::compare) {
      a.op = static_cast<comparison>(pick(0, 5));
      a.low = any_quantity();
      if (a.low.unit != quantity_unit::time && pick(0, 4) == 0) a.times = any_aggregate();
    } else if (a.kind == atom_kind::certain) {
      a.op = static_cast<comparison>(pick(0, 3));
      a.low = any_quantity();
      a.share = share();
    } else if (a.kind == atom_kind::outside) {
      a.low = any_quantity();
      a.high = a.low;
      a.high.number += pick(0, 100);
    } else {
      a.factor = factor();
      a.share = share();
      const bool test = a.kind == atom_kind::worse || a.kind == atom_kind::no_worse;
      if (test && coin()) a.test = name();
      if (test && coin()) a.span = span();
      if (a.kind == atom_kind::burn) {
        a.short_span = span();
        a.span = a.short_span + span();
      }
    }
    return a;
  }

  condition_node node(int depth) {
    condition_node n;
    n.logic = depth == 0 ? node_logic::atom : static_cast<node_logic>(pick(0, 3));
    if (n.logic == node_logic::atom) {
      n.atom = atom();
      return n;
    }
    const int operands = n.logic == node_logic::negation ? 1 : pick(2, 3);
    for (int i = 0; i < operands; ++i) n.operands.push_back(node(depth - 1));
    return n;
  }

  condition_options options() {
    condition_options o;
    o.hold = static_cast<hold_kind>(pick(0, 4));
    if (o.hold == hold_kind::span) o.hold_for = span();
    if (o.hold == hold_kind::consecutive || o.hold == hold_kind::cumulative) o.count = pick(1, 10'000);
    if (o.hold == hold_kind::of_slots) {
      o.slots = pick(1, 10'000);
      o.count = pick(1, static_cast<int>(o.slots));
    }
    if (coin()) o.keep = span();
    if (coin()) o.min_count = pick(1, 1'000'000);
    if (coin()) o.warmup = span();
    if (coin()) o.max_gap = span();
    o.missing = static_cast<missing_policy>(pick(0, 3));
    o.low = static_cast<low_policy>(pick(0, 3));
    return o;
  }

  std::mt19937_64 random_;
};

}  // namespace shipflow::test
