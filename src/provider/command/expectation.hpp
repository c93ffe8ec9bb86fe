// What a program must have printed for its step to be done: a version, or words.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::commands {

/// One bound of a version: ">= 1.28".
struct version_bound {
  std::string op;
  std::vector<std::uint64_t> numbers;
};

struct expectation {
  std::string version;  ///< as written, or empty
  std::vector<version_bound> bounds;
  std::string contains;

  [[nodiscard]] bool any() const noexcept { return !bounds.empty() || !contains.empty(); }
};

/// {version: ">= 1.28 < 2", contains: text}. Errors name the member.
[[nodiscard]] result<expectation> read_expectation(const json::value& from);

/// Why the output is not as expected; empty when it is. The version is the first number with a dot in it, such
/// as 1.28.3 in "Client Version: v1.28.3"; missing parts count as 0.
[[nodiscard]] std::string objection(const expectation& wanted, std::string_view output);

/// What a program could print to meet it; empty when no version meets all bounds.
[[nodiscard]] std::string as_expected(const expectation& wanted);

}  // namespace shipflow::commands
