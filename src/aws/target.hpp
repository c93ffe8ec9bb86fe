// What the bindings of all providers of AWS have in common.
#pragma once

#include "aws/desk.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace shipflow::aws {

/// "rds binding: encrypted must be true or false".
[[nodiscard]] error wrong_binding(std::string_view provider, const std::string& what);
/// Error: the mapping has a member that is none of `names`. `within` stands before its name ("cache: ").
[[nodiscard]] result<void> only(std::string_view provider, const json::object& o, std::string_view within,
                                std::initializer_list<std::string_view> names);
/// Provider, region, endpoint and account of a binding that else has just members of those names.
[[nodiscard]] result<destination> read_target(std::string_view provider, const json::object& target,
                                              std::initializer_list<std::string_view> names);

}  // namespace shipflow::aws
