#include "health/atom.hpp"

#include "health/min_count.hpp"
#include "verdict/exact.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

bool reported(const slot_sample& s) { return s.state == slot_state::value || s.state == slot_state::empty; }

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

judged of(bool b) { return b ? yes() : no(); }

judged judge(const bound_atom& a, const number_finding& n) {
  if (n.known.t != truth::yes) return n.known;
  const double x = *n.value;
  // The true quantile lies somewhere above: nothing can be said about a higher threshold.
  const double highest = a.kind == atom_kind::outside ? a.high : a.low;
  if (n.at_least && x <= highest) return unknown(reason::invalid);
  return of(a.kind == atom_kind::outside ? x < a.low || x > a.high : compare(a.op, x, a.low));
}

/// Against a multiple of another number.
judged judge_multiple(const bound_atom& a, const number_finding& n, const number_finding& other) {
  if (n.known.t != truth::yes) return n.known;
  if (other.known.t != truth::yes) return other.known;
  const double threshold = a.low * *other.value;
  if (n.at_least || other.at_least) return unknown(reason::invalid);
  if (a.dynamic_minimum && n.events < min_count_compare(a.op, threshold, false))
    return unknown(reason::low_count);
  return of(compare(a.op, *n.value, threshold));
}

/// Both windows burn the budget that fast. Until the short one is full a single error would do.
judged judge_burn(const bound_atom& a, const number_finding& n, const number_finding& brief, bool full) {
  if (n.known.t != truth::yes) return n.known;
  if (brief.known.t != truth::yes) return brief.known;
  if (!full) return unknown(reason::coverage);
  return of(*n.value >= a.low && *brief.value >= a.low);
}

}  // namespace

atom_state::atom_state(const bound_atom& a) : number_(a.number) {
  if (a.other) other_.emplace(*a.other);
  if (a.test) test_.emplace(*a.test);
  if (a.gate) gate_.emplace(*a.gate, a.number);
}

atom_finding atom_state::push(const bound_atom& a, slot_index k, std::span<const slot_sample> inputs,
                              duration slot, std::int64_t since_start, bool begun) {
  if (a.kind == atom_kind::absent) return push_absent(a, inputs);
  if (test_ || gate_) return push_test(a, k, inputs, begun);
  auto newest = state_of(a.number, inputs);
  if (a.other) newest = std::max(newest, state_of(*a.other, inputs));
  const bool observed = newest == slot_state::empty;
  const auto n = number_.push(a.number, observed, inputs, slot, since_start);
  atom_finding out;
  out.events = n.events;
  out.slots = n.slots;
  const auto shown = [&](const std::optional<double>& v) {
    return v && std::isfinite(*v) ? std::optional(*v * a.shown_factor) : std::nullopt;
  };
  if (observed) {
    out.value = shown(n.value);
    out.resolution = shown(n.resolution);
  }
  if (a.other) {
    const auto other = other_->push(*a.other, observed, inputs, slot, since_start);
    const bool burn = a.kind == atom_kind::burn;
    if (observed && other.value) out.against = shown(burn ? *other.value : a.low * *other.value);
    out.is = burn ? judge_burn(a, n, other, other_->full()) : judge_multiple(a, n, other);
  } else {
    out.is = judge(a, n);
  }
  if (!observed) out.is = unknown(newest == slot_state::missing ? reason::missing : reason::invalid);
  return out;
}

atom_finding atom_state::push_test(const bound_atom& a, slot_index k, std::span<const slot_sample> inputs,
                                   bool begun) {
  atom_finding out;
  if (!begun) {
    out.is = unknown(reason::undecided);
    return out;
  }
  out.test = test_ ? test_->push(*a.test, k, inputs) : gate_->push(*a.gate, a.number, inputs);
  out.is = out.test->is;
  out.slots = out.test->slots;
  return out;
}

atom_finding atom_state::push_absent(const bound_atom& a, std::span<const slot_sample> inputs) {
  const auto& s = inputs[a.number.first];
  atom_finding out;
  if (s.state != slot_state::missing) {
    absent_ = 0;
    out.is = s.state == slot_state::invalid ? unknown(reason::invalid) : no();
    return out;
  }
  const bool witnessed = a.number.second == bound_number::none ? s.cause == missing_cause::series
                                                               : reported(inputs[a.number.second]);
  if (witnessed) absent_ = std::min(absent_ + 1, a.absent_slots);
  out.slots = absent_;
  out.is = witnessed && absent_ >= a.absent_slots ? yes() : unknown(reason::missing);
  return out;
}

void atom_state::pass_over() {
  number_.pass_over();
  if (other_) other_->pass_over();
}

void atom_state::begin(const bound_atom& a) {
  number_.begin();
  if (other_) other_->begin();
  if (test_) test_.emplace(*a.test);
  if (gate_) gate_.emplace(*a.gate, a.number);
}

json::value atom_state::to_json() const {
  json::object out;
  number_.to_json(out);
  out["absent"] = absent_;
  if (other_) {
    json::object other;
    other_->to_json(other);
    out["other"] = std::move(other);
  }
  if (test_) out["test"] = test_->to_json();
  if (gate_) out["gate"] = gate_->to_json();
  return out;
}

bool atom_state::from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr || !verdict_room::read_whole(*o, "absent", absent_) || !number_.from_json(*o))
    return false;
  if (other_) {
    const auto* other = o->if_contains("other");
    if (other == nullptr || !other->is_object() || !other_->from_json(other->get_object())) return false;
  }
  const auto* test = o->if_contains("test");
  const auto* gate = o->if_contains("gate");
  if (test_ && (test == nullptr || !test_->from_json(*test))) return false;
  return !gate_ || (gate != nullptr && gate_->from_json(*gate));
}

}  // namespace shipflow::health
