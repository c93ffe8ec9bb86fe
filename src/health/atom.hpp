// One atom over the slots: samples in, a three-valued truth and the numbers behind it out.
#pragma once

#include "health/gate_test.hpp"

#include <optional>
#include <span>

namespace shipflow::health {

/// The numbers an atom's truth was taken from.
struct atom_finding {
  judged is;
  std::optional<double> value;  ///< in the unit of the threshold: percent, milliseconds or plain
  std::int64_t events = 0;      ///< in the window
  std::int64_t slots = 0;  ///< observed in the window; absent: slots of absence; tests: slots that counted
  std::optional<double> against{};     ///< compare with a multiple: the threshold now; burn: the short window
  std::optional<double> resolution{};  ///< of a quantile, in the unit of `value`
  std::optional<test_finding> test{};
};

class atom_state {
 public:
  explicit atom_state(const bound_atom& a);

  /// Slot `k`; `since_start` counts slots since the start or the end of the warm-up, this one
  /// included; `begun` when that start was the release. O(1) folds amortised.
  [[nodiscard]] atom_finding push(const bound_atom& a, slot_index k, std::span<const slot_sample> inputs,
                                  duration slot, std::int64_t since_start, bool begun);
  /// A slot of the warm-up: time passes, nothing is counted.
  void pass_over();
  /// Forgets windows over the whole run and evidence; sliding windows go on.
  void begin(const bound_atom& a);

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] bool from_json(const json::value& v);

 private:
  [[nodiscard]] atom_finding push_absent(const bound_atom& a, std::span<const slot_sample> inputs);
  [[nodiscard]] atom_finding push_test(const bound_atom& a, slot_index k, std::span<const slot_sample> inputs,
                                       bool begun);

  number_state number_;
  std::optional<number_state> other_;
  std::optional<arm_test> test_;
  std::optional<gate_test> gate_;
  std::int64_t absent_ = 0;  ///< slots in a row, outages left out
};

}  // namespace shipflow::health
