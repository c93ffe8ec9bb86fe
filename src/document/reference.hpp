// References in strings: `${path.to.value}`, `${NAME:-default}`; `$${` stands for a literal `${`.
#pragma once

#include <shipflow/document.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::reference {

/// A literal piece or a reference. A path is names of letters, digits, `_` and `-`, joined by
/// dots; each may carry an instance, as in `steps.api[eu].output`.
struct part {
  std::string literal;                  ///< for a literal; escapes already undone
  std::string path;                     ///< for a reference; empty for a literal
  std::optional<std::string> fallback;  ///< what stands behind `:-`; may be empty
  std::size_t offset = 0;               ///< of its first byte in the string
  [[nodiscard]] bool is_reference() const noexcept { return !path.empty(); }
};

/// A string as its parts, in order.
struct text_template {
  std::vector<part> parts;
  [[nodiscard]] bool has_references() const noexcept;
  /// True for exactly one reference and nothing else: the value keeps its type.
  [[nodiscard]] bool is_one_reference() const noexcept;
};

/// What is wrong with a reference, and where in the string.
struct problem {
  std::size_t offset = 0;
  std::string message;
};

/// The parts, or the first problem. O(bytes).
struct parsed {
  text_template value;
  std::optional<problem> bad;
};
[[nodiscard]] parsed parse(std::string_view text);

/// `steps.api[eu].output` as {"steps", "api[eu]", "output"}.
[[nodiscard]] std::vector<std::string> segments(std::string_view path);

/// The place of byte `offset` of a string node; of the node itself when its text does not stand
/// verbatim in the document.
[[nodiscard]] source_place place_of(const node& string, std::size_t offset);

/// One reference somewhere in a tree.
struct use {
  std::string path;
  bool has_fallback = false;
  const node* string = nullptr;  ///< the string it stands in; owned by the tree
  int line = 0;
  int column = 0;
  [[nodiscard]] source_place place() const { return {string->place.file, line, column}; }
  [[nodiscard]] const std::string& pointer() const { return string->pointer; }
};
/// All references of a tree in document order; syntax errors go to `out`.
[[nodiscard]] std::vector<use> collect(const node& tree, diagnostics& out);

/// What a reference stands for, or why it has no value; its default is the resolver's to use.
using resolver = std::function<result<json::value>(const part&)>;

/// A string node rendered. A string that is one reference becomes the value with its type; inside
/// a longer text only scalars may stand. Text that comes from a resolver is never read for
/// references again. Every problem is a finding with its place; then there is no value.
[[nodiscard]] std::optional<json::value> render_string(const node& string, const resolver& find,
                                                       diagnostics& out);

/// The value of a path, or nothing when there is none.
using lookup = std::function<std::optional<json::value>(const std::string& path)>;

/// The tree with all strings rendered. Unresolved references are errors. A string above 1 MiB, more than 200000
/// nodes or 100 levels are errors, since values that refer to values can grow without end.
[[nodiscard]] node render(const node& tree, const lookup& find, diagnostics& out);

/// Named values that may refer to each other. The names in an order in which each comes after
/// what it refers to; names outside the set are ignored. Each cycle is one error at the place of
/// the reference that closes it, `a -> b -> a`, and its members are left out. `name_in_set` gives
/// the name a path refers to, or nothing.
using naming = std::function<std::optional<std::string>(const std::string& path)>;
[[nodiscard]] std::vector<std::string> order(const std::vector<std::pair<std::string, node>>& values,
                                             const naming& name_in_set, diagnostics& out);

}  // namespace shipflow::reference
