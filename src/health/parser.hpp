// Recursive descent over the tokens of a condition. The first error is kept and ends the parse.
#pragma once

#include "health/lexer.hpp"

#include <shipflow/condition.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::health {

class parser {
 public:
  explicit parser(std::vector<token> tokens) : tokens_(std::move(tokens)) {}

  [[nodiscard]] result<condition> whole_condition();
  [[nodiscard]] result<health_rule> whole_rule();

 private:
  // Every function below answers false after an error, which is then in `error_`.
  bool parse_condition(condition& out);
  bool parse_any(condition_node& out, int depth);
  bool parse_all(condition_node& out, int depth);
  bool parse_not(condition_node& out, int depth);
  bool parse_atom(condition_atom& out);
  bool parse_threshold(condition_atom& out);
  bool parse_outside(condition_atom& out);
  bool parse_test(condition_atom& out);
  bool parse_burn(condition_atom& out);
  bool parse_certain(condition_atom& out);
  bool parse_absent(condition_atom& out);
  bool parse_aggregate(aggregate& out);
  bool parse_call(aggregate& out);
  bool parse_arguments(aggregate& out);
  bool parse_window(metric_window& out);
  bool parse_arm(metric_arm& out);
  bool parse_option(condition_options& out);
  bool parse_hold(condition_options& out);
  bool take_hold(condition_options& out, hold_kind kind, std::size_t column);
  bool parse_series(std::string& out);
  bool parse_quantity(quantity& out);
  bool parse_share(quantity& out);
  bool parse_duration_above_zero(duration& out);
  bool parse_count(std::int64_t& out, std::int64_t most);
  bool parse_factor(double& out);
  bool parse_multiple(double& out);

  [[nodiscard]] const token& here() const { return tokens_[at_]; }
  [[nodiscard]] const token& after() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  [[nodiscard]] bool sees_word(std::string_view word) const;
  [[nodiscard]] bool sees_symbol(std::string_view symbol) const;
  bool take_word(std::string_view word);      ///< takes it when it is there
  bool take_symbol(std::string_view symbol);  ///< takes it when it is there
  bool want_word(std::string_view word);      ///< an error when it is not there
  bool want_symbol(std::string_view symbol);  ///< an error when it is not there
  bool fail(std::size_t column, std::string message);
  bool fail_expected(std::string_view what);
  bool fail_unknown(std::string_view what, const std::vector<std::string>& known);
  bool at_end();

  std::vector<token> tokens_;
  std::size_t at_ = 0;
  std::size_t atoms_ = 0;
  std::optional<error> error_;
};

}  // namespace shipflow::health
