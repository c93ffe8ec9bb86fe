// The meaning of a condition computed again from the whole history at every slot: no state, no
// sharing with the evaluator, O(n^2). Covers `min_count` written out and series named directly.
#pragma once

#include "health/slot.hpp"

#include <shipflow/condition.hpp>

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::test {

/// 'T', 'F', or the reason of an unknown: 'w' warm-up, 'e' empty, 'l' low count, 'c' coverage,
/// 'm' missing, 'i' invalid, 'p' pending.
using letter = char;

struct history {
  duration slot{0};
  std::size_t begin = SIZE_MAX;  ///< index of the first slot of the release
  std::map<std::string, std::vector<health::slot_sample>> series;
};

class reference {
 public:
  reference(const condition& c, const history& h) : c_(c), h_(h) {}

  letter holds(std::size_t i) const {
    letter out = 'F';
    std::optional<std::size_t> held;
    // The reference may be slow: `keep` needs what held before, which needs what was seen before.
    const auto first = c_.options.keep ? std::size_t{0} : i;
    for (std::size_t j = first; j <= i; ++j) {
      out = plain(j);
      if (out == 'T') held = j;
      const auto kept = held && c_.options.keep &&
                        (j - *held) * ms() < static_cast<std::uint64_t>(c_.options.keep->count());
      if (kept) out = 'T';
    }
    return out;
  }

  letter now(std::size_t i) const {
    const auto t = warm(i) ? expression(c_.root, i) : 'w';
    const auto& o = c_.options;
    if (t == 'm' || t == 'i') {
      if (o.missing == missing_policy::breach) return 'T';
      if (o.missing == missing_policy::ok) return 'F';
    }
    if (t == 'e' || t == 'l') {
      if (o.low == low_policy::breach) return 'T';
      if (o.low == low_policy::ok) return 'F';
    }
    return t;
  }

 private:
  std::uint64_t ms() const { return static_cast<std::uint64_t>(h_.slot.count()); }
  static bool known(letter t) { return t == 'T' || t == 'F'; }
  bool begun(std::size_t i) const { return i >= h_.begin; }
  std::size_t warmup_slots() const {
    return c_.options.warmup ? static_cast<std::size_t>(
                                   (static_cast<std::uint64_t>(c_.options.warmup->count()) + ms() - 1) / ms())
                             : 0;
  }
  bool warm(std::size_t i) const { return !begun(i) || i >= h_.begin + warmup_slots(); }
  std::size_t start(std::size_t i) const { return begun(i) ? h_.begin : 0; }

  letter plain(std::size_t i) const {
    const auto& o = c_.options;
    const auto t = now(i);
    if (o.hold == hold_kind::none) return t;
    if (o.hold == hold_kind::of_slots) return of_slots(i, t);
    std::uint64_t seen = 0;
    if (o.hold == hold_kind::cumulative) {
      for (auto j = start(i); j <= i; ++j) seen += now(j) == 'T' ? 1 : 0;
      if (seen >= static_cast<std::uint64_t>(o.count)) return 'T';
      return t == 'T' ? 'p' : t;
    }
    std::uint64_t gap = 0;
    const auto allowed = o.max_gap ? static_cast<std::uint64_t>(o.max_gap->count()) : 2 * ms();
    for (std::size_t j = 0; j <= i; ++j) {
      const auto one = now(j);
      gap = known(one) ? 0 : gap + ms();
      if (one == 'T') seen += ms();
      if (one == 'F' || gap > allowed) seen = 0;
    }
    const auto wanted = o.hold == hold_kind::span ? static_cast<std::uint64_t>(o.hold_for.count())
                                                  : static_cast<std::uint64_t>(o.count) * ms();
    if (seen >= wanted) return 'T';
    return t == 'T' ? 'p' : t;
  }

  letter of_slots(std::size_t i, letter t) const {
    std::int64_t trues = 0;
    std::int64_t knowns = 0;
    for (std::size_t back = 0; back < static_cast<std::size_t>(c_.options.slots) && back <= i; ++back) {
      const auto one = now(i - back);
      trues += one == 'T' ? 1 : 0;
      knowns += known(one) ? 1 : 0;
    }
    if (trues >= c_.options.count) return 'T';
    if (t == 'T') return 'p';
    if (t != 'F') return t;
    return knowns < c_.options.count ? 'c' : 'F';
  }

  letter expression(const condition_node& n, std::size_t i) const {
    if (n.logic == node_logic::atom) return atom(n.atom, i);
    if (n.logic == node_logic::negation) {
      const auto t = expression(n.operands.front(), i);
      return t == 'T' ? 'F' : t == 'F' ? 'T' : t;
    }
    const letter decides = n.logic == node_logic::all ? 'F' : 'T';
    letter out = n.logic == node_logic::all ? 'T' : 'F';
    const std::string weight = "elcmi";
    for (const auto& child : n.operands) {
      const auto t = expression(child, i);
      if (t == decides) return decides;
      if (known(t)) continue;
      if (known(out) || weight.find(t) > weight.find(out)) out = t;
    }
    return out;
  }

  const health::slot_sample& sample(const std::string& series, std::size_t i) const {
    return h_.series.at(series).at(i);
  }
  static bool reported(const health::slot_sample& s) {
    return s.state == health::slot_state::value || s.state == health::slot_state::empty;
  }

  letter absent(const condition_atom& a, std::size_t i) const {
    const auto& name = a.what.series.front();
    if (sample(name, i).state == health::slot_state::invalid) return 'i';
    if (reported(sample(name, i))) return 'F';
    std::uint64_t gone = 0;
    for (std::size_t j = i + 1; j-- > 0;) {
      if (!warm(j)) continue;  // the warm-up is left out
      const auto& s = sample(name, j);
      if (s.state != health::slot_state::missing) break;
      if (s.cause == health::missing_cause::series) gone += ms();
    }
    const bool witnessed = sample(name, i).cause == health::missing_cause::series;
    return witnessed && gone >= static_cast<std::uint64_t>(a.span.count()) ? 'T' : 'm';
  }

  letter atom(const condition_atom& a, std::size_t i) const {
    if (a.kind == atom_kind::absent) return absent(a, i);
    const auto& w = a.what;
    bool missing = false;
    for (const auto& name : w.series) {
      if (sample(name, i).state == health::slot_state::invalid) return 'i';
      missing = missing || sample(name, i).state == health::slot_state::missing;
    }
    if (missing) return 'm';
    const bool whole = w.over.kind == window_kind::start;
    auto size =
        w.over.kind == window_kind::span ? static_cast<std::size_t>(w.over.length / h_.slot) : std::size_t{1};
    auto from = i + 1 >= size ? i + 1 - size : 0;
    if (whole) {
      from = start(i) + (begun(i) ? warmup_slots() : 0);
      size = i + 1 - from;
    }
    return number(a, from, i, size);
  }

  letter number(const condition_atom& a, std::size_t from, std::size_t to, std::size_t size) const {
    const auto& w = a.what;
    double x = 0;
    double y = 0;
    std::int64_t events = 0;
    std::size_t observed = 0;
    std::optional<double> least, most, newest;
    for (auto j = from; j <= to; ++j) {
      const auto& s = sample(w.series[0], j);
      const auto& last = sample(w.series.back(), j);
      if (!reported(s) || !reported(last) || !warm(j)) continue;
      ++observed;
      events += last.count;
      x += s.sum;
      const bool counter = s.kind == series_kind::counter;
      y += w.series.size() == 2 ? last.sum : s.state == health::slot_state::value ? 1 : 0;
      if (!counter && s.state == health::slot_state::empty) continue;
      least = least ? std::min(*least, s.sum) : s.sum;
      most = most ? std::max(*most, s.sum) : s.sum;
      newest = s.sum;
    }
    std::optional<double> value;
    const double minutes = static_cast<double>(observed) * static_cast<double>(h_.slot.count()) / 60'000.0;
    if ((w.kind == aggregate_kind::ratio || w.kind == aggregate_kind::mean) && y != 0) value = x / y;
    if (w.kind == aggregate_kind::per_min) value = x / minutes;
    if (w.kind == aggregate_kind::rate) value = x / (minutes * 60);
    if (w.kind == aggregate_kind::sum) value = x;
    if (w.kind == aggregate_kind::min) value = least;
    if (w.kind == aggregate_kind::max) value = most;
    if (w.kind == aggregate_kind::value) value = newest;
    const bool covers =
        w.kind == aggregate_kind::per_min || w.kind == aggregate_kind::rate || w.kind == aggregate_kind::sum;
    if (covers && observed * 2 < size) return 'c';
    if (!value) return 'e';
    const bool counted = covers || w.series.size() == 2;
    if (counted && events < c_.options.min_count.value_or(0)) return events == 0 ? 'e' : 'l';
    return compared(a, *value) ? 'T' : 'F';
  }

  static bool compared(const condition_atom& a, double v) {
    const double low = a.low.number / (a.low.unit == quantity_unit::percent ? 100.0 : 1.0);
    if (a.kind == atom_kind::outside) return v < low || v > a.high.number;
    switch (a.op) {
      case comparison::greater: return v > low;
      case comparison::greater_equal: return v >= low;
      case comparison::less: return v < low;
      case comparison::less_equal: return v <= low;
      case comparison::equal: return v == low;
      case comparison::not_equal: return v != low;
    }
    return false;
  }

  const condition& c_;
  const history& h_;
};

}  // namespace shipflow::test
