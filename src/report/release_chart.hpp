// A release over time as pictures: a bar per step, and the traffic that the new version had.
#pragma once

#include "report/plot.hpp"

#include <shipflow/release_report.hpp>

#include <string>

namespace shipflow::report {

/// One picture of the whole, or two where a long watch would leave nothing to see of the way to the release.
[[nodiscard]] std::string over_time(const release_report& r);

/// Good, bad, or neither: what a status is, as a colour.
[[nodiscard]] tone tone_of_status(std::string_view status);

}  // namespace shipflow::report
