// From a request to what a keeper is told.
#pragma once

#include "provider/command/keepers.hpp"
#include "provider/command/recipe.hpp"

#include <shipflow/providers/command.hpp>

namespace shipflow::commands {

/// What a verb runs, and the inputs that reach it by name. Empty `argv`: nothing.
struct job {
  recipe run;
  json::object with;
};

[[nodiscard]] result<job> job_to_apply(const request& q);
[[nodiscard]] result<job> job_to_undo(const request& q);
[[nodiscard]] result<job> job_to_observe(const request& q);
/// The task's `ready`; empty `argv` when it has none.
[[nodiscard]] result<job> job_to_ask_ready(const request& q);
/// Is there a program that undo could start? Its name, or the path that was looked for, in the error.
[[nodiscard]] result<void> find_undo_program(const request& q, const command_options& options, keepers& on);

/// Is the program allowed, are arguments free of secrets, is the environment unambiguous? Then the spec for
/// that home, with every `SHIPFLOW_` variable.
[[nodiscard]] result<process::keeper_spec> to_spec(const job& j, const request& q,
                                                   const command_options& options, std::string home);

}  // namespace shipflow::commands
