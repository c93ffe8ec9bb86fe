// The metric source `load_balancer` and the probe `state`.
#pragma once

#include "provider/local/component.hpp"

#include <shipflow/probe.hpp>

namespace shipflow::local {

[[nodiscard]] metric_answer read_metrics(const house& home, const metric_request& q);
[[nodiscard]] probe_answer look_at_state(const house& home, const probe_request& q);

}  // namespace shipflow::local
