// `extends`: an environment is layered over another.
#pragma once

#include <shipflow/document.hpp>

#include <optional>
#include <string>

namespace shipflow::model_room {

/// `over` on top of `base`: mappings merge key by key, everything else replaces. Nodes keep the
/// place they were written at.
[[nodiscard]] node layered(const node& base, const node& over);

/// The environment with everything it extends; a cycle or an unknown base is a finding.
[[nodiscard]] std::optional<node> with_bases(const node& environments, const std::string& name,
                                             diagnostics& out);

}  // namespace shipflow::model_room
