#include "plan/when.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace shipflow::planning {
namespace {

constexpr std::size_t longest = 4096;
constexpr int deepest = 32;
constexpr std::array<std::string_view, 6> compares{"==", "!=", "<=", ">=", "<", ">"};

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

std::optional<double> number_in(std::string_view text) {
  double out = 0;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || ec != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return out;
}

json::value logic(std::string_view op, json::array of) {
  return json::object{{"op", json::string_view(op.data(), op.size())}, {"of", std::move(of)}};
}

class reader {
 public:
  reader(std::string_view text, when_problem& bad) : text_(text), bad_(bad) {}

  json::value all() {
    if (text_.size() > longest) return fail("a condition has at most 4096 bytes");
    auto out = alternatives(0);
    skip();
    if (good() && at_ < text_.size()) return fail("`" + rest() + "` is too much here");
    return out;
  }

 private:
  [[nodiscard]] bool good() const { return bad_.message.empty(); }
  json::value fail(std::string why) {
    if (good()) bad_ = {at_, std::move(why)};
    return nullptr;
  }
  [[nodiscard]] std::string rest() const { return std::string(text_.substr(at_, 20)); }
  void skip() {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
  }
  bool take(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool take_word(std::string_view word) {
    skip();
    const auto end = at_ + word.size();
    if (!text_.substr(at_).starts_with(word) || (end < text_.size() && letter(text_[end]))) return false;
    at_ = end;
    return true;
  }

  json::value alternatives(int depth) {
    json::array of{conjunction(depth)};
    while (good() && take_word("or")) of.push_back(conjunction(depth));
    return of.size() == 1 ? std::move(of.front()) : logic("or", std::move(of));
  }
  json::value conjunction(int depth) {
    json::array of{negation(depth)};
    while (good() && take_word("and")) of.push_back(negation(depth));
    return of.size() == 1 ? std::move(of.front()) : logic("and", std::move(of));
  }
  json::value negation(int depth) {
    if (depth > deepest) return fail("the condition is nested more than 32 levels deep");
    if (take_word("not")) return logic("not", {negation(depth + 1)});
    if (take("(")) {
      auto inner = alternatives(depth + 1);
      if (good() && !take(")")) return fail("`)` is missing");
      return inner;
    }
    auto left = operand();
    for (const auto op : compares)
      if (good() && take(op)) return logic(op, {std::move(left), operand()});
    if (good() && take("=")) return fail("`=` is written `==`");
    return left;
  }

  json::value operand() {
    skip();
    if (!good() || at_ >= text_.size()) return fail("a value is missing");
    const char c = text_[at_];
    if (c == '\'' || c == '"') return quoted(c);
    if (text_.substr(at_).starts_with("${")) return referenced();
    const auto start = at_;
    while (at_ < text_.size() && letter(text_[at_])) ++at_;
    const auto word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false") return word == "true";
    std::int64_t whole = 0;
    const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), whole);
    if (!word.empty() && ec == std::errc{} && end == word.data() + word.size()) return whole;
    if (const auto n = number_in(word)) return *n;
    at_ = start;
    return fail(word.empty() ? "`" + rest() + "` is no value; text goes in quotes"
                             : "`" + std::string(word) + "` is no value; text goes in quotes");
  }
  json::value quoted(char mark) {
    const auto end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) return fail("the closing quote is missing");
    const auto inner = text_.substr(at_ + 1, end - at_ - 1);
    if (inner.find("${") != std::string_view::npos) return fail("a reference stands outside of quotes");
    at_ = end + 1;
    return json::string(json::string_view(inner.data(), inner.size()));
  }
  json::value referenced() {
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos) return fail("`}` is missing");
    const auto written = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return json::string(json::string_view(written.data(), written.size()));
  }

  std::string_view text_;
  when_problem& bad_;
  std::size_t at_ = 0;
};

std::string shown(const json::value& v) {
  if (const auto* text = v.if_string()) return std::string(*text);
  return v.is_null() ? std::string{} : json::serialize(v);
}

std::optional<double> number_of(const json::value& v) {
  if (const auto* text = v.if_string()) return number_in(std::string_view(*text));
  if (v.is_number()) return v.to_number<double>();
  return std::nullopt;
}

result<bool> compared(std::string_view op, const json::value& left, const json::value& right) {
  const auto a = number_of(left);
  const auto b = number_of(right);
  if (op == "==" || op == "!=") {
    const bool same = a && b ? *a == *b : shown(left) == shown(right);
    return same == (op == "==");
  }
  for (const auto& [number, value] : {std::pair{a, &left}, std::pair{b, &right}})
    if (!number)
      return make_error(errc::invalid_document,
                        "`" + std::string(op) + "` compares numbers, not `" + shown(*value) + "`");
  if (op == "<") return *a < *b;
  if (op == "<=") return *a <= *b;
  return op == ">" ? *a > *b : *a >= *b;
}

result<bool> truth_of(const json::value& v) {
  if (const auto* truth = v.if_bool()) return *truth;
  const auto text = shown(v);
  if (text == "true" || text == "false") return text == "true";
  return make_error(errc::invalid_document, "must be true or false, not `" + text + "`");
}

}  // namespace

bool is_condition(std::string_view text) {
  while (!text.empty() && (blank(text.front()) || text.front() == '!')) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  if (text.starts_with("${")) return text.find('}') + 1 != text.size();
  for (const char c : text)
    if (!letter(c)) return true;
  return false;
}

json::value parse_when(std::string_view text, when_problem& bad) { return reader(text, bad).all(); }

result<bool> decide_when(const json::value& condition) {
  const auto* object = condition.if_object();
  if (object == nullptr) return truth_of(condition);
  const auto* op = object->if_contains("op");
  const auto* of = object->if_contains("of");
  const bool shaped =
      op != nullptr && op->is_string() && of != nullptr && of->is_array() && !of->get_array().empty();
  if (!shaped) return make_error(errc::invalid_document, "is not a condition");
  const std::string_view word(op->get_string());
  const auto& parts = of->get_array();
  if (word != "and" && word != "or" && word != "not")
    return parts.size() == 2 ? compared(word, parts[0], parts[1])
                             : result<bool>(make_error(errc::invalid_document, "is not a comparison"));
  for (const auto& part : parts) {
    auto is = decide_when(part);
    if (!is) return is;
    if (word == "not") return !*is;
    if (*is == (word == "or")) return *is;
  }
  return word == "and";
}

}  // namespace shipflow::planning
