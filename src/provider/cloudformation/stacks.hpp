// What stacks are to be, and what they were.
#pragma once

#include "provider/cloudformation/binding.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloudformation {

inline constexpr std::size_t most_template = 51'200;  ///< bytes in a request
inline constexpr std::size_t most_stacks = 50;

/// A stack as it is to be.
struct wanted {
  std::string name;
  std::string text;  ///< of the template; or
  std::string url;   ///< where it is in S3; or both are empty: the stack is to be absent
  std::map<std::string, std::string> parameters;
  std::vector<std::string> kept;  ///< parameters whose value stays
};
/// By the inputs of `deploy`, in order. Reads templates. Errors: `invalid_argument`, `not_found`, each with its place.
[[nodiscard]] result<std::vector<wanted>> wanted_stacks(const session& s);
/// The same from a cloud assembly: its folder, its manifest as JSON, and the stacks to take (all: empty).
[[nodiscard]] result<std::vector<wanted>> read_assembly(const file_reader& file, const std::string& folder,
                                                        const std::vector<std::string>& only);

/// A stack as it is.
struct found {
  std::string id, status, why, change_set;
  json::object parameters;  ///< name -> value
  json::object outputs;
};
/// Empty: there is none.
[[nodiscard]] aws::got<std::optional<found>> find_stack(session& s, const std::string& name);
[[nodiscard]] aws::got<std::string> template_of(session& s, const std::string& name);

/// How the stacks were, from the baseline; in the order of `after`. Error: `failed`, a template was not recorded.
[[nodiscard]] result<std::vector<wanted>> stacks_before(const session& s, const std::vector<wanted>& after);
/// {"stacks": {...}, "restores": {...}} of those stacks.
[[nodiscard]] aws::got<json::object> picture_of(session& s, const std::vector<wanted>& of);

}  // namespace shipflow::cloudformation
