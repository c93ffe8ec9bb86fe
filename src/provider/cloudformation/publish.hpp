// Assets before stacks.
#pragma once

#include "provider/cloudformation/stacks.hpp"

#include <optional>

namespace shipflow::cloudformation {

/// Images that stacks need are in ECR: they are not built here.
[[nodiscard]] aws::got<bool> images_there(session& s, const std::vector<needed_image>& images);
/// How far those files are; empty: all are there.
[[nodiscard]] aws::got<std::optional<std::string>> publish(session& s, const std::vector<asset>& files);

}  // namespace shipflow::cloudformation
