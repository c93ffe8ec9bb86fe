// Parameters of a plan: defaults, and the values a start gives over them.
#pragma once

#include "plan/scope.hpp"

namespace shipflow::planning {

/// Sets all parameters of the document in `to`. Findings: unknown names, missing values, values
/// of another type than the default's, defaults that need each other.
void read_parameters(const plan_document& document, const json::object& given, scope& to, diagnostics& out);

}  // namespace shipflow::planning
