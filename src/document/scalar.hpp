// Scalars by the core schema of YAML 1.2 (chapter 10.3), which JSON's literals are a part of.
#pragma once

#include <shipflow/document.hpp>

#include <string_view>

namespace shipflow::doc {

/// The value of a plain scalar: kind, boolean, integer, number and text are set. Infinity and
/// "not a number" have no JSON form and stay strings. An integer beyond 64 bits or a number
/// beyond a double sets `problem` and is a string.
struct scalar {
  node value;
  std::string_view problem;
};
[[nodiscard]] scalar plain_scalar(std::string_view text);

/// A string, whatever it looks like.
[[nodiscard]] node string_scalar(std::string text);

}  // namespace shipflow::doc
