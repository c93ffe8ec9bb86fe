// Tables that say what a mapping of a document may hold. One table validates a node, reporting
// everything in one go, and generates the JSON Schema (draft 2020-12) of what it accepts.
//
//   const schema::mapping& retry_table() {
//     static const auto table = [] {
//       schema::mapping t("retry", "How often a step is tried again");
//       t.field("attempts", schema::integer(1, 100), schema::required, "tries in all").example(3);
//       t.field("backoff", schema::duration_type(), "wait before the second try").standard("2s");
//       return t;
//     }();
//     return table;
//   }
//
// Tables and types are immutable once built and may be used from any thread.
#pragma once

#include "document/schema_read.hpp"

#include <shipflow/document.hpp>

#include <limits>
#include <memory>
#include <optional>

namespace shipflow::schema {

/// A document as people wrote it, or after its references were rendered. As written, a field that
/// allows references takes a string with one in place of its type. Rendered, nothing is read as a
/// reference any more, and such a field reads the text it got: "3" is an integer there.
enum class stage { written, rendered };

enum class presence { optional, required };
inline constexpr auto required = presence::required;
inline constexpr auto optional = presence::optional;

class rule;  // what a type does, see schema_rule.hpp
class mapping;

/// What a node may be. A value, cheap to copy.
class type {
 public:
  explicit type(std::shared_ptr<const rule> r) : rule_(std::move(r)) {}
  /// Also a string with `${...}`, whose value is checked once it is rendered.
  [[nodiscard]] type references() const;
  [[nodiscard]] const rule& operator*() const noexcept { return *rule_; }
  [[nodiscard]] const rule* operator->() const noexcept { return rule_.get(); }

 private:
  std::shared_ptr<const rule> rule_;
};

/// Any string, also an empty one. Without `.references()` it must not contain `${`.
[[nodiscard]] type string();
[[nodiscard]] type non_empty_string();
/// The same as `string().references()`.
[[nodiscard]] type text();
/// The whole string matches the ECMAScript pattern; `words` is for messages: "a version such as 1.5.0".
/// At most 256 bytes.
[[nodiscard]] type matching(std::string pattern, std::string words);
/// A name: a letter, then letters, digits, `-` and `_`, 64 at most.
[[nodiscard]] type identifier();
[[nodiscard]] type enumeration(std::vector<std::string> values);
[[nodiscard]] type boolean();
[[nodiscard]] type integer(std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                           std::int64_t most = std::numeric_limits<std::int64_t>::max());
[[nodiscard]] type number(double least = std::numeric_limits<double>::lowest(),
                          double most = std::numeric_limits<double>::max());
/// A string such as "1m30s"; the bounds are checked here but are words only in the JSON Schema.
[[nodiscard]] type duration_type(duration least = duration{0}, duration most = duration::max());
/// Everything, null included. Its strings may hold references.
[[nodiscard]] type any();
/// A string, number, boolean or null; may hold references.
[[nodiscard]] type scalar();
[[nodiscard]] type list_of(type item, std::size_t least = 0,
                           std::size_t most = std::numeric_limits<std::size_t>::max());
/// A mapping with free names; `name` is a string type for them.
[[nodiscard]] type map_of(type name, type value);
/// A mapping by its table. The function form is not called before the first use, so tables may
/// refer to themselves.
[[nodiscard]] type table(const mapping& (*source)());
[[nodiscard]] type table(mapping value);
/// One of several. The kind of the node picks the alternative that is reported; where several take
/// that kind, one without findings is enough. The JSON Schema says `anyOf`.
[[nodiscard]] type either(std::vector<type> alternatives);

/// One key of a table. `standard` is what holds when the key is absent, in words of JSON.
class field {
 public:
  field(std::string name, type t, presence p, std::string help);
  field& standard(json::value value);
  field& example(json::value value);

  std::string name;
  type accepts;
  presence needed;
  std::string help;
  std::optional<json::value> default_value;
  std::vector<json::value> examples;
};

class mapping {
 public:
  /// `name` is used in messages ("unknown key ... in a step") and under $defs; `help` says what it is.
  mapping(std::string name, std::string help);

  /// The reference is valid until the next field is added.
  schema::field& field(std::string name, type t, presence p, std::string help);
  schema::field& field(std::string name, type t, std::string help);

  /// Exactly one, or at most one, of these keys is there. They must be fields.
  mapping& exactly_one(std::vector<std::string> keys);
  mapping& at_most_one(std::vector<std::string> keys);
  /// With `key` there, at least one of `others` is there too.
  mapping& needs(std::string key, std::vector<std::string> others);
  /// All other keys are free, with this name and type.
  mapping& others(type name, type value);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<schema::field>& fields() const noexcept { return fields_; }
  /// Names in the order they were added.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  friend class mapping_rule;
  struct group {
    std::vector<std::string> keys;
    presence one;  ///< required: exactly one
  };
  struct dependency {
    std::string key;
    std::vector<std::string> others;
  };
  struct free_keys {
    type name;
    type value;
  };

  std::string name_;
  std::string help_;
  std::vector<schema::field> fields_;
  std::vector<group> groups_;
  std::vector<dependency> dependencies_;
  std::optional<free_keys> others_;
};

/// Checks a node against a type; findings go to `out` in document order.
void validate(const node& n, const type& expected, diagnostics& out, stage at = stage::written);

/// The JSON Schema of a whole document. It cannot say everything: bounds of durations, integers
/// beyond 64 bits, the syntax of references and duplicate keys are checked by `validate` alone.
[[nodiscard]] json::value json_schema(const type& root, std::string_view title);

}  // namespace shipflow::schema
