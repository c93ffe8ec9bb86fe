// `certain`: an absolute gate over the slots of a condition.
#pragma once

#include "health/arm_test.hpp"

namespace shipflow::health {

/// Evidence begins with the release: slots before it are not pushed.
class gate_test {
 public:
  gate_test(const bound_gate& g, const bound_number& n);

  [[nodiscard]] test_finding push(const bound_gate& g, const bound_number& n,
                                  std::span<const slot_sample> inputs);

  [[nodiscard]] json::value to_json() const;
  /// The state of a gate of the same kind.
  [[nodiscard]] bool from_json(const json::value& v);

 private:
  std::variant<share_gate, mean_gate> gate_;
  double best_ = 0;
  std::int64_t slots_ = 0;
};

}  // namespace shipflow::health
