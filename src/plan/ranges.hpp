// Limits of inputs: how large a value is, and whether the action takes it.
#pragma once

#include <shipflow/provider.hpp>

#include <string>

namespace shipflow::planning {

/// Why the value, which is of the field's type, is in none of its ranges: "must be 0 to 15 or 100, not 20". Empty: it is.
[[nodiscard]] std::string out_of_ranges(const field_spec& field, const json::value& value);

}  // namespace shipflow::planning
