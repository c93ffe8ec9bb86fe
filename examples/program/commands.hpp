// One function per group of commands; each returns the exit code.
#pragma once

#include "arguments.hpp"

namespace program {

[[nodiscard]] int validate(const arguments& given);
[[nodiscard]] int show_plan(const arguments& given);
[[nodiscard]] int run(const arguments& given);
[[nodiscard]] int observe(const arguments& given);
[[nodiscard]] int resume(const arguments& given);
[[nodiscard]] int say(const arguments& given);
[[nodiscard]] int roll_back(const arguments& given);
[[nodiscard]] int status(const arguments& given);
[[nodiscard]] int history(const arguments& given);
[[nodiscard]] int audit(const arguments& given);
[[nodiscard]] int schema(const arguments& given);

/// Prints an error to standard error; 2 for bad input, else 1.
int complain(const shipflow::error& e);

}  // namespace program
