// The rules of a release in words: what follows on trouble, who decides, when it may start.
#pragma once

#include <shipflow/plan.hpp>

#include <string>
#include <vector>

namespace shipflow::planning {

[[nodiscard]] std::vector<std::string> rules_of(const plan& what);
/// "a, b and c" would need a language; this is "a, b, c".
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

}  // namespace shipflow::planning
