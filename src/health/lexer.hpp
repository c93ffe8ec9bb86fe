// Text of a condition to tokens with columns.
#pragma once

#include <shipflow/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::health {

enum class token_kind { word, quoted, number, symbol, end };

struct token {
  token_kind kind = token_kind::end;
  std::string text;        ///< numbers as written with their letters ("5m", "1e3"), quoted unescaped
  std::size_t column = 1;  ///< counted from 1, in bytes
};

/// Cuts the text; the last token is `end`. Errors name the column.
[[nodiscard]] result<std::vector<token>> lex(std::string_view text);

/// An error of the language at a column.
[[nodiscard]] error error_at(std::size_t column, std::string message);

/// May this be written without quotes as the name of a series or metric?
[[nodiscard]] bool is_plain_name(std::string_view name) noexcept;
[[nodiscard]] bool is_reserved(std::string_view word) noexcept;

}  // namespace shipflow::health
