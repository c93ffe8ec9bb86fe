#include "document/schema_rule.hpp"
#include "document/suggestion.hpp"
#include "document/text.hpp"

#include <algorithm>
#include <set>

namespace shipflow::schema {

field::field(std::string n, type t, presence p, std::string h)
    : name(std::move(n)), accepts(std::move(t)), needed(p), help(std::move(h)) {}

field& field::standard(json::value value) {
  default_value = std::move(value);
  return *this;
}

field& field::example(json::value value) {
  examples.push_back(std::move(value));
  return *this;
}

mapping::mapping(std::string name, std::string help) : name_(std::move(name)), help_(std::move(help)) {}

schema::field& mapping::field(std::string name, type t, presence p, std::string help) {
  return fields_.emplace_back(std::move(name), std::move(t), p, std::move(help));
}

schema::field& mapping::field(std::string name, type t, std::string help) {
  return field(std::move(name), std::move(t), presence::optional, std::move(help));
}

mapping& mapping::exactly_one(std::vector<std::string> keys) {
  groups_.push_back({std::move(keys), presence::required});
  return *this;
}

mapping& mapping::at_most_one(std::vector<std::string> keys) {
  groups_.push_back({std::move(keys), presence::optional});
  return *this;
}

mapping& mapping::needs(std::string key, std::vector<std::string> others) {
  dependencies_.push_back({std::move(key), std::move(others)});
  return *this;
}

mapping& mapping::others(type name, type value) {
  others_ = free_keys{std::move(name), std::move(value)};
  return *this;
}

std::vector<std::string> mapping::names() const {
  std::vector<std::string> out;
  for (const auto& f : fields_) out.push_back(f.name);
  return out;
}

namespace {

std::string joined(const std::vector<std::string>& names, std::string_view last) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out += &name == &names.back() ? " " + std::string(last) + " " : ", ";
    out += name;
  }
  return out;
}

/// "a step", "an action".
std::string with_article(const std::string& name) {
  const bool vowel = name.find_first_of("aeiou") == 0;
  return (vowel ? "an " : "a ") + name;
}

}  // namespace

/// One check of one mapping. Keys that are there under a misspelt name count as there, so that
/// one mistake is one finding.
class mapping_rule {
 public:
  mapping_rule(const node& n, const mapping& table, checker& c) : n_(n), table_(table), c_(c) {}

  void check() {
    for (const auto& [name, value] : n_.fields) check_field(name, value);
    for (const auto& f : table_.fields_)
      if (f.needed == required && !is_there(f.name))
        c_.wrong(n_, with_article(table_.name_) + " needs the key " + doc::quoted(f.name) + ": " + f.help);
    for (const auto& group : table_.groups_) check_group(group);
    for (const auto& d : table_.dependencies_) check_dependency(d);
  }

  static json::object schema(const mapping& table, definitions& d);

 private:
  bool is_there(const std::string& name) const {
    return n_.find(name) != nullptr || misspelt_.contains(name);
  }

