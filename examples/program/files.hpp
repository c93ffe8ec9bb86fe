// Files that commands read and write.
#pragma once

#include "arguments.hpp"

#include <cstddef>
#include <string>

namespace program {

/// A file's bytes. Errors: `invalid_argument` when it cannot be read or is larger than `most`.
[[nodiscard]] shipflow::result<std::string> read_file(const std::string& path, std::size_t most);
/// Writes to --output FILE (mode 0600), else to standard output. Returns the exit code.
[[nodiscard]] int put_out(const arguments& given, const std::string& text);

}  // namespace program
