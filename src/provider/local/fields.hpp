// Reading members of a JSON mapping that a person wrote: wrong types are errors that name the member.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::local {

/// Collects the first error, so that reading code stays flat.
class fields {
 public:
  /// `where` is how errors name the mapping: "binding of api", "inputs of launch".
  fields(const json::object& from, std::string where) : from_(from), where_(std::move(where)) {}

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, std::string fallback = {});
  /// A text, or a number written without quotes.
  [[nodiscard]] std::string scalar(std::string_view key, std::string fallback = {});
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                                     std::int64_t most);
  [[nodiscard]] duration span(std::string_view key, duration fallback, duration least, duration most);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] json::object object(std::string_view key);
  /// Notes an error for every member that is not named.
  void only(std::initializer_list<std::string_view> names);
  void require(std::string_view key);
  void fail(std::string_view key, std::string_view why);

  [[nodiscard]] bool good() const noexcept { return !failed_; }
  [[nodiscard]] const error& problem() const noexcept { return problem_; }
  /// Takes over the error of a nested mapping.
  void adopt(const fields& nested);

 private:
  [[nodiscard]] const json::value* find(std::string_view key) const;

  const json::object& from_;
  std::string where_;
  bool failed_ = false;
  error problem_;
};

}  // namespace shipflow::local
