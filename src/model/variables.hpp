// Variables of an environment: literals, the process environment, files; secrets stay where they are.
#pragma once

#include <shipflow/model.hpp>

namespace shipflow::model_room {

/// Resolves the `variables` mapping. Inside it `${NAME}` is another variable, then the process
/// environment. Secrets are not read: only where they come from is kept. Findings: sources
/// without a value and without a default, cycles, words that do not go with a source.
[[nodiscard]] std::map<std::string, variable> read_variables(const node& written,
                                                             const variable_sources& sources,
                                                             diagnostics& out);

}  // namespace shipflow::model_room
