// A condition over the slots: atoms, Kleene logic, and `for`, m of n, cumulative, keep, warm-up and
// the policies for unknown. A pure fold; the meaning is written in <shipflow/condition.hpp>.
#pragma once

#include "health/atom.hpp"

#include <deque>
#include <memory>

namespace shipflow::health {

struct condition_finding {
  judged holds;           ///< after `for` and the other options; pending is unknown
  judged now;             ///< the expression in this slot, policies applied
  std::int64_t seen = 0;  ///< slots that count: of `for`, of m of n, of cumulative
  std::int64_t gap = 0;   ///< slots of unknown in a row
  std::vector<atom_finding> atoms;
};

class condition_state {
 public:
  /// `c` must outlive the state.
  explicit condition_state(const bound_condition& c);

  /// Slot `k` is later than all before; slots left out count as missing. O(atoms) amortised.
  condition_finding push(slot_index k, std::span<const slot_sample> inputs);
  /// The release starts with slot `first`, or the next one if that is past: `over start`, cumulative
  /// and warm-up begin here. `inputs` is the number of samples of a slot.
  void begin(slot_index first, std::size_t inputs);

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] result<void> from_json(const json::value& v);

 private:
  condition_finding step(slot_index k, std::span<const slot_sample> inputs);
  void skip(slot_index first, std::int64_t slots, std::size_t inputs);
  [[nodiscard]] judged expression(const std::vector<atom_finding>& atoms) const;
  [[nodiscard]] judged with_policies(judged now) const;
  [[nodiscard]] judged over_slots(judged now);
  [[nodiscard]] judged hold_span(judged now);
  [[nodiscard]] judged hold_of_slots(judged now);
  [[nodiscard]] judged hold_cumulative(judged now);
  [[nodiscard]] judged kept(judged holds, slot_index k);

  const bound_condition* c_;
  std::vector<atom_state> atoms_;
  std::optional<slot_index> last_;
  std::optional<slot_index> held_;  ///< newest slot in which the condition held by itself
  bool begun_ = false;
  std::int64_t since_start_ = 0;
  std::int64_t accumulated_ = 0;
  std::int64_t gap_ = 0;
  std::int64_t cumulative_ = 0;
  std::deque<truth> ring_;
  std::int64_t ring_yes_ = 0;
  std::int64_t ring_known_ = 0;
};

}  // namespace shipflow::health
