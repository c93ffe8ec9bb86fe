// A text with `${}` taken apart.
#pragma once

#include <shipflow/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::planning {

/// Literal text, or a reference `${name}` or `${name:-otherwise}`.
struct piece {
  bool reference = false;
  std::string text;  ///< the literal, or the name
  std::optional<std::string> otherwise;
  std::string written;  ///< references: as it stands in the text
};

/// `$${` is a literal `${`. An opening without `}` or without a name is an error.
[[nodiscard]] result<std::vector<piece>> pieces_of(std::string_view text);

}  // namespace shipflow::planning
