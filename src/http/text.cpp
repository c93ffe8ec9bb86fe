#include "http/text.hpp"

#include <algorithm>

namespace shipflow::http {
namespace {

// Length of the well-formed sequence at the start (RFC 3629), or 0.
std::size_t sequence(std::string_view s) {
  const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF && tail(1)) return 2;
  if (first >= 0xE0 && first <= 0xEF && tail(1) && tail(2)) {
    const bool overlong = first == 0xE0 && at(1) < 0xA0;
    const bool surrogate = first == 0xED && at(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    const bool overlong = first == 0xF0 && at(1) < 0x90;
    const bool beyond = first == 0xF4 && at(1) > 0x8F;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t most) {
  constexpr std::string_view cut = "...";
  std::string out;
  std::size_t end = 0;  // where a cut would leave room for its mark
  while (!text.empty()) {
    const auto length = sequence(text);
    const auto c = static_cast<unsigned char>(text[0]);
    if (length == 0)
      out += '?';
    else if (c < 0x20 || c == 0x7f)
      out += ' ';
    else
      out += text.substr(0, length);
    if (out.size() > most) return out.substr(0, end).append(cut.substr(0, most - end));
    if (out.size() + cut.size() <= most) end = out.size();
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

}  // namespace shipflow::http
