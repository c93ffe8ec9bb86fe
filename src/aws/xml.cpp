#include "aws/service.hpp"

#include <pugixml.hpp>
#include <string>

namespace shipflow::aws {
namespace {

constexpr int most_levels = 32;

json::string name_of(const pugi::xml_node& n) { return n.name(); }

bool is_list(const pugi::xml_node& n) {
  bool any = false;
  for (const auto child : n.children()) {
    if (child.type() != pugi::node_element) continue;
    if (std::string_view(child.name()) != "member") return false;
    any = true;
  }
  return any;
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
  for (const auto child : n.children()) {
    if (child.type() != pugi::node_element) continue;
    auto item = read(child, level + 1);
    if (!item) return item;
    o[name_of(child)] = std::move(*item);
  }
  if (!o.empty()) return json::value(std::move(o));
  return json::value(json::string(n.child_value()));
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

}  // namespace shipflow::aws
