#pragma once

#include "handle.hpp"

#include <shipflow/plan.hpp>

struct shipflow_plan : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::plan;
  explicit shipflow_plan(shipflow::plan p) : handle(kind), value(std::move(p)), digest(value.digest()) {}
  shipflow::plan value;
  std::string digest;
};

namespace shipflow_c {

[[nodiscard]] inline const shipflow::plan& plan_of(const shipflow_plan* plan) {
  return checked(plan, "plan").value;
}

}  // namespace shipflow_c
