// Numbers, booleans, free values, and what references do to a type.
#include "document/reference.hpp"
#include "document/scalar.hpp"
#include "document/schema_rule.hpp"
#include "document/text.hpp"

#include <cmath>
#include <sstream>

namespace shipflow::schema {
namespace {

constexpr double exact_integers = 9007199254740992.0;  // 2^53

std::string range_words(std::string_view noun, const std::string& least, const std::string& most) {
  std::string out(noun);
  if (!least.empty() && !most.empty()) return out + " from " + least + " to " + most;
  if (!least.empty()) out += ", at least " + least;
  if (!most.empty()) out += ", at most " + most;
  return out;
}

class integer_rule final : public rule {
 public:
  integer_rule(std::int64_t least, std::int64_t most) : least_(least), most_(most) {}
  bool accepts(node_kind k) const override { return k == node_kind::integer || k == node_kind::number; }
  std::string words() const override {
    return range_words("an integer", bounded_below() ? std::to_string(least_) : "",
                       bounded_above() ? std::to_string(most_) : "");
  }
  void check(const node& n, checker& c) const override {
    // 3.0 is an integer to JSON Schema, so it is one here.
    const bool whole = n.is(node_kind::integer) ||
                       (n.number == std::floor(n.number) && std::abs(n.number) <= exact_integers);
    if (!whole) return c.wrong(n, "expected " + words() + ", found " + n.text);
    const auto value = n.is(node_kind::integer) ? n.integer : static_cast<std::int64_t>(n.number);
    if (value < least_) c.wrong(n, n.text + " is below " + std::to_string(least_));
    if (value > most_) c.wrong(n, n.text + " is above " + std::to_string(most_));
  }
  json::object schema(definitions& /*d*/) const override {
    json::object out{{"type", "integer"}};
    if (bounded_below()) out["minimum"] = least_;
    if (bounded_above()) out["maximum"] = most_;
    return out;
  }

 private:
  bool bounded_below() const { return least_ != std::numeric_limits<std::int64_t>::min(); }
  bool bounded_above() const { return most_ != std::numeric_limits<std::int64_t>::max(); }
  std::int64_t least_;
  std::int64_t most_;
};

class number_rule final : public rule {
 public:
  number_rule(double least, double most) : least_(least), most_(most) {}
  bool accepts(node_kind k) const override { return k == node_kind::integer || k == node_kind::number; }
  std::string words() const override {
    return range_words("a number", bounded_below() ? digits(least_) : "",
                       bounded_above() ? digits(most_) : "");
  }
  void check(const node& n, checker& c) const override {
    const auto value = n.is(node_kind::integer) ? static_cast<double>(n.integer) : n.number;
    if (value < least_) c.wrong(n, n.text + " is below " + digits(least_));
    if (value > most_) c.wrong(n, n.text + " is above " + digits(most_));
  }
  json::object schema(definitions& /*d*/) const override {
    json::object out{{"type", "number"}};
    if (bounded_below()) out["minimum"] = least_;
    if (bounded_above()) out["maximum"] = most_;
    return out;
  }

 private:
  static std::string digits(double value) {
    std::ostringstream out;
    out << value;
    return out.str();
  }
  bool bounded_below() const { return least_ != std::numeric_limits<double>::lowest(); }
  bool bounded_above() const { return most_ != std::numeric_limits<double>::max(); }
  double least_;
  double most_;
};

class boolean_rule final : public rule {
 public:
  bool accepts(node_kind k) const override { return k == node_kind::boolean; }
  std::string words() const override { return "true or false"; }
  void check(const node& /*n*/, checker& /*c*/) const override {}
  json::object schema(definitions& /*d*/) const override { return {{"type", "boolean"}}; }
};

void check_syntax(const node& tree, checker& c) {
  if (c.at() == stage::written) static_cast<void>(reference::collect(tree, c.out()));
}

class any_rule final : public rule {
 public:
  bool accepts(node_kind /*k*/) const override { return true; }
  std::string words() const override { return "any value"; }
  void check(const node& n, checker& c) const override { check_syntax(n, c); }
  json::object schema(definitions& /*d*/) const override { return {}; }
  bool takes_references() const override { return true; }
};

class scalar_rule final : public rule {
 public:
  bool accepts(node_kind k) const override { return k != node_kind::sequence && k != node_kind::mapping; }
  std::string words() const override { return "a string, number, boolean or null"; }
  void check(const node& n, checker& c) const override { check_syntax(n, c); }
  json::object schema(definitions& /*d*/) const override {
    return {{"type", {"string", "number", "boolean", "null"}}};
  }
  bool takes_references() const override { return true; }
};

/// A type, or a string that holds a reference.
class references_rule final : public rule {
 public:
  explicit references_rule(type inner) : inner_(std::move(inner)) {}
  bool accepts(node_kind k) const override { return k == node_kind::string || inner_->accepts(k); }
  std::string words() const override { return inner_->words(); }
  bool takes_references() const override { return true; }

  void check(const node& n, checker& c) const override {
    if (!n.is(node_kind::string)) return inner_->check(n, c);
    if (c.at() == stage::rendered) return check_rendered(n, c);
    if (n.text.find("${") == std::string::npos) return schema::check(n, inner_, c);
    const auto read = reference::parse(n.text);
    if (read.bad)
      return c.out().error(reference::place_of(n, read.bad->offset), n.pointer, read.bad->message);
    if (read.value.has_references()) return;
    checker literal(c.out(), stage::rendered);  // only escapes: the text is known already
    auto copy = n;
    copy.text.clear();
    for (const auto& part : read.value.parts) copy.text += part.literal;
    schema::check(copy, inner_, literal);
  }

  json::object schema(definitions& d) const override {
    return {{"anyOf", {inner_->schema(d), reference_schema()}}};
  }

 private:
  /// A reference inside a longer text always gives a string, whatever the type is.
  void check_rendered(const node& n, checker& c) const {
    if (inner_->accepts(node_kind::string)) return inner_->check(n, c);
    auto read = doc::plain_scalar(n.text).value;
    read.place = n.place;
    read.key_line = n.key_line;
    read.key_column = n.key_column;
    read.pointer = n.pointer;
    schema::check(read, inner_, c);
  }

  type inner_;
};

}  // namespace

json::object reference_schema() { return {{"type", "string"}, {"pattern", "\\$\\{"}}; }

type type::references() const { return rule_->takes_references() ? *this : make<references_rule>(*this); }

type boolean() { return make<boolean_rule>(); }
type integer(std::int64_t least, std::int64_t most) { return make<integer_rule>(least, most); }
type number(double least, double most) { return make<number_rule>(least, most); }
type any() { return make<any_rule>(); }
type scalar() { return make<scalar_rule>(); }

}  // namespace shipflow::schema
