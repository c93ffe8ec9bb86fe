// Text for people: members of JSON, and what a terminal may be shown.
#pragma once

#include <shipflow/json.hpp>

#include <string>

namespace program {

/// A member that is a text, else nothing.
[[nodiscard]] std::string field(const shipflow::json::object& o, const char* key);

/// Control characters, which names, reasons and outputs may hold, do nothing to a terminal.
[[nodiscard]] std::string plain(std::string text);

}  // namespace program
