// The actions, each a set of verbs.
#pragma once

#include "provider/cloudformation/drive.hpp"

#include <vector>

namespace shipflow::cloudformation {

[[nodiscard]] std::vector<action_spec> action_specs();
[[nodiscard]] result<std::vector<action_spec>> actions_for(const json::object& target);

/// Carries out one call; templates and manifests come from `file`, assets go to `assets`.
[[nodiscard]] answer carry_out(aws::desk& on, const request& q, const file_reader& file, depot& assets);

[[nodiscard]] answer deploy(session& s);
[[nodiscard]] answer continue_rollback(session& s);

}  // namespace shipflow::cloudformation
