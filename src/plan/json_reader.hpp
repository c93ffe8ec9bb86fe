// Reads JSON objects member by member and keeps the first trouble; unknown members are trouble
// too, since a plan that lost one would get another digest.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::planning {

/// Shared by the readers of one plan: the first trouble, empty while all is well.
struct trouble {
  std::string what;
};

/// A member that is absent leaves the value as it is.
class json_reader {
 public:
  json_reader(const json::value& from, std::string where, trouble& bad);
  ~json_reader() = default;
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;

  void text(std::string_view key, std::string& to);
  void texts(std::string_view key, std::vector<std::string>& to);
  void number(std::string_view key, int& to);
  void index(std::string_view key, std::uint32_t& to);
  void index(std::string_view key, std::optional<std::uint32_t>& to);
  void indexes(std::string_view key, std::vector<std::uint32_t>& to);
  void truth(std::string_view key, bool& to);
  void time(std::string_view key, duration& to);
  void object(std::string_view key, json::object& to);
  void any(std::string_view key, json::value& to);

  /// One of the names that `name_of` gives to the values from `first` to `last`.
  template <class Enum>
  void name(std::string_view key, Enum first, Enum last, Enum& to) {
    std::string written;
    text(key, written);
    if (written.empty()) return;
    for (auto i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
      if (name_of(static_cast<Enum>(i)) != written) continue;
      to = static_cast<Enum>(i);
      return;
    }
    fail(key, "has the unknown name `" + written + "`");
  }

  /// The member, or null. It counts as read.
  const json::value* member(std::string_view key);
  /// The items of an array member; nothing when absent.
  const json::array& items(std::string_view key);
  /// The member must be there.
  void require(std::string_view key);
  /// Call last: members nobody asked for are trouble.
  void end();

  void fail(std::string_view key, std::string_view what);
  [[nodiscard]] const std::string& where() const noexcept { return where_; }

 private:
  const json::object* from_ = nullptr;
  std::string where_;
  trouble& bad_;
  std::vector<std::string_view> read_;
};

}  // namespace shipflow::planning
