#include "health/lexer.hpp"

#include <algorithm>
#include <array>

namespace shipflow::health {
namespace {

constexpr std::size_t longest_text = 4096;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_name(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == ':' || c == '/' || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array reserved{
    std::string_view{"and"},    std::string_view{"or"},         std::string_view{"not"},
    std::string_view{"over"},   std::string_view{"on"},         std::string_view{"for"},
    std::string_view{"of"},     std::string_view{"slots"},      std::string_view{"consecutive"},
    std::string_view{"keep"},   std::string_view{"cumulative"}, std::string_view{"min_count"},
    std::string_view{"warmup"}, std::string_view{"missing"},    std::string_view{"max_gap"},
    std::string_view{"low"},    std::string_view{"outside"},    std::string_view{"than"},
    std::string_view{"cap"},    std::string_view{"when"},
};

std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return std::string("\"") + c + "\"";
  constexpr std::string_view hex = "0123456789abcdef";
  return std::string("byte 0x") + hex[byte >> 4U] + hex[byte & 15U];
}

class cutter {
 public:
  explicit cutter(std::string_view text) : text_(text) {}

  result<std::vector<token>> run() {
    std::vector<token> out;
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      auto next = at_ == text_.size() ? token{token_kind::end, {}, at_ + 1} : cut();
      if (!next) return next.error();
      out.push_back(std::move(*next));
      if (out.back().kind == token_kind::end) return out;
    }
  }

 private:
  result<token> cut() {
    const char c = text_[at_];
    if (is_letter(c)) return while_true(token_kind::word, in_name);
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
    if (c == '"' || c == '\'') return quoted(c);
    return symbol();
  }

  result<token> symbol() {
    const auto two = text_.substr(at_, 2);
    const std::size_t size = two == ">=" || two == "<=" || two == "==" || two == "!=" ? 2 : 1;
    if (size == 1 && std::string_view("()[],*%<>-+").find(text_[at_]) == std::string_view::npos)
      return error_at(at_ + 1, shown(text_[at_]) + " has no meaning here");
    token out{token_kind::symbol, std::string(text_.substr(at_, size)), at_ + 1};
    at_ += size;
    return out;
  }

  /// Digits and letters, and the sign of an exponent ("1e-3").
  result<token> number() {
    const auto begin = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool sign =
          (c == '-' || c == '+') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E') && at_ > begin;
      if (!is_digit(c) && !is_letter(c) && c != '.' && !sign) break;
      ++at_;
    }
    return token{token_kind::number, std::string(text_.substr(begin, at_ - begin)), begin + 1};
  }

  template <class Test>
  token while_true(token_kind kind, Test test) {
    const auto begin = at_;
    while (at_ < text_.size() && test(text_[at_])) ++at_;
    return token{kind, std::string(text_.substr(begin, at_ - begin)), begin + 1};
  }

  result<token> quoted(char quote) {
    token out{token_kind::quoted, {}, at_ + 1};
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        if (out.text.empty()) return error_at(out.column, "a name must not be empty");
        return out;
      }
      if (c == '\\') {
        if (++at_ == text_.size()) break;
        c = text_[at_];
        if (c != '\\' && c != '"' && c != '\'')
          return error_at(at_ + 1, "only \\\\, \\\" and \\' are known after a backslash");
      }
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        return error_at(at_ + 1, "control characters are not allowed in a name");
      out.text += c;
    }
    return error_at(out.column, "the quotation mark is never closed");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

error error_at(std::size_t column, std::string message) {
  return make_error(errc::invalid_document, std::move(message), "column " + std::to_string(column));
}

bool is_reserved(std::string_view word) noexcept {
  return std::find(reserved.begin(), reserved.end(), word) != reserved.end();
}

bool is_plain_name(std::string_view name) noexcept {
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), in_name) &&
         !is_reserved(name);
}

result<std::vector<token>> lex(std::string_view text) {
  if (text.size() > longest_text)
    return error_at(longest_text, "the condition is longer than " + std::to_string(longest_text) + " bytes");
  return cutter(text).run();
}

}  // namespace shipflow::health
