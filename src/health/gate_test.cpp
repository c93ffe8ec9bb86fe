#include "health/gate_test.hpp"

#include "verdict/exact.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

std::variant<share_gate, mean_gate> make(const bound_gate& g, const bound_number& n) {
  if (n.what == aggregate_kind::mean) return mean_gate(g.limit, *n.limit);
  return share_gate(g.limit);
}

slot_use push_slot(share_gate& g, const bound_number& n, std::span<const slot_sample> inputs) {
  const auto& first = inputs[n.first];
  if (n.what == aggregate_kind::slow)
    return g.push({first.sum, events_above(first, *n.limit).value_or(0)}).use;
  return g.push({inputs[n.second].sum, first.sum}).use;
}

slot_use push_slot(mean_gate& g, const bound_number& n, std::span<const slot_sample> inputs) {
  gathered_values sums;
  sums.add(n, inputs[n.first], {});
  return g.push(sums.canary).use;
}

/// For a share "for" is above it, for a mean below.
double evidence_of(const share_gate& g, gate_side side) {
  return side == gate_side::above ? g.log_evidence_for() : g.log_evidence_against();
}
double evidence_of(const mean_gate& g, gate_side side) {
  return side == gate_side::below ? g.log_evidence_for() : g.log_evidence_against();
}

}  // namespace

gate_test::gate_test(const bound_gate& g, const bound_number& n) : gate_(make(g, n)) {}

test_finding gate_test::push(const bound_gate& g, const bound_number& n,
                             std::span<const slot_sample> inputs) {
  test_finding out;
  out.needed = -std::log(g.beta);
  const auto state = state_of(n, inputs);
  auto why = state == slot_state::missing ? reason::missing : reason::invalid;
  if (state == slot_state::empty) {
    const auto use = std::visit([&](auto& gate) { return push_slot(gate, n, inputs); }, gate_);
    why = use == slot_use::counted      ? reason::undecided
          : use == slot_use::no_traffic ? reason::empty
                                        : reason::invalid;
    if (use == slot_use::counted) ++slots_;
  }
  out.evidence = std::visit([&](const auto& gate) { return evidence_of(gate, g.side); }, gate_);
  best_ = std::max(best_, out.evidence);
  out.best = best_;
  out.slots = slots_;
  out.is = crosses(best_, g.beta) ? yes() : unknown(why);
  return out;
}

json::value gate_test::to_json() const {
  return json::object{{"gate", std::visit([](const auto& gate) { return gate.to_json(); }, gate_)},
                      {"best", exact(best_)},
                      {"slots", slots_}};
}

bool gate_test::from_json(const json::value& v) {
  const auto* o = v.if_object();
  const auto* gate = o == nullptr ? nullptr : o->if_contains("gate");
  if (gate == nullptr || !verdict_room::read_exact(*o, "best", best_) ||
      !verdict_room::read_whole(*o, "slots", slots_))
    return false;
  return std::visit([&](auto& g) { return g.from_json(*gate).has_value(); }, gate_);
}

}  // namespace shipflow::health
