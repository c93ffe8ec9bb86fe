// A run as it is now, as lines of text: pure, so that it can be looked at without a terminal.
#pragma once

#include <shipflow/run.hpp>

#include <map>
#include <string>
#include <vector>

namespace program {

/// What a picture shows beside the state.
struct watched {
  shipflow::json::object live;         ///< `live` of the control socket; empty: nobody told
  std::map<std::string, int> weights;  ///< component -> percent of its traffic on the new version
};

/// What a fact says about traffic. The state must have been folded up to it.
void note_weight(watched& to, const shipflow::run_state& s, const shipflow::fact& f);

/// At most `columns` wide, colourless; what is cut off ends in "...". Waiting steps are one line together.
[[nodiscard]] std::vector<std::string> picture_of(const shipflow::run_state& s, const watched& seen,
                                                  shipflow::time_point now, std::size_t columns);

/// How long the run takes at least: the longest way through waits that have not ended. O(steps + edges).
[[nodiscard]] shipflow::duration least_left(const shipflow::run_state& s, shipflow::time_point now);

}  // namespace program
