// What every type of the schema facility does. Private to src/document/schema*.cpp.
#pragma once

#include "document/schema.hpp"

#include <map>

namespace shipflow::schema {

/// One pass over a node.
class checker {
 public:
  checker(diagnostics& out, stage at) : out_(out), at_(at) {}

  [[nodiscard]] stage at() const noexcept { return at_; }
  void wrong(const node& n, std::string message) { out_.error(n.place, n.pointer, std::move(message)); }
  void wrong_key(const node& n, std::string message) {
    out_.error(n.key_place(), n.pointer, std::move(message));
  }
  [[nodiscard]] diagnostics& out() noexcept { return out_; }

 private:
  diagnostics& out_;
  stage at_;
};

/// Collects the tables a schema refers to under `$defs`.
class definitions {
 public:
  /// `{"$ref": "#/$defs/<name>"}`; writes the table the first time it is asked for.
  [[nodiscard]] json::object reference_to(const mapping& table);
  [[nodiscard]] json::object take() { return std::move(written_); }

 private:
  std::map<const mapping*, std::string> names_;
  json::object written_;
};

class rule {
 public:
  rule() = default;
  rule(const rule&) = delete;
  rule& operator=(const rule&) = delete;
  virtual ~rule() = default;

  [[nodiscard]] virtual bool accepts(node_kind k) const = 0;
  /// With its article: "a duration such as 10m".
  [[nodiscard]] virtual std::string words() const = 0;
  /// The node is of an accepted kind.
  virtual void check(const node& n, checker& c) const = 0;
  [[nodiscard]] virtual json::object schema(definitions& d) const = 0;
  /// True when a string may hold `${...}`.
  [[nodiscard]] virtual bool takes_references() const { return false; }
};

/// Checks the kind, then the rest.
void check(const node& n, const type& expected, checker& c);

/// What a mapping must be, by its table.
void check_mapping(const node& n, const mapping& table, checker& c);
[[nodiscard]] json::object schema_of(const mapping& table, definitions& d);

/// What JSON Schema says about a string with a reference.
[[nodiscard]] json::object reference_schema();

template <class Rule, class... Args>
[[nodiscard]] type make(Args&&... args) {
  return type(std::make_shared<const Rule>(std::forward<Args>(args)...));
}

}  // namespace shipflow::schema
