// Visits the atoms and aggregates of a condition in text order.
#pragma once

#include <shipflow/condition.hpp>

namespace shipflow::health {

template <class Visit>
void each_atom(const condition_node& n, const Visit& visit) {
  if (n.logic == node_logic::atom) visit(n.atom);
  for (const auto& child : n.operands) each_atom(child, visit);
}

template <class Visit>
void each_aggregate(const condition_node& n, const Visit& visit) {
  each_atom(n, [&](const condition_atom& a) {
    visit(a.what);
    if (a.times) visit(*a.times);
  });
}

}  // namespace shipflow::health
