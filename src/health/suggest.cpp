#include "health/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace shipflow::health {
namespace {

// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> older, above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({above[j] + (a[i] == b[j] ? 0U : 1U), row[j] + 1, above[j + 1] + 1});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], older[j - 1] + 1);
    }
    older = above;
    above = row;
  }
  return above.back();
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;
  const auto mine = word.substr(0, longest);
  const std::string* best = nullptr;
  auto nearest = std::max<std::size_t>(1, mine.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto d = edit_distance(mine, std::string_view(candidate).substr(0, longest));
    if (d >= nearest || d >= candidate.size()) continue;
    nearest = d;
    best = &candidate;
  }
  return best == nullptr ? std::string() : "; did you mean \"" + *best + "\"?";
}

}  // namespace shipflow::health
