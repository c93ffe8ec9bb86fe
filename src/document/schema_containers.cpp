// Lists, mappings with free names, tables, alternatives.
#include "document/schema_rule.hpp"

#include <algorithm>

namespace shipflow::schema {
namespace {

class list_rule final : public rule {
 public:
  list_rule(type item, std::size_t least, std::size_t most)
      : item_(std::move(item)), least_(least), most_(most) {}
  bool accepts(node_kind k) const override { return k == node_kind::sequence; }
  std::string words() const override { return "a list"; }
  void check(const node& n, checker& c) const override {
    if (n.items.size() < least_)
      c.wrong(n, least_ == 1 ? "the list is empty"
                             : "the list needs at least " + std::to_string(least_) + " items");
    if (n.items.size() > most_) c.wrong(n, "the list may have at most " + std::to_string(most_) + " items");
    for (const auto& item : n.items) schema::check(item, item_, c);
  }
  json::object schema(definitions& d) const override {
    json::object out{{"type", "array"}, {"items", item_->schema(d)}};
    if (least_ != 0) out["minItems"] = least_;
    if (most_ != std::numeric_limits<std::size_t>::max()) out["maxItems"] = most_;
    return out;
  }

 private:
  type item_;
  std::size_t least_;
  std::size_t most_;
};

class map_rule final : public rule {
 public:
  map_rule(type name, type value) : name_(std::move(name)), value_(std::move(value)) {}
  bool accepts(node_kind k) const override { return k == node_kind::mapping; }
  std::string words() const override { return "a mapping"; }
  void check(const node& n, checker& c) const override {
    for (const auto& [name, value] : n.fields) {
      schema::check(key_node(name, value), name_, c);
      schema::check(value, value_, c);
    }
  }
  json::object schema(definitions& d) const override {
    return {
        {"type", "object"}, {"propertyNames", name_->schema(d)}, {"additionalProperties", value_->schema(d)}};
  }

  static node key_node(const std::string& name, const node& value) {
    node out;
    out.kind = node_kind::string;
    out.text = name;
    out.place = value.key_place();
    out.pointer = value.pointer;
    return out;
  }

 private:
  type name_;
  type value_;
};

class table_rule final : public rule {
 public:
  explicit table_rule(const mapping& (*source)()) : source_(source) {}
  explicit table_rule(mapping value) : own_(std::make_unique<const mapping>(std::move(value))) {}
  bool accepts(node_kind k) const override { return k == node_kind::mapping; }
  std::string words() const override { return "a mapping"; }
  void check(const node& n, checker& c) const override { check_mapping(n, get(), c); }
  json::object schema(definitions& d) const override { return d.reference_to(get()); }

 private:
  const mapping& get() const { return own_ ? *own_ : source_(); }
  const mapping& (*source_)() = nullptr;
  std::unique_ptr<const mapping> own_;
};

class either_rule final : public rule {
 public:
  explicit either_rule(std::vector<type> alternatives) : alternatives_(std::move(alternatives)) {}
  bool accepts(node_kind k) const override {
    return std::any_of(alternatives_.begin(), alternatives_.end(),
                       [&](const auto& t) { return t->accepts(k); });
  }
  std::string words() const override {
    std::string out;
    for (const auto& t : alternatives_) {
      if (!out.empty()) out += &t == &alternatives_.back() ? " or " : ", ";
      out += t->words();
    }
    return out;
  }
  bool takes_references() const override {
    return std::any_of(alternatives_.begin(), alternatives_.end(),
                       [](const auto& t) { return t->takes_references(); });
  }

  /// The findings of the alternative that takes this kind; of several, those with the fewest.
  void check(const node& n, checker& c) const override {
    diagnostics best;
    bool first = true;
    for (const auto& t : alternatives_) {
      if (!t->accepts(n.kind)) continue;
      diagnostics found;
      checker trial(found, c.at());
      t->check(n, trial);
      if (!found.has_errors()) return;
      if (first || found.items().size() < best.items().size()) best = std::move(found);
      first = false;
    }
    c.out().append(best);
  }

  json::object schema(definitions& d) const override {
    json::array all;
    for (const auto& t : alternatives_) all.push_back(t->schema(d));
    return {{"anyOf", std::move(all)}};
  }

 private:
  std::vector<type> alternatives_;
};

}  // namespace

type list_of(type item, std::size_t least, std::size_t most) {
  return make<list_rule>(std::move(item), least, most);
}
type map_of(type name, type value) { return make<map_rule>(std::move(name), std::move(value)); }
type table(const mapping& (*source)()) { return make<table_rule>(source); }
type table(mapping value) { return make<table_rule>(std::move(value)); }
type either(std::vector<type> alternatives) { return make<either_rule>(std::move(alternatives)); }

}  // namespace shipflow::schema
