// What reports about evidence share.
#pragma once

#include "report/plot.hpp"

#include <shipflow/evidence.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::report {

/// Green pass, yellow watch, red alert, grey without data or before the release.
[[nodiscard]] tone tone_of(std::string_view level, bool armed);
/// A word in a coloured box; HTML.
[[nodiscard]] std::string tag(std::string_view word, tone t);
/// A plot of one atom with its thresholds, the first traffic and the alert.
[[nodiscard]] plot plot_of(const guard_evidence& e, const evidence_line& l);

struct stretch {
  time_point from, to;
};
/// From the first slot to the last; empty when nothing was seen.
/// The line as a plot, or as a sentence when there was never a value.
[[nodiscard]] std::string drawn(const guard_evidence& e, const evidence_line& l);
/// "worse(...): what was chosen and why", one per calibrated test of the rule.
[[nodiscard]] std::vector<std::string> calibrations_of(const decision_rule& r);
[[nodiscard]] std::optional<stretch> stretch_of(const guard_evidence& e);
/// At most `width` columns, and no more than there are points in a line.
[[nodiscard]] std::size_t columns_of(const guard_evidence& e, std::size_t width);
/// The values of a line as a row of `width` block characters over that time.
[[nodiscard]] std::string spark_of(const evidence_line& l, const stretch& s, std::size_t width);

}  // namespace shipflow::report
