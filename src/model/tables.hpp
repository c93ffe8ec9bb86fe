// The tables of the language: what validates documents is also what the JSON Schema is made from.
#pragma once

#include "document/schema.hpp"

namespace shipflow::model_room {

/// A whole plan document, and one of its steps.
[[nodiscard]] const schema::mapping& plan_table();
[[nodiscard]] const schema::mapping& step_table();
/// The keys of a step that say what kind it is, in the order of the manual.
[[nodiscard]] const std::vector<std::string>& step_kinds();
/// A whole environments document, and one environment.
[[nodiscard]] const schema::mapping& environments_table();
[[nodiscard]] const schema::mapping& environment_table();
[[nodiscard]] const schema::mapping& release_table();

/// Shared between tables.
[[nodiscard]] schema::type names();      ///< a list of strings
[[nodiscard]] schema::type arguments();  ///< an argument list, references allowed
/// The values of `channels` and `notify`, see <shipflow/message.hpp>.
[[nodiscard]] schema::type channels();
[[nodiscard]] schema::type messages();
[[nodiscard]] schema::type span();  ///< a duration, references allowed
[[nodiscard]] const schema::mapping& approval_table();
[[nodiscard]] const schema::mapping& action_table();
[[nodiscard]] const schema::mapping& retry_table();
/// What a command must print.
[[nodiscard]] const schema::mapping& command_expectation_table();

}  // namespace shipflow::model_room
