// Lists in pages, as ECS hands them out.
#pragma once

#include "world/aws/answers.hpp"

namespace shipflow::cloud {

/// {name: [...], nextToken} by `maxResults` (1..100) and `nextToken` of the input.
[[nodiscard]] reply page_of(const char* name, json::array all, const json::object& in);

}  // namespace shipflow::cloud
