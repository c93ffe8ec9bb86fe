// Text to a tree: YAML 1.2 core and JSON give the same tree, every node knows its place.
#pragma once

#include <shipflow/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// A place in a document. Line and column (in characters) count from 1; 0 is "unknown".
struct source_place {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const source_place&, const source_place&) = default;
};

enum class severity_of_diagnostic { error, warning };

/// One finding, printed as `plan.yaml:14:19 /stages/1/weight: 120 is above 100`.
struct diagnostic {
  severity_of_diagnostic severity = severity_of_diagnostic::error;
  source_place place;
  std::string pointer;  ///< RFC 6901 pointer of the node, empty for the whole document
  std::string message;  ///< lower case, no full stop; ends with "; did you mean `x`?" where it helps
  [[nodiscard]] std::string text() const;
};

/// All findings of a pass, in document order. A pass reports everything it can in one go.
class diagnostics {
 public:
  void error(source_place place, std::string pointer, std::string message);
  void warning(source_place place, std::string pointer, std::string message);
  void append(const diagnostics& other);
  [[nodiscard]] bool has_errors() const noexcept { return errors_ != 0; }
  [[nodiscard]] const std::vector<diagnostic>& items() const noexcept { return items_; }
  /// One finding per line, sorted by file, line and column.
  [[nodiscard]] std::string text() const;
  /// The findings as one error: the first line of text and the number of the others.
  [[nodiscard]] shipflow::error to_error() const;

 private:
  std::vector<diagnostic> items_;
  std::size_t errors_ = 0;
};

enum class node_kind { null, boolean, integer, number, string, sequence, mapping };
[[nodiscard]] std::string_view name_of(node_kind k) noexcept;

/// A node of the tree. Immutable once parsed; values, cheap to move, deep to copy. What an
/// alias stands for has the place of its definition and the pointer of its use.
struct node {
  node_kind kind = node_kind::null;
  source_place place;
  int key_line = 0;     ///< where the key that names this node stands; 0 outside mappings
  int key_column = 0;   ///< in characters, from 1
  int text_column = 0;  ///< where a string begins that stands verbatim on one line, else 0
  std::string pointer;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;                                  ///< strings: the value; other scalars: as written
  std::vector<node> items;                           ///< sequence
  std::vector<std::pair<std::string, node>> fields;  ///< mapping, in document order

  [[nodiscard]] bool is(node_kind k) const noexcept { return kind == k; }
  /// The place of the key, or of the node itself outside mappings.
  [[nodiscard]] source_place key_place() const;
  /// The field of that name, or null. O(fields).
  [[nodiscard]] const node* find(std::string_view key) const noexcept;
  /// The tree as JSON, order of fields kept.
  [[nodiscard]] json::value to_json() const;
};

/// Limits on what is accepted; the defaults fit documents that people write. Pointers and
/// aliased text together may take 16 times `bytes`, a key 1024 bytes.
struct document_limits {
  std::size_t bytes = 4U << 20;
  std::size_t depth = 64;       ///< above 400 counts as 400
  std::size_t nodes = 200'000;  ///< after alias expansion, so an alias bomb ends here
};

/// A parsed document.
struct document {
  std::string file;
  node root;
};

/// Parses YAML, or JSON when the first non-blank character is `{` or `[` (both ways give the
/// same tree; `#` starts a comment in both). Findings go to `out`; the document is usable only
/// when `out` has no errors.
/// Errors: syntax, duplicate keys, anchors beyond the limits, tags, merge keys, multiple
/// documents, non-string keys, invalid UTF-8, control characters, limits. Plain `yes`, `no`,
/// `on`, `off` stay strings (YAML 1.2). Integers outside 64 bits are errors. O(bytes).
[[nodiscard]] document parse_document(std::string_view text, std::string file, diagnostics& out,
                                      const document_limits& limits = {});

/// Reads and parses a file. A missing or unreadable file is a finding, not an exception.
[[nodiscard]] document load_document(const std::string& path, diagnostics& out,
                                     const document_limits& limits = {});

}  // namespace v1
}  // namespace shipflow
