#include "document/reference.hpp"
#include "document/scalar.hpp"
#include "document/text.hpp"

namespace shipflow::reference {
namespace {

constexpr std::size_t longest_text = std::size_t{1} << 20U;
constexpr std::size_t most_nodes = 200'000;
constexpr std::size_t most_levels = 100;

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

resolver with_defaults(const lookup& find) {
  return [&find](const part& p) -> result<json::value> {
    if (auto value = find(p.path)) return std::move(*value);
    if (p.fallback) return json::value(json::string(*p.fallback));
    return make_error(errc::not_found, unresolved(p));
  };
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

/// Renders one tree within the limits of reference.hpp.
class renderer {
 public:
  renderer(const lookup& find, diagnostics& out) : find_(with_defaults(find)), out_(out) {}

  node render(const node& n, std::size_t depth) {
    if (n.is(node_kind::string)) return render_leaf(n, depth);
    node copy = shell_of(n);
    if (!spend(n, depth)) return copy;
    for (const auto& item : n.items) copy.items.push_back(render(item, depth + 1));
    for (const auto& field : n.fields) copy.fields.emplace_back(field.first, render(field.second, depth + 1));
    return copy;
  }

  node make(const json::value& value, const node& at, std::string pointer, std::size_t depth) {
    node out = shell_of(at);
    out.kind = node_kind::null;
    out.text.clear();
    out.text_column = 0;
    out.pointer = std::move(pointer);
    if (!spend(at, depth)) return out;
    const auto child = [&](const json::value& v, std::string_view name) {
      return make(v, at, out.pointer + "/" + doc::pointer_segment(name), depth + 1);
    };
    if (const auto* array = value.if_array()) {
      out.kind = node_kind::sequence;
      for (const auto& item : *array) out.items.push_back(child(item, std::to_string(out.items.size())));
    } else if (const auto* object = value.if_object()) {
      out.kind = node_kind::mapping;
      for (const auto& member : *object)
        out.fields.emplace_back(std::string(member.key()), child(member.value(), member.key()));
    } else {
      set_scalar(out, value);
    }
    return out;
  }

 private:
  node render_leaf(const node& n, std::size_t depth) {
    if (n.text.find("${") == std::string::npos) return spend(n, depth) ? n : shell_of(n);
    const auto value = render_string(n, find_, out_);
    return value ? make(*value, n, n.pointer, depth) : n;
  }

  /// Takes one node from the budget; the first one too many is a finding.
  bool spend(const node& at, std::size_t depth) {
    if (exhausted_) return false;
    if (depth > most_levels) return give_up(at, "deeper than " + std::to_string(most_levels) + " levels");
    if (nodes_left_ == 0) return give_up(at, "more than " + std::to_string(most_nodes) + " nodes");
    --nodes_left_;
    return true;
  }

  bool give_up(const node& at, const std::string& what) {
    exhausted_ = true;
    out_.error(at.place, at.pointer, "with its references rendered, the document has " + what);
    return false;
  }

  resolver find_;
  diagnostics& out_;
  std::size_t nodes_left_ = most_nodes;
  bool exhausted_ = false;
};

}  // namespace

std::optional<json::value> render_string(const node& string, const resolver& find, diagnostics& out) {
  const auto findings = out.items().size();
  const auto refuse = [&](std::size_t offset, std::string why) {
    out.error(place_of(string, offset), string.pointer, std::move(why));
  };
  const auto read = parse(string.text);
  if (read.bad) {
    refuse(read.bad->offset, read.bad->message);
    return std::nullopt;
  }
  std::string text;
  for (const auto& p : read.value.parts) {
    if (!p.is_reference()) {
      text += p.literal;
      continue;
    }
    auto value = find(p);
    if (!value) {
      refuse(p.offset, value.error().message);
      continue;
    }
    if (read.value.is_one_reference()) return std::move(*value);
    if (const auto piece = inline_text(*value))
      text += *piece;
    else
      refuse(p.offset, "`${" + p.path + "}` is a list or mapping and cannot stand inside a text");
    if (text.size() > longest_text) {
      refuse(p.offset, "the text becomes longer than 1 MiB");
      return std::nullopt;
    }
  }
  if (out.items().size() != findings) return std::nullopt;
  return json::value(json::string(text));
}

node render(const node& tree, const lookup& find, diagnostics& out) {
  return renderer(find, out).render(tree, 0);
}

}  // namespace shipflow::reference
