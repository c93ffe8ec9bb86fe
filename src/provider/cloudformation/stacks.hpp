// What stacks are to be, and what they were.
#pragma once

#include "provider/cloudformation/binding.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloudformation {

inline constexpr std::size_t most_template = 51'200;  ///< bytes in a request
inline constexpr std::size_t most_template_in_s3 = 1'048'576;
inline constexpr std::size_t most_stacks = 50;

/// A stack as it is to be.
struct wanted {
  std::string name;
  std::string text;  ///< of the template; or
  std::string url;   ///< where it is in S3; or both are empty: the stack is to be absent
  std::map<std::string, std::string> parameters;
  std::vector<std::string> kept;  ///< parameters whose value stays
  std::string region, account;    ///< that it is meant for; empty: those of the component
  std::string role;               ///< that an assembly names for it, or empty
  bool goes_back = false;         ///< it is what the stack was: nothing more has to be allowed
};
/// Stacks in their order, and what has to be in S3 and ECR before them.
struct assembly {
  std::vector<wanted> stacks;
  needed first;
};
/// By the inputs of a deployment. Reads templates. Errors: `invalid_argument`, `not_found`, each with its place.
[[nodiscard]] result<assembly> wanted_stacks(const session& s);
/// The same from a cloud assembly: its folder, the stacks to take (all: empty), and where the component lives.
[[nodiscard]] result<assembly> read_assembly(const file_reader& file, const std::string& folder,
                                             const std::vector<std::string>& only,
                                             const aws::destination& where);
/// The same session, in the stack's region.
[[nodiscard]] session there(const session& s, const wanted& w);

/// A stack as it is.
struct found {
  std::string id, status, why, change_set;
  bool is_protected = false;  ///< from deletion
  json::object parameters;    ///< name -> value
  json::object outputs;
};
/// Empty: there is none.
[[nodiscard]] aws::got<std::optional<found>> find_stack(session& s, const std::string& name);
[[nodiscard]] aws::got<std::string> template_of(session& s, const std::string& name);

/// Former templates that are too large to be recorded, as objects of the component's bucket. None without a bucket, and
/// none of a stack that has changed since.
[[nodiscard]] aws::got<std::vector<asset>> former_templates(session& s, const std::vector<wanted>& after);
/// How the stacks were, from the baseline; in the order of `after`. Error: `failed`, a template was not recorded.
[[nodiscard]] result<std::vector<wanted>> stacks_before(const session& s, const std::vector<wanted>& after);
/// {"stacks": {...}, "restores": {...}} of those stacks.
[[nodiscard]] aws::got<json::object> picture_of(session& s, const std::vector<wanted>& of);

}  // namespace shipflow::cloudformation
