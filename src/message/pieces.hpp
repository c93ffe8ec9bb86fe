// Texts of messages: values are put in once, made harmless, and kept apart from the author's words.
#pragma once

#include <shipflow/message.hpp>

#include <string>
#include <vector>

namespace shipflow::messages {

/// On one line, without control and direction characters, at most 2000 bytes.
[[nodiscard]] std::string harmless(std::string_view value);

/// The body of a stored message: {"text": [["words"|"value", text], ...], "values": {...}}.
[[nodiscard]] std::string body_of(const std::vector<text_piece>& text, const json::object& values);

}  // namespace shipflow::messages
