// Conditions of `when`: comparisons and logic over constants and outputs.
//
//   condition := and { "or" and }      and := not { "and" not }
//   not       := "not" not | "(" condition ")" | operand [ compare operand ]
//   compare   := "==" | "!=" | "<" | "<=" | ">" | ">="
//   operand   := "${...}" | number | true | false | 'text' | "text"
//
// A parsed condition is JSON, so that a plan can keep what only the run can decide:
//   operand                      the value; of a reference the text "${...}"
//   {"op": "and" | "or" | "not", "of": [condition, ...]}
//   {"op": "==" | ..., "of": [operand, operand]}
#pragma once

#include <shipflow/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace shipflow::planning {

/// Is there more in a text than one template, plain or with a `!` before it?
[[nodiscard]] bool is_condition(std::string_view text);

struct when_problem {
  std::size_t offset = 0;  ///< in the text
  std::string message;     ///< empty: none
};
/// At most 4096 bytes and 32 levels.
[[nodiscard]] json::value parse_when(std::string_view text, when_problem& bad);

/// Decides a condition whose references were replaced by values. `==` and `!=` compare numbers as
/// numbers and everything else as text; the others take numbers, also written as text; logic takes
/// true and false. Errors say what does not fit.
[[nodiscard]] result<bool> decide_when(const json::value& condition);

}  // namespace shipflow::planning
