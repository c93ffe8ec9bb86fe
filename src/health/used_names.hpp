// Which metrics a name of a condition stands for.
#pragma once

#include <shipflow/condition.hpp>

#include <string>

namespace shipflow::health {

/// The metric a series named directly is read through: the first one, by name, that reads it;
/// null when there is none. A metric's name stands for its series when it has just one.
[[nodiscard]] const metric_definition* owner_of(const std::string& series, const metric_table& metrics);

}  // namespace shipflow::health
