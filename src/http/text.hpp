// Foreign text made fit for one line of a message.
#pragma once

#include <string>
#include <string_view>

namespace shipflow::http {

/// At most `most` bytes of it: control characters become spaces, what is not UTF-8 becomes `?`,
/// a cut is marked with "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t most);

/// Letters of ASCII in lower case, whatever the locale: names of hosts and schemes.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace shipflow::http
