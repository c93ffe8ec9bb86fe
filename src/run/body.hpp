// Reading members of fact bodies. A missing member gives the default: older journals have
// fewer members, and a newer engine must still fold them.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::run {

[[nodiscard]] inline const json::value* member(const json::object& o, std::string_view key) {
  return o.if_contains(json::string_view(key.data(), key.size()));
}

[[nodiscard]] inline std::string text(const json::object& o, std::string_view key) {
  const auto* v = member(o, key);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

[[nodiscard]] inline time_point when(const json::object& o, std::string_view key) {
  const auto* v = member(o, key);
  return v != nullptr && v->is_int64() ? from_ms(v->get_int64()) : time_point{};
}

[[nodiscard]] inline bool flag(const json::object& o, std::string_view key) {
  const auto* v = member(o, key);
  return v != nullptr && v->is_bool() && v->get_bool();
}

[[nodiscard]] inline json::value any(const json::object& o, std::string_view key) {
  const auto* v = member(o, key);
  return v == nullptr ? json::value{} : *v;
}

[[nodiscard]] inline std::vector<std::string> texts(const json::object& o, std::string_view key) {
  std::vector<std::string> out;
  const auto* v = member(o, key);
  if (v == nullptr || !v->is_array()) return out;
  for (const auto& item : v->get_array())
    if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

[[nodiscard]] inline json::array to_array(const std::vector<std::string>& items) {
  json::array out;
  for (const auto& item : items) out.emplace_back(item);
  return out;
}

}  // namespace shipflow::run
