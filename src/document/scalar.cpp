#include "document/scalar.hpp"

#include <algorithm>
#include <charconv>

namespace shipflow::doc {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), digit) - text.begin());
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?  with the sign cut off
bool looks_like_float(std::string_view text) {
  const auto whole = digits(text);
  text.remove_prefix(whole);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const auto fraction = digits(text);
    if (whole + fraction == 0) return false;
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && digits(text) == text.size();
}

/// Sets the integer when the whole text is one in this base; false when it does not fit.
bool read_integer(std::string_view digits_only, int base, std::int64_t& out) {
  const auto [end, ec] =
      std::from_chars(digits_only.data(), digits_only.data() + digits_only.size(), out, base);
  return ec == std::errc{} && end == digits_only.data() + digits_only.size();
}

int base_of(std::string_view& text) {
  const auto all = [&](auto&& allowed) { return std::all_of(text.begin() + 2, text.end(), allowed); };
  if (text.size() < 3 || text[0] != '0') return 0;
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  const auto hexadecimal = [](char c) {
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const int base = text[1] == 'o' && all(octal) ? 8 : text[1] == 'x' && all(hexadecimal) ? 16 : 0;
  if (base != 0) text.remove_prefix(2);
  return base;
}

scalar integer_scalar(node value, std::string_view written, int base) {
  if (!read_integer(written, base, value.integer))
    return {string_scalar(value.text), "the integer does not fit in 64 bits"};
  value.kind = node_kind::integer;
  return {std::move(value), {}};
}

}  // namespace

node string_scalar(std::string text) {
  node out;
  out.kind = node_kind::string;
  out.text = std::move(text);
  return out;
}

scalar plain_scalar(std::string_view text) {
  node value = string_scalar(std::string(text));
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) {
    value.kind = node_kind::null;
    return {std::move(value), {}};
  }
  const bool yes = one_of(text, {"true", "True", "TRUE"});
  if (yes || one_of(text, {"false", "False", "FALSE"})) {
    value.kind = node_kind::boolean;
    value.boolean = yes;
    return {std::move(value), {}};
  }
  std::string_view based = text;
  if (const int base = base_of(based); base != 0) return integer_scalar(std::move(value), based, base);

  const bool sign = text.front() == '-' || text.front() == '+';
  const auto unsigned_text = text.substr(sign ? 1 : 0);
  const auto number_text = text.front() == '+' ? unsigned_text : text;
  if (!unsigned_text.empty() && digits(unsigned_text) == unsigned_text.size())
    return integer_scalar(std::move(value), number_text, 10);
  if (!looks_like_float(unsigned_text)) return {std::move(value), {}};
  const auto [end, ec] =
      std::from_chars(number_text.data(), number_text.data() + number_text.size(), value.number);
  if (ec != std::errc{} || end != number_text.data() + number_text.size())
    return {string_scalar(std::string(text)), "the number is out of range"};
  value.kind = node_kind::number;
  return {std::move(value), {}};
}

}  // namespace shipflow::doc
