// Lists and texts as people read them, on one line.
#pragma once

#include <string>

namespace shipflow {

/// "a, b, c".
template <class Names>
[[nodiscard]] std::string listed(const Names& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

/// Control characters become blanks: words of others end no line and say nothing to a terminal.
[[nodiscard]] inline std::string on_one_line(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20U || c == 0x7f) c = ' ';
  return text;
}

}  // namespace shipflow
