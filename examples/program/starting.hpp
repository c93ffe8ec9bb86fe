// Starting runs: one, or one environment after the other.
#pragma once

#include "host.hpp"
#include "inputs.hpp"

#include <string>
#include <vector>

namespace program {

/// How a run is started, from the options. `invalid_argument` for a time that is none.
[[nodiscard]] shipflow::result<shipflow::start_options> start_options_of(const arguments& given);
/// Compiles what was read and starts it, or puts it down for later; findings go to standard error. `change`
/// may see the plan before.
[[nodiscard]] shipflow::result<std::string> begin(
    host& h, const arguments& given, inputs& read,
    const std::function<shipflow::result<void>(shipflow::plan&)>& change = {});

/// "v1.5.0" is 1.5.0.
[[nodiscard]] bool same_version(const std::string& a, const std::string& b);

/// Carries the plan out in each environment in turn, each with its own gates, and ends where one is not
/// released. All are read and compiled before the first is begun. With --id the same call goes on where it ended: what was released is not released again.
/// Returns the exit code of the last one.
[[nodiscard]] int run_in_turn(const arguments& given, const std::vector<std::string>& environments);

}  // namespace program
