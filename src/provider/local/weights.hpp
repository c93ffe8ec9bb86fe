// From a share of the traffic to HAProxy's weights, and back.
#pragma once

#include "base/colour.hpp"

#include <shipflow/error.hpp>

#include <optional>

namespace shipflow::local {

/// The weight of every server of a colour, 0..256, so that a colour with `count` servers gets `share`
/// percent of the requests. HAProxy gives a server its weight over the sum of all weights (configuration
/// manual 2.6, 4.2 "balance roundrobin"), so the shares are right whatever the sizes of the fleets.
/// `invalid_argument` when no pair of weights comes within half a percent. O(256).
[[nodiscard]] result<per_colour<int>> weights_for(const per_colour<int>& share, const per_colour<int>& count);

/// The share in percent behind sums of weights; all 0 when nothing is routed.
[[nodiscard]] per_colour<int> share_of(const per_colour<int>& weight_sum);

/// The colour with more of the traffic; none when nothing is routed, blue when both have the same.
[[nodiscard]] std::optional<colour> live_of(const per_colour<int>& share);

}  // namespace shipflow::local
