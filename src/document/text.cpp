#include "document/text.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace shipflow::doc {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

struct decoded {
  std::uint32_t code = 0;
  std::size_t length = 0;  ///< 0: malformed
};

decoded decode(std::string_view text, std::size_t i) {
  const auto lead = byte_at(text, i);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return {};
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    const auto next = byte_at(text, i + k);
    if ((next & 0xc0U) != 0x80U) return {};
    code = (code << 6U) | (next & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {};
  return {code, length};
}

bool printable(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  if (code >= 0x7f && code < 0xa0) return code == 0x85;
  return code != 0xfeff && code != 0xfffe && code != 0xffff;
}

std::string hex(std::uint32_t value, const char* format) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), format, static_cast<unsigned>(value));
  return out.data();
}

}  // namespace

std::optional<text_problem> find_bad_text(std::string_view text) {
  position at;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = decode(text, i);
    if (c.length == 0)
      return text_problem{at, "byte 0x" + hex(byte_at(text, i), "%02x") + " is not valid UTF-8"};
    if (!printable(c.code))
      return text_problem{at, "control character U+" + hex(c.code, "%04X") + " is not allowed"};
    i += c.length;
    if (c.code == '\r' && byte_at(text, i) != '\n')
      return text_problem{at, "a carriage return without a line feed is not allowed"};
    ++at.column;
    if (c.code == '\n') at = {at.line + 1, 1};
  }
  return std::nullopt;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto c = decode(text, i);
    if (i + c.length > longest) {
      out += "...";
      break;
    }
    if (c.length == 0 || !printable(c.code) || c.code < 0x20)
      out += "\\x" + hex(byte_at(text, i), "%02x");
    else
      out += text.substr(i, c.length);
    i += c.length == 0 ? 1 : c.length;
  }
  return out + "\"";
}

std::string pointer_segment(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

void line_index::to_line(int line) {
  if (line < line_) {
    line_ = 0;
    start_ = 0;
  }
  while (line_ < line) {
    const auto end = text_.find('\n', start_);
    if (end == std::string_view::npos) break;
    start_ = end + 1;
    ++line_;
  }
  byte_ = 0;
  characters_ = 0;
}

position line_index::at(int line, int byte_column) {
  if (line < 0 || byte_column < 0) return {0, 0};
  const auto column = static_cast<std::size_t>(byte_column);
  if (line != line_ || column < byte_) to_line(line);
  for (; byte_ < column && start_ + byte_ < text_.size(); ++byte_)
    if ((byte_at(text_, start_ + byte_) & 0xc0U) != 0x80U) ++characters_;
  return {line + 1, characters_ + 1};
}

}  // namespace shipflow::doc
