// Small file helpers that the library and the keeper program share: no Boost.JSON, no threads.
#pragma once

#include "base/unique_fd.hpp"

#include <shipflow/error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace shipflow::process {

/// `what: text of errno`, with `denied`, `not_found` or `io` as its code.
[[nodiscard]] error system_error(std::string what, int error_number);

[[nodiscard]] bool exists(const std::string& path) noexcept;

/// Both ends close-on-exec; first the end to read from.
[[nodiscard]] result<std::pair<unique_fd, unique_fd>> make_pipe();

/// Writes everything, however many calls it takes.
[[nodiscard]] result<void> write_all(int fd, std::string_view bytes, const std::string& path);

/// The last `most` bytes of a file; `not_found` without one.
[[nodiscard]] result<std::string> read_tail(const std::string& path, std::size_t most);

enum class durability {
  cached,   ///< readers see the whole new text or the whole old one
  on_disk,  ///< and so after a power failure: file and directory are flushed
};

/// Replaces a file (0600) by writing a neighbour and renaming it.
[[nodiscard]] result<void> replace_file(const std::string& path, std::string_view text, durability how);

/// The text as a JSON string with its quotes; bytes that are not ASCII become U+FFFD unless they
/// are UTF-8. For the few words the keeper writes, which has no JSON library.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace shipflow::process
