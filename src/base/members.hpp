// Members of JSON that somebody else wrote: what is missing, or of another type, is empty.
#pragma once

#include <shipflow/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::members {

[[nodiscard]] inline const json::value* find(const json::object& o, std::string_view name) {
  return o.if_contains(json::string_view(name.data(), name.size()));
}
/// A text, or a number or truth as it is written.
[[nodiscard]] std::string text(const json::object& o, std::string_view name);
/// A whole number, or a text that is one.
[[nodiscard]] std::int64_t whole(const json::object& o, std::string_view name, std::int64_t fallback = 0);
/// `true`, or the text "true".
[[nodiscard]] bool truth(const json::object& o, std::string_view name);
[[nodiscard]] const json::array& list(const json::object& o, std::string_view name);
[[nodiscard]] const json::object& object(const json::object& o, std::string_view name);
/// The texts of a list.
[[nodiscard]] std::vector<std::string> texts(const json::object& o, std::string_view name);
/// The value as an object, or an empty one.
[[nodiscard]] const json::object& as_object(const json::value& v);

}  // namespace shipflow::members
