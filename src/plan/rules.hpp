// The rules of a release in words: what follows on trouble, who decides, when it may start.
#pragma once

#include <shipflow/plan.hpp>

#include <string>
#include <vector>

namespace shipflow::planning {

[[nodiscard]] std::vector<std::string> rules_of(const plan& what);

}  // namespace shipflow::planning
