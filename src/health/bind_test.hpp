// `worse`, `no_worse` and `certain` bound to a test of <shipflow/verdict.hpp>.
#pragma once

#include "health/bind_number.hpp"

namespace shipflow::health {

/// False after an error, which is then in `numbers.problem`.
bool bind_arm_test(const condition_atom& a, number_binder& numbers, duration slot, bound_atom& out);

bool bind_gate(const condition_atom& a, number_binder& numbers, bound_atom& out);

}  // namespace shipflow::health