  void check_field(const std::string& name, const node& value) {
    const auto& fields = table_.fields_;
    const auto known =
        std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == name; });
    if (known != fields.end()) return schema::check(value, known->accepts, c_);
    if (table_.others_) return check_free(name, value);
    if (!absent_) absent_ = absent_names();
    if (auto meant = doc::nearest(name, *absent_)) misspelt_.insert(std::move(*meant));
    c_.wrong_key(value, "unknown key " + doc::quoted(name) + " in " + with_article(table_.name_) +
                            doc::did_you_mean(name, *absent_));
  }

  void check_free(const std::string& name, const node& value) {
    node key;
    key.kind = node_kind::string;
    key.text = name;
    key.place = value.key_place();
    key.pointer = value.pointer;
    schema::check(key, table_.others_->name, c_);
    schema::check(value, table_.others_->value, c_);
  }

  std::vector<std::string> absent_names() const {
    std::vector<std::string> out;
    for (const auto& f : table_.fields_)
      if (n_.find(f.name) == nullptr) out.push_back(f.name);
    return out;
  }

  void check_group(const mapping::group& group) {
    std::vector<std::string> found;
    for (const auto& key : group.keys)
      if (is_there(key)) found.push_back(key);
    if (found.size() > 1) {
      const auto* second = n_.find(found[1]);
      c_.wrong_key(second == nullptr ? n_ : *second,
                   with_article(table_.name_) + " can have only one of " + joined(found, "and"));
    }
    if (found.empty() && group.one == required)
      c_.wrong(n_, with_article(table_.name_) + " needs one of " + joined(group.keys, "or"));
  }

  void check_dependency(const mapping::dependency& d) {
    const auto* value = n_.find(d.key);
    const auto there = [&](const auto& key) { return is_there(key); };
    if (value == nullptr || std::any_of(d.others.begin(), d.others.end(), there)) return;
    c_.wrong_key(*value, doc::quoted(d.key) + " works only together with " + joined(d.others, "or"));
  }

  const node& n_;
  const mapping& table_;
  checker& c_;
  std::optional<std::vector<std::string>> absent_;  ///< known keys that are not there
  std::set<std::string> misspelt_;
};

namespace {

/// Schema of a field: of its type, with what people want to know beside it.
json::object annotated(const field& f, definitions& d) {
  auto out = f.accepts->schema(d);
  if (!f.help.empty()) out["description"] = f.help;
  if (f.default_value) out["default"] = *f.default_value;
  if (!f.examples.empty()) out["examples"] = json::array(f.examples.begin(), f.examples.end());
  return out;
}

json::array required_one_of(const std::vector<std::string>& keys) {
  json::array out;
  for (const auto& key : keys) out.push_back(json::object{{"required", json::array{key}}});
  return out;
}

/// "Exactly one", or "at most one": the last alternative is then that none is there.
json::object group_schema(const std::vector<std::string>& keys, presence one) {
  auto alternatives = required_one_of(keys);
  if (one == presence::optional)
    alternatives.push_back(json::object{{"not", json::object{{"anyOf", required_one_of(keys)}}}});
  return {{"oneOf", std::move(alternatives)}};
}

json::object dependency_schema(const std::string& key, const std::vector<std::string>& others) {
  return {{"if", json::object{{"required", json::array{key}}}},
          {"then", json::object{{"anyOf", required_one_of(others)}}}};
}

}  // namespace

json::object mapping_rule::schema(const mapping& table, definitions& d) {
  json::object out{{"type", "object"}};
  if (!table.help_.empty()) out["description"] = table.help_;
  json::object properties;
  json::array needed;
  json::array rules;
  for (const auto& f : table.fields_) {
    properties[f.name] = annotated(f, d);
    if (f.needed == required) needed.emplace_back(f.name);
  }
  for (const auto& group : table.groups_) rules.push_back(group_schema(group.keys, group.one));
  for (const auto& dep : table.dependencies_) rules.push_back(dependency_schema(dep.key, dep.others));
  if (table.others_) {
    // The names of fields need not match the pattern of the free ones.
    json::array names{json::object{{"enum", json::value_from(table.names())}},
                      table.others_->name->schema(d)};
    out["propertyNames"] = json::object{{"anyOf", std::move(names)}};
    out["additionalProperties"] = table.others_->value->schema(d);
  } else {
    out["additionalProperties"] = false;
  }
  out["properties"] = std::move(properties);
  if (!needed.empty()) out["required"] = std::move(needed);
  if (!rules.empty()) out["allOf"] = std::move(rules);
  return out;
}

void check_mapping(const node& n, const mapping& table, checker& c) { mapping_rule(n, table, c).check(); }

json::object schema_of(const mapping& table, definitions& d) { return mapping_rule::schema(table, d); }

}  // namespace shipflow::schema
