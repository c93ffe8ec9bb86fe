// "did you mean": the known word nearest to an unknown one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::doc {

/// Insertions, deletions, changes and swaps of neighbours that turn one word into the other
/// (restricted Damerau-Levenshtein, also called optimal string alignment). O(a * b).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest word within a third of its length (at least one edit); the first of equals.
/// Case and the difference between `-` and `_` count for nothing.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& known);

/// "; did you mean `x`?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace shipflow::doc
