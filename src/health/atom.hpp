// One atom over the slots: samples in, a three-valued truth and the numbers behind it out.
#pragma once

#include "health/bind.hpp"
#include "health/slot.hpp"
#include "health/truth.hpp"
#include "health/window.hpp"

#include <optional>
#include <span>

namespace shipflow::health {

/// The numbers an atom's truth was taken from.
struct atom_finding {
  judged is;
  std::optional<double> value;  ///< in the unit of the threshold: percent, milliseconds or plain
  std::int64_t events = 0;      ///< in the window
  std::int64_t slots = 0;       ///< observed in the window; absent: slots of absence
};

class atom_state {
 public:
  explicit atom_state(const bound_atom& a) : window_(a.window) {}

  /// `since_start` counts slots since the start or the end of the warm-up, this one included. O(1) amortised.
  [[nodiscard]] atom_finding push(const bound_atom& a, std::span<const slot_sample> inputs, duration slot,
                                  std::int64_t since_start);
  /// A slot of the warm-up: time passes, nothing is counted.
  void pass_over() { window_.push({}); }
  /// Forgets windows over the whole run; sliding windows go on.
  void begin();

  [[nodiscard]] json::value to_json() const;
  [[nodiscard]] bool from_json(const json::value& v);

 private:
  [[nodiscard]] atom_finding push_absent(const bound_atom& a, std::span<const slot_sample> inputs);

  sliding_window window_;
  std::int64_t absent_ = 0;  ///< slots in a row, outages left out
};

}  // namespace shipflow::health
