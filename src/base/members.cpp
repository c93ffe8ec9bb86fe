#include "base/members.hpp"

#include <charconv>

namespace shipflow::members {
namespace {

const json::array no_list;
const json::object no_object;

}  // namespace

std::string text(const json::object& o, std::string_view name) {
  const auto* v = find(o, name);
  if (v == nullptr || v->is_null() || v->is_array() || v->is_object()) return {};
  return v->is_string() ? std::string(v->get_string()) : json::serialize(*v);
}

std::int64_t whole(const json::object& o, std::string_view name, std::int64_t fallback) {
  const auto written = text(o, name);
  std::int64_t n = 0;
  const auto [end, ec] = std::from_chars(written.data(), written.data() + written.size(), n);
  return ec == std::errc{} && end == written.data() + written.size() ? n : fallback;
}

bool truth(const json::object& o, std::string_view name) { return text(o, name) == "true"; }

const json::array& list(const json::object& o, std::string_view name) {
  const auto* v = find(o, name);
  return v != nullptr && v->is_array() ? v->get_array() : no_list;
}

const json::object& object(const json::object& o, std::string_view name) {
  const auto* v = find(o, name);
  return v == nullptr ? no_object : as_object(*v);
}

const json::object& as_object(const json::value& v) { return v.is_object() ? v.get_object() : no_object; }

std::vector<std::string> texts(const json::object& o, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& item : list(o, name))
    if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

}  // namespace shipflow::members
