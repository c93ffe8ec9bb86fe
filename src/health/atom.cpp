#include "health/atom.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

bool reported(const slot_sample& s) { return s.state == slot_state::value || s.state == slot_state::empty; }

bool fits(const bound_atom& a, series_kind kind) {
  switch (a.what) {
    case aggregate_kind::ratio:
    case aggregate_kind::per_min:
    case aggregate_kind::rate:
    case aggregate_kind::sum: return kind == series_kind::counter;
    case aggregate_kind::value: return kind == series_kind::gauge;
    case aggregate_kind::mean:
      return kind == (a.second == bound_atom::none ? series_kind::gauge : series_kind::counter);
    default: return true;
  }
}

/// The newest slot's state over all series of the atom: the worst of them.
slot_state newest_state(const bound_atom& a, std::span<const slot_sample> inputs) {
  auto worst = slot_state::empty;
  for (const auto i : {a.first, a.second}) {
    if (i == bound_atom::none) continue;
    const auto& s = inputs[i];
    if (reported(s) && !fits(a, s.kind)) return slot_state::invalid;
    if (reported(s)) continue;
    worst = std::max(worst, s.state);
  }
  return worst;
}

window_cell cell_of(const bound_atom& a, std::span<const slot_sample> inputs) {
  const auto& first = inputs[a.first];
  window_cell out;
  out.observed = true;
  out.a = first.sum;
  if (a.second != bound_atom::none) {
    out.has_value = true;
    out.b = inputs[a.second].sum;
    out.events = inputs[a.second].count;
  } else if (first.kind == series_kind::counter) {
    out.has_value = true;
    out.events = first.count;
  } else {
    out.has_value = first.state == slot_state::value;
    out.b = 1;
  }
  return out;
}

std::optional<double> number(const bound_atom& a, const window_fold& f, duration slot) {
  const double minutes = static_cast<double>(f.observed) * static_cast<double>(slot.count()) / 60'000.0;
  switch (a.what) {
    case aggregate_kind::ratio:
    case aggregate_kind::mean: return f.b == 0 ? std::nullopt : std::optional(f.a / f.b);
    case aggregate_kind::per_min: return f.a / minutes;
    case aggregate_kind::rate: return f.a / (minutes * 60);
    case aggregate_kind::sum: return f.a;
    case aggregate_kind::min: return f.values == 0 ? std::nullopt : std::optional(f.least);
    case aggregate_kind::max: return f.values == 0 ? std::nullopt : std::optional(f.most);
    case aggregate_kind::value: return f.values == 0 ? std::nullopt : std::optional(f.newest);
    default: return std::nullopt;
  }
}

bool compare(comparison op, double x, double y) {
  switch (op) {
    case comparison::greater: return x > y;
    case comparison::greater_equal: return x >= y;
    case comparison::less: return x < y;
    case comparison::less_equal: return x <= y;
    case comparison::equal: return !(x < y) && !(x > y);
    case comparison::not_equal: return x < y || x > y;
  }
  return false;
}

bool needs_coverage(aggregate_kind k) {
  return k == aggregate_kind::per_min || k == aggregate_kind::rate || k == aggregate_kind::sum;
}

judged judge(const bound_atom& a, const window_fold& f, std::optional<double> x, std::int64_t slots) {
  if (needs_coverage(a.what) && f.observed * 2 < slots) return unknown(reason::coverage);
  if (!x) return unknown(reason::empty);
  if (!std::isfinite(*x)) return unknown(reason::invalid);
  if (f.events < a.min_count) return unknown(f.events == 0 ? reason::empty : reason::low_count);
  const bool holds = a.kind == atom_kind::outside ? *x < a.low || *x > a.high : compare(a.op, *x, a.low);
  return holds ? yes() : no();
}

}  // namespace

atom_finding atom_state::push(const bound_atom& a, std::span<const slot_sample> inputs, duration slot,
                              std::int64_t since_start) {
  if (a.kind == atom_kind::absent) return push_absent(a, inputs);
  const auto newest = newest_state(a, inputs);
  const bool observed = newest == slot_state::empty;
  window_.push(observed ? cell_of(a, inputs) : window_cell{});
  const auto f = window_.fold();
  atom_finding out;
  out.events = f.events;
  out.slots = f.observed;
  if (!observed) {
    out.is = unknown(newest == slot_state::missing ? reason::missing : reason::invalid);
    return out;
  }
  const auto x = number(a, f, slot);
  out.is = judge(a, f, x, a.window == 0 ? since_start : a.window);
  if (x && std::isfinite(*x)) out.value = *x * a.shown_factor;
  return out;
}

atom_finding atom_state::push_absent(const bound_atom& a, std::span<const slot_sample> inputs) {
  const auto& s = inputs[a.first];
  atom_finding out;
  if (s.state != slot_state::missing) {
    absent_ = 0;
    out.is = s.state == slot_state::invalid ? unknown(reason::invalid) : no();
    return out;
  }
  const bool witnessed =
      a.second == bound_atom::none ? s.cause == missing_cause::series : reported(inputs[a.second]);
  if (witnessed) absent_ = std::min(absent_ + 1, a.absent_slots);
  out.slots = absent_;
  out.is = witnessed && absent_ >= a.absent_slots ? yes() : unknown(reason::missing);
  return out;
}

void atom_state::begin() {
  if (window_.capacity() == 0) window_.clear();
}

json::value atom_state::to_json() const {
  return json::object{{"window", window_.to_json()}, {"absent", absent_}};
}

bool atom_state::from_json(const json::value& v) {
  const auto* object = v.if_object();
  const auto* window = object == nullptr ? nullptr : object->if_contains("window");
  const auto* absent = object == nullptr ? nullptr : object->if_contains("absent");
  if (window == nullptr || absent == nullptr || !absent->is_int64() || absent->get_int64() < 0) return false;
  if (!window_.from_json(*window)) return false;
  absent_ = absent->get_int64();
  return true;
}

}  // namespace shipflow::health
