// Content types by the ending of a name: the same on every machine, whatever its mime.types say.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace shipflow::site {

/// "text/html; charset=utf-8" for "a/b.HTML"; what is not known is "application/octet-stream". `own` goes first:
/// endings with their dot, in lower case.
[[nodiscard]] std::string content_type(std::string_view name, const std::map<std::string, std::string>& own);

/// "br" or "gzip" where the name ends with .br or .gz behind another ending, else empty.
[[nodiscard]] std::string_view content_encoding(std::string_view name);

}  // namespace shipflow::site
