// "did you mean", within bounds.
#pragma once

#include "document/suggestion.hpp"

#include <shipflow/document.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::planning {

/// Findings after which nothing is suggested any more: comparing every unknown word of a hostile
/// document with every known one would take for ever.
inline constexpr std::size_t most_hints = 100;

inline const std::string& word_of(const std::string& word) { return word; }
template <class Value>
const std::string& word_of(const std::pair<const std::string, Value>& entry) {
  return entry.first;
}
template <class Value>
const std::string& word_of(const std::pair<std::string, Value>& entry) {
  return entry.first;
}
template <class Named>
auto word_of(const Named& named) -> decltype((named.name)) {
  return named.name;
}

/// "; did you mean `x`?", or nothing. The lists hold words, things with a `name`, or pairs whose
/// first is the word.
template <class... Lists>
[[nodiscard]] std::string hint(const diagnostics& out, std::string_view word, const Lists&... lists) {
  if (out.items().size() > most_hints) return {};
  std::vector<std::string> known;
  const auto take = [&](const auto& list) {
    for (const auto& item : list) known.push_back(word_of(item));
  };
  (take(lists), ...);
  return doc::did_you_mean(word, known);
}

}  // namespace shipflow::planning
