#include "document/readers.hpp"
#include "document/scalar.hpp"

#include <algorithm>

namespace shipflow::doc {
namespace {

void append_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((code >> shift) & 0x3fU)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// A loop with an explicit stack: the depth of the text never becomes the depth of the calls.
class json_reader {
 public:
  json_reader(std::string_view text, tree_builder& tree) : text_(text), tree_(tree) {}

  void read() {
    value();
    while (!open_.empty()) member();
    skip_space();
    if (!at_end()) fail("nothing may follow the JSON value");
  }

 private:
  [[noreturn]] void fail(std::string_view message) {
    tree_.fail(at_, "not valid JSON: " + std::string(message));
  }
  bool at_end() const { return next_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[next_]; }

  char take() {
    const char c = peek();
    if (at_end()) fail("the text ends too early");
    ++next_;
    if (c == '\n') {
      at_ = {at_.line + 1, 1};
    } else if ((static_cast<unsigned char>(peek()) & 0xc0U) != 0x80U) {
      ++at_.column;  // a character ends where no continuation byte follows
    }
    return c;
  }

  void skip_space() {
    bool comment = false;
    while (!at_end()) {
      const char c = peek();
      if (c == '#') comment = true;
      if (c == '\n') comment = false;
      if (!comment && c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
      take();
    }
  }

  /// One step inside the innermost container: its end, or its next member.
  void member() {
    const char close = open_.back() == node_kind::mapping ? '}' : ']';
    skip_space();
    if (peek() == close) return close_container();
    if (!first_) {
      if (peek() != ',') fail(std::string("expected `,` or `") + close + "`");
      take();
      skip_space();
      if (peek() == close) fail(std::string("no comma may stand before `") + close + "`");
    }
    first_ = false;
    if (open_.back() == node_kind::mapping) key();
    value();
  }

  void close_container() {
    take();
    tree_.end();
    open_.pop_back();
    first_ = false;
  }

  void key() {
    const auto start = at_;
    if (peek() != '"')
      fail("keys need double quotes; begin the file with a line `---` if it is meant to be YAML");
    tree_.key(start, string());
    skip_space();
    if (peek() != ':') fail("expected `:` after the key");
    take();
  }

  void value() {
    skip_space();
    const auto start = at_;
    switch (peek()) {
      case '{': return open(start, node_kind::mapping);
      case '[': return open(start, node_kind::sequence);
      case '"': return string_value(start);
      default: word(start);
    }
  }

  void string_value(position start) {
    const auto from = next_ + 1;
    auto value = string_scalar(string());
    if (text_.substr(from, next_ - 1 - from) == value.text) value.text_column = start.column + 1;
    tree_.scalar(start, std::move(value));
  }

  void open(position start, node_kind kind) {
    take();
    tree_.begin(start, kind);
    open_.push_back(kind);
    first_ = true;
  }

  void word(position start) {
    constexpr std::string_view ends = " \t\r\n,:{}[]\"#";
    const auto length = std::min(text_.find_first_of(ends, next_), text_.size()) - next_;
    const auto word = text_.substr(next_, length);
    const bool literal = word == "null" || word == "true" || word == "false";
    if (word.empty()) fail(at_end() ? "the text ends too early" : "expected a value");
    if (!literal && !is_number(word)) fail("expected a value, found " + quoted(word));
    auto read = plain_scalar(word);
    if (!read.problem.empty())
      tree_.report(start, std::string(read.problem) + "; put it in quotes to keep it as text");
    for (std::size_t i = 0; i < length; ++i) take();
    tree_.scalar(start, std::move(read.value));
  }

  /// -? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [-+]? [0-9]+)?
  static bool is_number(std::string_view word) {
    const auto digits = [&] {
      const auto n = std::min(word.find_first_not_of("0123456789"), word.size());
      word.remove_prefix(n);
      return n;
    };
    if (word.starts_with('-')) word.remove_prefix(1);
    const bool zero = word.starts_with('0');
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (word.starts_with('.')) {
      word.remove_prefix(1);
      if (digits() == 0) return false;
    }
    if (!word.starts_with('e') && !word.starts_with('E')) return word.empty();
    word.remove_prefix(1);
    if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
    return digits() != 0 && word.empty();
  }

  std::string string() {
    std::string out;
    take();
    while (peek() != '"') {
      const char c = peek();
      if (!at_end() && static_cast<unsigned char>(c) < 0x20)
        fail("a string must not contain a line end or tab; write \\n or \\t");
      take();
      if (c == '\\')
        escape(out);
      else
        out += c;
    }
    take();
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const char c = peek();
    if (const auto i = names.find(c); !at_end() && i != std::string_view::npos) {
      take();
      out += values[i];
    } else if (c == 'u') {
      take();
      append_utf8(code_point(), out);
    } else {
      fail("unknown escape");
    }
  }

  std::uint32_t code_point() {
    const auto first = unit();
    if (first == 0) fail("a string must not contain the character U+0000");
    if (first < 0xd800 || first > 0xdfff) return first;
    if (first > 0xdbff || peek() != '\\') fail("half of a surrogate pair");
    take();
    if (peek() != 'u') fail("half of a surrogate pair");
    take();
    const auto second = unit();
    if (second < 0xdc00 || second > 0xdfff) fail("half of a surrogate pair");
    return 0x10000 + ((first - 0xd800) << 10U) + (second - 0xdc00);
  }

  std::uint32_t unit() {
    constexpr std::string_view hex = "0123456789abcdefABCDEF";
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const auto digit = at_end() ? std::string_view::npos : hex.find(peek());
      if (digit == std::string_view::npos) fail("\\u needs four hexadecimal digits");
      out = out * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
      take();
    }
    return out;
  }

  std::string_view text_;
  tree_builder& tree_;
  std::size_t next_ = 0;
  position at_;
  std::vector<node_kind> open_;
  bool first_ = false;
};

}  // namespace

void read_json(std::string_view text, tree_builder& tree) { json_reader(text, tree).read(); }

}  // namespace shipflow::doc
