// Driving the loop until a run has ended or needs a person.
#pragma once

#include "host.hpp"
#include "view.hpp"

namespace program {

/// Opens the store, lets `begin` start or wake a run, and follows it to its end, parking or an
/// interrupt; prints the last line and returns the exit code.
[[nodiscard]] int drive(const arguments& given,
                        const std::function<shipflow::result<std::string>(host&)>& begin);
/// Goes on with everything an engine left behind until nothing more can be done now.
[[nodiscard]] int drive_all(const arguments& given);

}  // namespace program
