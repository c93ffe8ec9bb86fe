// Decisions in the order of their keys become a comparison.
#pragma once

#include "provider/site/decide.hpp"

#include <variant>
#include <vector>

namespace shipflow::site {

/// A line of the manifest that stays as it is, or a key about which something is to be decided.
using step = std::variant<std::string, item>;

inline constexpr std::size_t batch = 512;

[[nodiscard]] result<void> note(comparison& out, const decision& d);

/// Many are decided at the same time, and noted in order.
template <class Decider>
result<void> note_all(session& s, comparison& out, const std::vector<step>& steps, const Decider& by) {
  std::vector<const item*> items;
  for (const auto& one : steps)
    if (const auto* i = std::get_if<item>(&one)) items.push_back(i);
  std::vector<decision> decided(items.size());
  auto ok = s.hands.each(items.size(), s.bound.connections, s.q.stop, [&](std::size_t n) -> result<void> {
    auto d = by.decide(*items[n]);
    if (!d) return d.error();
    decided[n] = std::move(*d);
    return {};
  });
  std::size_t n = 0;
  for (const auto& one : steps) {
    if (!ok) return ok;
    if (const auto* line = std::get_if<std::string>(&one)) {
      ok = out.lines.add(*line);
      continue;
    }
    ok = note(out, decided[n++]);
  }
  return ok;
}

}  // namespace shipflow::site
