#include "health/parser.hpp"

#include "health/suggest.hpp"

#include <algorithm>

namespace shipflow {
namespace health {
namespace {

constexpr int deepest = 32;
constexpr std::size_t most_atoms = 64;

}  // namespace

result<condition> parser::whole_condition() {
  condition out;
  if (!parse_condition(out) || !at_end()) return *error_;
  return out;
}

result<health_rule> parser::whole_rule() {
  health_rule out;
  const bool known = here().text == "abort" || here().text == "pause" || here().text == "gate";
  if (here().kind != token_kind::word || !known) {
    fail_unknown("a rule starts with abort, pause or gate, not", {"abort", "pause", "gate"});
    return *error_;
  }
  out.action = here().text == "abort"   ? rule_action::abort
               : here().text == "pause" ? rule_action::pause
                                        : rule_action::gate;
  ++at_;
  if (!parse_series(out.name) || !want_word("when") || !parse_condition(out.when) || !at_end())
    return *error_;
  return out;
}

bool parser::parse_condition(condition& out) {
  if (!parse_any(out.root, 0)) return false;
  while (here().kind == token_kind::number || here().kind == token_kind::word)
    if (!parse_option(out.options)) return false;
  return true;
}

bool parser::parse_any(condition_node& out, int depth) {
  if (depth > deepest)
    return fail(here().column,
                "parentheses and `not` are nested deeper than " + std::to_string(deepest) + " levels");
  condition_node first;
  if (!parse_all(first, depth)) return false;
  if (!sees_word("or")) {
    out = std::move(first);
    return true;
  }
  out.logic = node_logic::any;
  out.operands.push_back(std::move(first));
  while (take_word("or"))
    if (!parse_all(out.operands.emplace_back(), depth)) return false;
  return true;
}

bool parser::parse_all(condition_node& out, int depth) {
  condition_node first;
  if (!parse_not(first, depth)) return false;
  if (!sees_word("and")) {
    out = std::move(first);
    return true;
  }
  out.logic = node_logic::all;
  out.operands.push_back(std::move(first));
  while (take_word("and"))
    if (!parse_not(out.operands.emplace_back(), depth)) return false;
  return true;
}

bool parser::parse_not(condition_node& out, int depth) {
  if (depth > deepest)
    return fail(here().column,
                "parentheses and `not` are nested deeper than " + std::to_string(deepest) + " levels");
  if (take_word("not")) {
    out.logic = node_logic::negation;
    return parse_not(out.operands.emplace_back(), depth + 1);
  }
  if (take_symbol("(")) return parse_any(out, depth + 1) && want_symbol(")");
  if (++atoms_ > most_atoms)
    return fail(here().column, "more than " + std::to_string(most_atoms) + " comparisons in one condition");
  return parse_atom(out.atom);
}

bool parser::sees_word(std::string_view word) const {
  return here().kind == token_kind::word && here().text == word;
}
bool parser::sees_symbol(std::string_view symbol) const {
  return here().kind == token_kind::symbol && here().text == symbol;
}
bool parser::take_word(std::string_view word) {
  if (!sees_word(word)) return false;
  ++at_;
  return true;
}
bool parser::take_symbol(std::string_view symbol) {
  if (!sees_symbol(symbol)) return false;
  ++at_;
  return true;
}
bool parser::want_word(std::string_view word) {
  return take_word(word) || fail_expected("\"" + std::string(word) + "\"");
}
bool parser::want_symbol(std::string_view symbol) {
  return take_symbol(symbol) || fail_expected("\"" + std::string(symbol) + "\"");
}

bool parser::fail(std::size_t column, std::string message) {
  if (!error_) error_ = error_at(column, std::move(message));
  return false;
}

bool parser::fail_expected(std::string_view what) {
  const auto& t = here();
  const auto found = t.kind == token_kind::end ? std::string("the end") : "\"" + t.text.substr(0, 40) + "\"";
  return fail(t.column, "expected " + std::string(what) + ", found " + found);
}

bool parser::fail_unknown(std::string_view what, const std::vector<std::string>& known) {
  const auto& t = here();
  if (t.kind == token_kind::end) return fail(t.column, std::string(what) + " the end of the text");
  return fail(t.column, std::string(what) + " \"" + t.text.substr(0, 40) + "\"" + suggestion(t.text, known));
}

bool parser::at_end() {
  if (here().kind == token_kind::end) return true;
  if (sees_symbol(")")) return fail(here().column, "there is no \"(\" for this \")\"");
  return fail_expected("and, or, an option such as `for 5m`, or the end");
}

}  // namespace health

inline namespace v1 {

result<condition> parse_condition(std::string_view text) {
  auto tokens = health::lex(text);
  if (!tokens) return tokens.error();
  return health::parser(std::move(*tokens)).whole_condition();
}

result<health_rule> parse_rule(std::string_view text) {
  auto tokens = health::lex(text);
  if (!tokens) return tokens.error();
  return health::parser(std::move(*tokens)).whole_rule();
}

}  // namespace v1
}  // namespace shipflow
