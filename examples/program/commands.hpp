// One function per group of commands; each returns the exit code.
#pragma once

#include "arguments.hpp"

#include <shipflow/document.hpp>

namespace program {

[[nodiscard]] int validate(const arguments& given);
[[nodiscard]] int show_plan(const arguments& given);
[[nodiscard]] int rehearse(const arguments& given);
[[nodiscard]] int survey(const arguments& given);
[[nodiscard]] int run(const arguments& given);
[[nodiscard]] int schedule(const arguments& given);
[[nodiscard]] int calendar(const arguments& given);
[[nodiscard]] int version(const arguments& given);
[[nodiscard]] int changes(const arguments& given);
[[nodiscard]] int trigger(const arguments& given);
[[nodiscard]] int observe(const arguments& given);
[[nodiscard]] int resume(const arguments& given);
[[nodiscard]] int say(const arguments& given);
[[nodiscard]] int roll_back(const arguments& given);
[[nodiscard]] int status(const arguments& given);
[[nodiscard]] int history(const arguments& given);
[[nodiscard]] int audit(const arguments& given);
[[nodiscard]] int purge(const arguments& given);
[[nodiscard]] int schema(const arguments& given);
[[nodiscard]] int record(const arguments& given);
[[nodiscard]] int decide(const arguments& given);
[[nodiscard]] int evidence(const arguments& given);
[[nodiscard]] int parity(const arguments& given);
[[nodiscard]] int report(const arguments& given);
[[nodiscard]] int backtest(const arguments& given);
[[nodiscard]] int where(const arguments& given);
[[nodiscard]] int promote(const arguments& given);
[[nodiscard]] int watch(const arguments& given);
[[nodiscard]] int link(const arguments& given);
[[nodiscard]] int answer(const arguments& given);
[[nodiscard]] int completion(const arguments& given);

/// Prints an error to standard error; 2 for bad input, else 1.
int complain(const shipflow::error& e);
/// Prints findings to standard error, one a line; false when there are errors among them.
[[nodiscard]] bool tell(const shipflow::diagnostics& found);

}  // namespace program
