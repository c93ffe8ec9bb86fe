#include "document/reference.hpp"
#include "document/scalar.hpp"
#include "document/text.hpp"

namespace shipflow::reference {
namespace {

std::string unresolved(const part& p) {
  return "nothing is known by the name ${" + p.path + "}; give it a value, or a default with ${" + p.path +
         ":-...}";
}

/// The text a scalar takes inside a longer text, or nothing for lists and mappings.
std::optional<std::string> inline_text(const json::value& value) {
  if (value.is_array() || value.is_object()) return std::nullopt;
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_null()) return std::string();
  return json::serialize(value);
}

struct rendered {
  json::value value;
  std::optional<problem> bad;
};

std::optional<json::value> value_of(const part& p, const lookup& find) {
  auto value = find(p.path);
  if (!value && p.fallback) return json::value(json::string(*p.fallback));
  return value;
}

rendered render_template(const text_template& text, const lookup& find) {
  if (text.is_one_reference()) {
    const auto& only = text.parts.front();
    auto value = value_of(only, find);
    if (!value) return {{}, problem{only.offset, unresolved(only)}};
    return {std::move(*value), {}};
  }
  std::string out;
  for (const auto& p : text.parts) {
    if (!p.is_reference()) {
      out += p.literal;
      continue;
    }
    const auto value = value_of(p, find);
    if (!value) return {{}, problem{p.offset, unresolved(p)}};
    const auto piece = inline_text(*value);
    if (!piece)
      return {{}, problem{p.offset, "${" + p.path + "} is a list or mapping and cannot stand inside a text"}};
    out += *piece;
  }
  return {json::string(out), {}};
}

rendered render_string(std::string_view text, const lookup& find) {
  auto read = parse(text);
  if (read.bad) return {{}, std::move(read.bad)};
  return render_template(read.value, find);
}

/// The node without its items and fields.
node shell_of(const node& n) {
  node out;
  out.kind = n.kind;
  out.place = n.place;
  out.key_line = n.key_line;
  out.key_column = n.key_column;
  out.text_column = n.text_column;
  out.pointer = n.pointer;
  out.boolean = n.boolean;
  out.integer = n.integer;
  out.number = n.number;
  out.text = n.text;
  return out;
}

void set_scalar(node& out, const json::value& value) {
  if (const auto* text = value.if_string()) {
    out.kind = node_kind::string;
    out.text = std::string(*text);
    return;
  }
  out.text = json::serialize(value);
  if (value.is_bool()) {
    out.kind = node_kind::boolean;
    out.boolean = value.get_bool();
  } else if (const auto* integer = value.if_int64()) {
    out.kind = node_kind::integer;
    out.integer = *integer;
  } else if (value.is_number()) {
    out.kind = node_kind::number;
    out.number = value.to_number<double>();
  }
}

node make(const json::value& value, const node& at, std::string pointer) {
  node out = shell_of(at);
  out.kind = node_kind::null;
  out.text.clear();
  out.text_column = 0;
  out.pointer = std::move(pointer);
  if (const auto* array = value.if_array()) {
    out.kind = node_kind::sequence;
    for (const auto& item : *array)
      out.items.push_back(make(item, at, out.pointer + "/" + std::to_string(out.items.size())));
  } else if (const auto* object = value.if_object()) {
    out.kind = node_kind::mapping;
    for (const auto& member : *object)
      out.fields.emplace_back(
          std::string(member.key()),
          make(member.value(), at, out.pointer + "/" + doc::pointer_segment(member.key())));
  } else {
    set_scalar(out, value);
  }
  return out;
}

}  // namespace

node node_of(const json::value& value, const node& at) { return make(value, at, at.pointer); }

result<json::value> render_text(std::string_view text, const lookup& find) {
  auto out = render_string(text, find);
  if (out.bad) return make_error(errc::invalid_document, doc::quoted(text) + ": " + out.bad->message);
  return std::move(out.value);
}

node render(const node& tree, const lookup& find, diagnostics& out) {
  if (tree.is(node_kind::string)) {
    if (tree.text.find("${") == std::string::npos) return tree;
    const auto value = render_string(tree.text, find);
    if (!value.bad) return node_of(value.value, tree);
    out.error(place_of(tree, value.bad->offset), tree.pointer, value.bad->message);
    return tree;
  }
  node copy = shell_of(tree);
  for (const auto& item : tree.items) copy.items.push_back(render(item, find, out));
  for (const auto& field : tree.fields)
    copy.fields.emplace_back(field.first, render(field.second, find, out));
  return copy;
}

}  // namespace shipflow::reference
