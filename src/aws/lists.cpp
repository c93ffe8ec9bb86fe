#include "aws/lists.hpp"

#include "base/members.hpp"

namespace shipflow::aws {
namespace {

void add(std::vector<const json::object*>& to, const json::value& v) {
  if (const auto* o = v.if_object()) to.push_back(o);
}

}  // namespace

std::vector<const json::object*> listed(const json::object& in, std::string_view name,
                                        std::string_view element) {
  std::vector<const json::object*> out;
  const auto* found = members::find(in, name);
  if (found != nullptr && found->is_object()) found = members::find(found->get_object(), element);
  if (found == nullptr) return out;
  if (const auto* many = found->if_array())
    for (const auto& v : *many) add(out, v);
  else
    add(out, *found);
  return out;
}

json::object numbered(std::string_view element, const json::array& items) {
  json::object numbers;
  for (std::size_t i = 0; i < items.size(); ++i) numbers[std::to_string(i + 1)] = items[i];
  return {{element, std::move(numbers)}};
}

json::value without_numbers(const json::value& input) {
  const auto* o = input.if_object();
  if (o == nullptr) return input;
  const auto* only = o->size() == 1 ? o->begin()->value().if_object() : nullptr;
  if (only != nullptr && only->contains("1")) {
    json::array out;
    for (const auto& m : *only) out.push_back(without_numbers(m.value()));
    return out;
  }
  json::object out;
  for (const auto& m : *o) out[m.key()] = without_numbers(m.value());
  return out;
}

json::array tag_list(const std::vector<std::pair<std::string, std::string>>& tags) {
  json::array out;
  for (const auto& [key, value] : tags) out.push_back(json::object{{"Key", key}, {"Value", value}});
  return out;
}

std::string tag_in(const std::vector<const json::object*>& tags, std::string_view key) {
  for (const auto* t : tags)
    if (members::text(*t, "Key") == key) return members::text(*t, "Value");
  return {};
}

}  // namespace shipflow::aws
