// What programs print, made fit for JSON and for people.
#pragma once

#include <string>
#include <string_view>

namespace shipflow::process {

/// The same text with every byte that is not part of well-formed UTF-8 (RFC 3629) replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// Well-formed UTF-8 without control characters other than newline and tab. ANSI escape sequences
/// go away; a lone carriage return, by which progress bars overwrite a line, ends the line.
[[nodiscard]] std::string printable(std::string_view text);

/// The last line of `printable` text with something on it, cut to `most` bytes between characters.
[[nodiscard]] std::string last_line(std::string_view printable_text, std::size_t most = 200);

}  // namespace shipflow::process
