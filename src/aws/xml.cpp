#include "aws/xml.hpp"

#include <array>
#include <cstdio>
#include <functional>
#include <pugixml.hpp>
#include <set>
#include <utility>

namespace shipflow::aws {
namespace {

constexpr int most_levels = 32;

bool is_list(const pugi::xml_node& n) {
  bool any = false;
  for (const auto child : n.children()) {
    if (child.type() != pugi::node_element) continue;
    if (std::string_view(child.name()) != "member") return false;
    any = true;
  }
  return any;
}

// A second element of a name makes a list of the first.
void put(json::object& into, std::string_view name, json::value item,
         std::set<std::string, std::less<>>& lists) {
  auto* known = into.if_contains(name);
  if (known == nullptr) {
    into.emplace(name, std::move(item));
    return;
  }
  if (!lists.contains(name)) {
    json::array list;
    list.push_back(std::move(*known));
    *known = std::move(list);
    lists.emplace(name);
  }
  known->get_array().push_back(std::move(item));
}

result<json::value> read(const pugi::xml_node& n, int level) {
  if (level > most_levels) return make_error(errc::failed, "the answer's XML is nested too deep");
  if (is_list(n)) {
    json::array list;
    for (const auto child : n.children("member")) {
      auto item = read(child, level + 1);
      if (!item) return item;
      list.push_back(std::move(*item));
    }
    return json::value(std::move(list));
  }
  json::object o;
  std::set<std::string, std::less<>> lists;
  for (const auto child : n.children()) {
    if (child.type() != pugi::node_element) continue;
    auto item = read(child, level + 1);
    if (!item) return item;
    put(o, child.name(), std::move(*item), lists);
  }
  if (!o.empty()) return json::value(std::move(o));
  return json::value(json::string(n.child_value()));
}

// Control characters but tab are not XML; a reference is what S3 takes for them.
void escape(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) {
          out += c;
        } else {
          std::array<char, 8> reference{};
          std::snprintf(reference.data(), reference.size(), "&#x%X;", static_cast<unsigned>(c));
          out += reference.data();
        }
    }
  }
}

void write(std::string& out, std::string_view name, const json::value& v) {
  if (const auto* list = v.if_array()) {
    for (const auto& item : *list) write(out, name, item);
    return;
  }
  out.append("<").append(name).append(">");
  if (const auto* o = v.if_object()) {
    for (const auto& m : *o) write(out, m.key(), m.value());
  } else if (const auto* text = v.if_string()) {
    escape(out, std::string_view(text->data(), text->size()));
  } else if (!v.is_null()) {
    out += json::serialize(v);
  }
  out.append("</").append(name).append(">");
}

}  // namespace

result<json::object> xml_to_json(std::string_view text) {
  pugi::xml_document document;
  const auto parsed =
      document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed) return make_error(errc::failed, std::string("the answer is not XML: ") + parsed.description());
  auto whole = read(document, 0);
  if (!whole) return whole.error();
  if (!whole->is_object()) return make_error(errc::failed, "the answer is empty");
  return std::move(whole->get_object());
}

std::vector<const json::value*> items(const json::object& in, std::string_view name) {
  std::vector<const json::value*> out;
  const auto* v = in.if_contains(name);
  if (v == nullptr) return out;
  if (!v->is_array()) return {v};
  for (const auto& item : v->get_array()) out.push_back(&item);
  return out;
}

std::string text_at(const json::object& in, std::string_view path) {
  const auto* at = &in;
  for (;;) {
    const auto slash = path.find('/');
    const auto* v = at->if_contains(path.substr(0, slash));
    if (v == nullptr) return {};
    if (slash == std::string_view::npos) return v->is_string() ? std::string(v->get_string()) : std::string{};
    at = v->if_object();
    if (at == nullptr) return {};
    path.remove_prefix(slash + 1);
  }
}

std::string xml_text(std::string_view root, const json::value& content, std::string_view xmlns) {
  std::string out;
  write(out, root, content);
  if (!xmlns.empty()) {
    std::string space = " xmlns=\"";
    escape(space, xmlns);
    out.insert(root.size() + 1, space + "\"");
  }
  return R"(<?xml version="1.0" encoding="UTF-8"?>)" + out;
}

bool error_inside(const http::response& got) {
  const auto body = xml_to_json(got.body);
  return !body || body->contains("Error");
}

}  // namespace shipflow::aws
