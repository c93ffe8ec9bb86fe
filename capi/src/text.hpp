// Text and JSON on their way in and out.
#pragma once

#include "handle.hpp"

#include <shipflow/json.hpp>

#include <string>
#include <string_view>

struct shipflow_buf : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::buf;
  explicit shipflow_buf(std::string b) : handle(kind), bytes(std::move(b)) {}
  std::string bytes;
};

namespace shipflow_c {

/// The text of a view: valid UTF-8, NULL only with length 0. Throws.
[[nodiscard]] std::string_view text_of(shipflow_str s, const char* name);
/// The same, and not empty.
[[nodiscard]] std::string needed_text(shipflow_str s, const char* name);
/// A JSON object; absent is an empty one. Throws when it is something else.
[[nodiscard]] shipflow::json::object object_of(shipflow_str s, const char* name);
/// A JSON array of strings.
[[nodiscard]] std::vector<std::string> names_of(shipflow_str s, const char* name);

[[nodiscard]] shipflow_buf* to_buf(std::string text);
[[nodiscard]] shipflow_buf* to_buf(const shipflow::json::value& v);
[[nodiscard]] inline shipflow_str view_of(const std::string& s) noexcept { return {s.data(), s.size()}; }

/// Reads members of one JSON object and, at the end, refuses those nobody asked for.
class members {
 public:
  members(const shipflow::json::object& o, std::string where) : object_(o), where_(std::move(where)) {}

  [[nodiscard]] std::string text(std::string_view key, std::string otherwise = {});
  [[nodiscard]] std::string needed(std::string_view key);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                     std::int64_t most);
  [[nodiscard]] bool yes(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] const shipflow::json::value* any(std::string_view key);
  [[nodiscard]] shipflow::json::object object(std::string_view key);
  /// Throws when a member was not asked for.
  void done() const;

 private:
  [[noreturn]] void wrong(std::string_view key, const char* wanted) const;
  const shipflow::json::object& object_;
  std::string where_;
  std::vector<std::string> asked_;
};

}  // namespace shipflow_c
