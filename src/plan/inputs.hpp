// Inputs of actions: rendered, and checked against what the action declares.
#pragma once

#include "plan/render.hpp"

#include <shipflow/plan.hpp>

#include <string>
#include <vector>

namespace shipflow::planning {

/// An input before it is checked.
struct given_input {
  std::string name;
  json::value value;
  const node* at = nullptr;  ///< where it was written, or the step that implies it
  bool templated = false;    ///< came out of `${}`, where everything may be text
  bool broken = false;       ///< its trouble was reported, so its type says nothing
};

/// The inputs the action wants, in its own order. Findings: unknown names, missing ones, wrong types.
/// Text that came out of a reference is read as the number, boolean or duration the action wants.
[[nodiscard]] json::object checked_inputs(const action_spec& spec, std::vector<given_input> given,
                                          const node& at, diagnostics& out);

/// Does the action take inputs of names it does not declare? It says so by one called `*`.
[[nodiscard]] bool takes_any(const action_spec& spec);
/// Does the action declare an input of that name?
[[nodiscard]] bool takes(const action_spec& spec, std::string_view input);

/// The resource templates of the action, rendered, without repetition.
[[nodiscard]] std::vector<std::string> resources_of(const action_spec& spec, const std::string& component,
                                                    const std::string& environment,
                                                    const json::object& target, const json::object& inputs);

}  // namespace shipflow::planning
