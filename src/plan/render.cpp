#include "plan/render.hpp"

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
  return tree(n, later, names::of_plan);
}

json::value renderer::target(const node& n) const { return tree(n, nullptr, names::of_provider); }

json::value renderer::tree(const node& n, std::vector<step_reference>* later, names whose) const {
  switch (n.kind) {
    case node_kind::null: return nullptr;
    case node_kind::boolean: return n.boolean;
    case node_kind::integer: return n.integer;
    case node_kind::number: return n.number;
    case node_kind::string: return scalar_text(n, later, whose);
    case node_kind::sequence: {
      json::array list;
      list.reserve(n.items.size());
      for (const auto& item : n.items) list.push_back(tree(item, later, whose));
      return list;
    }
    case node_kind::mapping: {
      json::object object;
      for (const auto& [key, field] : n.fields) object[key] = tree(field, later, whose);
      return object;
    }
  }
  return nullptr;
}

result<json::value> renderer::referenced(const node& n, const reference::part& p,
                                         std::vector<step_reference>* later, names whose) const {
  const auto refuse = [](std::string why) { return make_error(errc::invalid_document, std::move(why)); };
  const auto written = "${" + p.path + "}";
  if (p.path.starts_with("steps.")) {
    if (later == nullptr)
      return refuse("`" + written + "` is known only while the plan runs; a constant is needed here");
    if (p.fallback) return refuse("`" + written + "` is an output and takes no default");
    later->push_back({p.path, reference::place_of(n, p.offset), n.pointer});
    return json::value(written);
  }
  const bool plain = p.path.find_first_of(".[") == std::string::npos;
  if (whose == names::of_provider && plain && !words_.is_environments(p.path)) return json::value(written);
  auto found = words_.look_up(p.path, each_);
  if (!found && p.fallback) return json::value(*p.fallback);
  return found;
}

json::value renderer::scalar_text(const node& n, std::vector<step_reference>* later, names whose) const {
  if (n.text.find("${") == std::string::npos) return json::value(n.text);
  // Whoever renders at run time could not tell such a literal from a reference.
  for (const char* literal : {"$${steps.", "$${secret:"})
    if (n.text.find(literal) != std::string::npos)
      error(n, "`${steps.` and `${secret:` cannot be literal text");
  const auto value = reference::render_string(
      n, [&](const reference::part& p) { return referenced(n, p, later, whose); }, out_);
  return value ? *value : json::value(n.text);
}

std::optional<json::value> renderer::constant(const node& n) const {
  const auto before = troubles();
  auto v = value(n);
  if (troubles() != before) return std::nullopt;
  return v;
}

std::optional<std::string> renderer::text(const node& n) const {
  const auto rendered = constant(n);
  if (!rendered) return std::nullopt;
  const auto& v = *rendered;
  if (const auto* text = v.if_string()) return std::string(*text);
  if (n.kind == node_kind::string && (v.is_number() || v.is_bool())) return text_of(v);
  error(n, "must be text");
  return std::nullopt;
}

std::optional<duration> renderer::time(const node& n) const {
  const auto rendered = constant(n);
  if (!rendered) return std::nullopt;
  const auto& v = *rendered;
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
  const auto rendered = constant(n);
  if (!rendered) return std::nullopt;
  const auto& v = *rendered;
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
  const auto rendered = constant(n);
  if (!rendered) return std::nullopt;
  const auto& v = *rendered;
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
