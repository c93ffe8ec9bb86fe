// "did you mean": the nearest of a few known words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::health {

/// `; did you mean "x"?` with the known word nearest to `word`, or empty when none is near
/// (edit distance with swaps above a third of its length). O(words * length^2), lengths cut at 64.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace shipflow::health
