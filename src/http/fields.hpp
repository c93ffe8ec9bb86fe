// Reads a JSON mapping strictly: every member is asked for, has its type, or is an error.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::http {

/// Remembers the first thing that is wrong; ask for everything, then call `finish`. The mapping
/// must outlive the reader. Messages name the member with its path ("`expect.status` must ...").
class fields {
 public:
  explicit fields(const json::object& from, std::string path = {}) : from_(from), path_(std::move(path)) {}

  [[nodiscard]] bool has(std::string_view name) const { return from_.contains(name); }
  [[nodiscard]] const json::value* any(std::string_view name);
  [[nodiscard]] const json::object* object(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string_view absent = {});
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] bool flag(std::string_view name, bool absent);
  [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t absent, std::int64_t least,
                                   std::int64_t most);
  /// Above zero.
  [[nodiscard]] duration time(std::string_view name, duration absent);
  /// Members that are somebody else's business.
  void leave(std::initializer_list<std::string_view> names);
  void wrong(std::string_view name, std::string_view why);
  void wrong(error e);
  [[nodiscard]] std::string path_of(std::string_view name) const;
  /// The first error, or an unknown member, or success.
  [[nodiscard]] result<void> finish();

 private:
  const json::object& from_;
  std::string path_;
  std::set<std::string, std::less<>> asked_;
  std::optional<error> first_;
};

}  // namespace shipflow::http
