// Shared between the checks of a condition and its binding to metrics.
#pragma once

#include <shipflow/condition.hpp>

#include <string>

namespace shipflow::health {

/// Why this aggregate cannot be evaluated by this version, or empty.
[[nodiscard]] std::string unsupported_reason(const aggregate& a);

/// The metric a series named directly is read through: the first one, by name, that reads it;
/// null when there is none. A metric's name stands for its series when it has just one.
[[nodiscard]] const metric_definition* owner_of(const std::string& series, const metric_table& metrics);

}  // namespace shipflow::health
