#include "document/schema.hpp"

#include "document/schema_rule.hpp"
#include "document/text.hpp"

namespace shipflow::schema {
namespace {

std::string found_words(const node& n) {
  switch (n.kind) {
    case node_kind::null: return "nothing";
    case node_kind::sequence: return "a list";
    case node_kind::mapping: return "a mapping";
    case node_kind::string: return "the string " + doc::quoted(n.text);
    case node_kind::boolean: return n.boolean ? "true" : "false";
    default: return "the number " + n.text;
  }
}

/// What to do about a scalar that YAML takes for something else than was meant.
std::string remedy(const node& n, const type& expected) {
  const bool scalar = n.is(node_kind::integer) || n.is(node_kind::number) || n.is(node_kind::boolean);
  if (scalar && expected->words().find("duration") != std::string::npos) return "; it needs a unit";
  if (scalar && expected->accepts(node_kind::string)) return "; put it in quotes";
  if (!n.is(node_kind::string) || !expected->accepts(node_kind::boolean)) return {};
  if (n.text == "yes" || n.text == "on" || n.text == "Yes" || n.text == "On") return "; write true";
  if (n.text == "no" || n.text == "off" || n.text == "No" || n.text == "Off") return "; write false";
  return {};
}

}  // namespace

void check(const node& n, const type& expected, checker& c) {
  if (expected->accepts(n.kind)) return expected->check(n, c);
  c.wrong(n, "expected " + expected->words() + ", found " + found_words(n) + remedy(n, expected));
}

void validate(const node& n, const type& expected, diagnostics& out, stage at) {
  diagnostics found;
  checker c(found, at);
  check(n, expected, c);
  out.append(found);
}

json::object definitions::reference_to(const mapping& table) {
  const auto path = [](const std::string& name) { return json::object{{"$ref", "#/$defs/" + name}}; };
  if (const auto known = names_.find(&table); known != names_.end()) return path(known->second);
  auto name = table.name();
  for (char& ch : name)
    if (ch == ' ') ch = '_';
  const auto taken = [&](const std::string& candidate) {
    for (const auto& entry : names_)
      if (entry.second == candidate) return true;
    return false;
  };
  const auto stem = name;
  for (int i = 2; taken(name); ++i) name = stem + "_" + std::to_string(i);
  names_.emplace(&table, name);  // before the table is written, which may refer to itself
  written_[name] = schema_of(table, *this);
  return path(name);
}

json::value json_schema(const type& root, std::string_view title) {
  definitions d;
  json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  for (const auto& member : root->schema(d)) out[member.key()] = member.value();
  out["$defs"] = d.take();
  return out;
}

}  // namespace shipflow::schema
