// From what a home says to an answer.
#pragma once

#include "provider/command/keepers.hpp"
#include "provider/command/recipe.hpp"

namespace shipflow::commands {

/// The program ended: done with its outputs, or failed with the reason.
[[nodiscard]] answer ended(keepers& on, const recipe& run, const std::string& home, const process::state& s);

/// {state, exit_code, signal, output}: what is known, for people.
[[nodiscard]] json::object evidence(keepers& on, const std::string& home, const process::state& s);

/// The last line of output so far, or how long nothing was said of it.
[[nodiscard]] std::string last_words(keepers& on, const std::string& home);

/// What `ready` ended with: done when it succeeded, with what it printed when that is a JSON object.
[[nodiscard]] answer told_ready(keepers& on, const recipe& run, const std::string& home,
                                const process::state& s);

/// What `observe` printed: JSON when it is an object or a list, else text without the last newline.
[[nodiscard]] answer observed(keepers& on, const recipe& run, const std::string& home,
                              const process::state& s);

}  // namespace shipflow::commands
