// Texts that a receiver takes only so long.
#pragma once

#include <string>

namespace shipflow::notify {

/// At most so many bytes, cut between characters. Pure.
[[nodiscard]] std::string cut(std::string text, std::size_t most);

}  // namespace shipflow::notify
