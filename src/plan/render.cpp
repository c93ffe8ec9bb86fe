#include "plan/render.hpp"

#include "plan/pieces.hpp"

#include <charconv>
#include <utility>

namespace shipflow::planning {

bool is_deferred(const json::value& v) {
  if (const auto* text = v.if_string())
    return text->find("${steps.") != json::string::npos || text->find("${secret:") != json::string::npos;
  if (const auto* list = v.if_array()) {
    for (const auto& item : *list)
      if (is_deferred(item)) return true;
  }
  if (const auto* object = v.if_object()) {
    for (const auto& entry : *object)
      if (is_deferred(entry.value())) return true;
  }
  return false;
}

std::string text_of(const json::value& v) {
  if (const auto* text = v.if_string()) return std::string(*text);
  if (v.is_null()) return {};
  return json::serialize(v);
}

json::value renderer::value(const node& n, std::vector<step_reference>* later) const {
  return tree(n, later, unknown_names::refused);
}

json::value renderer::target(const node& n) const { return tree(n, nullptr, unknown_names::kept); }

json::value renderer::tree(const node& n, std::vector<step_reference>* later, unknown_names unknown) const {
  switch (n.kind) {
    case node_kind::null: return nullptr;
    case node_kind::boolean: return n.boolean;
    case node_kind::integer: return n.integer;
    case node_kind::number: return n.number;
    case node_kind::string: return scalar_text(n, later, unknown);
    case node_kind::sequence: {
      json::array list;
      list.reserve(n.items.size());
      for (const auto& item : n.items) list.push_back(tree(item, later, unknown));
      return list;
    }
    case node_kind::mapping: {
      json::object object;
      for (const auto& [key, field] : n.fields) object[key] = tree(field, later, unknown);
      return object;
    }
  }
  return nullptr;
}

json::value renderer::scalar_text(const node& n, std::vector<step_reference>* later,
                                  unknown_names unknown) const {
  if (n.text.find("${") == std::string::npos) return json::value(n.text);
  const auto pieces = pieces_of(n.text);
  if (!pieces) {
    error(n, pieces.error().message);
    return json::value(n.text);
  }
  json::string out;
  for (const auto& piece : *pieces) {
    if (!piece.reference) {
      out += piece.text;
      continue;
    }
    if (piece.text.starts_with("steps.")) {
      if (later == nullptr)
        error(n, "`" + piece.written + "` is known only while the plan runs; a constant is needed here");
      else
        later->push_back({piece.text, &n});
      out += "${" + piece.text + "}";
      continue;
    }
    auto found = words_.look_up(piece.text, each_);
    if (!found && piece.otherwise) found = json::value(*piece.otherwise);
    if (!found && unknown == unknown_names::kept && piece.text.find_first_of(".:") == std::string::npos)
      found = json::value(piece.written);
    if (!found) {
      error(n, found.error().message);
      continue;
    }
    // A text that is nothing but one reference keeps the type of its value.
    if (pieces->size() == 1) return std::move(*found);
    out += text_of(*found);
  }
  return json::value(std::move(out));
}

std::optional<std::string> renderer::text(const node& n) const {
  const auto v = value(n);
  if (const auto* text = v.if_string()) return std::string(*text);
  if (n.kind == node_kind::string && (v.is_number() || v.is_bool())) return text_of(v);
  error(n, "must be text");
  return std::nullopt;
}

std::optional<duration> renderer::time(const node& n) const {
  const auto v = value(n);
  const auto* text = v.if_string();
  if (text == nullptr) {
    error(n, "must be a duration such as 30s");
    return std::nullopt;
  }
  const auto read = parse_duration(std::string_view(*text));
  if (read) return *read;
  error(n, read.error().message);
  return std::nullopt;
}

std::optional<int> renderer::whole(const node& n, int least, int most) const {
  const auto v = value(n);
  std::int64_t number = 0;
  bool good = v.is_int64();
  if (good) number = v.get_int64();
  if (const auto* text = v.if_string()) {
    const auto* end = text->data() + text->size();
    const auto [rest, ec] = std::from_chars(text->data(), end, number);
    good = ec == std::errc{} && rest == end;
  }
  if (good && number >= least && number <= most) return static_cast<int>(number);
  error(n, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<bool> renderer::truth(const node& n) const {
  const auto v = value(n);
  if (const auto* truth = v.if_bool()) return *truth;
  if (const auto* text = v.if_string()) {
    if (*text == "true" || *text == "!false") return true;
    if (*text == "false" || *text == "!true") return false;
  }
  error(n, "must be true or false, not `" + text_of(v) + "`");
  return std::nullopt;
}

std::vector<std::string> renderer::texts(const node& n) const {
  std::vector<std::string> out;
  if (n.is(node_kind::null)) return out;
  if (!n.is(node_kind::sequence)) {
    if (auto one = text(n)) out.push_back(std::move(*one));
    return out;
  }
  for (const auto& item : n.items)
    if (auto one = text(item)) out.push_back(std::move(*one));
  return out;
}

}  // namespace shipflow::planning
