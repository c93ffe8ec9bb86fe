#include "health/steady.hpp"

#include <algorithm>

namespace shipflow::health {
namespace {

// Since the start: its value goes on changing although nothing does.
bool goes_on(const bound_condition& c) {
  return std::any_of(c.atoms.begin(), c.atoms.end(), [](const bound_atom& a) {
    const bool known = a.kind == atom_kind::compare || a.kind == atom_kind::outside;
    return !known || a.window == 0;
  });
}

}  // namespace

std::int64_t memory_slots(const bound_condition& c) {
  std::int64_t most = std::max({c.of, c.need, c.warmup, c.longest_gap, std::int64_t{2}});
  for (const auto& a : c.atoms) most = std::max(most, a.window);
  return std::min<std::int64_t>(most, 1'000'000) + 1;
}

std::optional<std::int64_t> slots_to_steady(const trigger& t) {
  std::int64_t most = 1;
  for (const auto* c : {&t.alert(), &t.normal()}) {
    if (!*c) continue;
    if (goes_on(**c)) return std::nullopt;
    // Windows fill first, then `for` counts what they say, then `keep` runs out.
    most = std::max(most, 2 * memory_slots(**c) + (*c)->keep);
  }
  return most;
}

}  // namespace shipflow::health
