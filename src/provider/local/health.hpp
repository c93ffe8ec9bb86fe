// The metric source `load_balancer` and the probe `state`.
#pragma once

#include "provider/local/component.hpp"

#include <shipflow/probe.hpp>

namespace shipflow::local {

[[nodiscard]] metric_answer read_metrics(ground& on, const metric_request& q);
[[nodiscard]] probe_answer look_at_state(ground& on, const probe_request& q);

}  // namespace shipflow::local
