// Clients that nobody here wrote, run as programs against the double.
#pragma once

#include "double.hpp"

#include <string>

namespace tests {

/// What a command line prints on both streams, and its exit status.
[[nodiscard]] std::string said_by(const std::string& command, int& status);

/// The program below build/tools, or empty after saying that `what` is not run: no script of tests/tools put it there.
[[nodiscard]] std::string client_program(const std::string& tool, const std::string& what);

/// Runs a script with botocore against the double. Empty: it agrees, or botocore is not there, which is said.
[[nodiscard]] std::string botocore_complains(const aws_double& d, const std::string& script,
                                             const std::string& what);

}  // namespace tests
