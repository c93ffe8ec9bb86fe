// What the library and the keeper say to each other over the keeper's standard input, a socket.
//
// Library to keeper, once: a magic word with the version of this format, the length of the rest
// (8 bytes, little endian), then the spec: strings as 4 bytes of length and the bytes, numbers as 8
// bytes. Keeper to library, once, then it closes: `started`, or a code, a newline and a message.
#pragma once

#include "process/keeper.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace shipflow::process::wire {

/// Changes with every change of the format, so that a keeper of another release is refused.
inline constexpr std::string_view magic = "SFKEEP01";
inline constexpr std::size_t header_size = magic.size() + 8;
/// More than the kernel takes for arguments, environment and input of any sane command.
inline constexpr std::size_t largest = 256U << 20;

/// Header and body.
[[nodiscard]] std::string encode(const keeper_spec& spec);
/// Length of the body by the header, or empty: not a header of this version.
[[nodiscard]] std::optional<std::size_t> body_size(std::string_view header);
/// Empty when the bytes are not a spec.
[[nodiscard]] std::optional<keeper_spec> decode(std::string_view body);

[[nodiscard]] std::string encode_answer(const result<void>& answer);
[[nodiscard]] result<void> decode_answer(std::string_view bytes);

}  // namespace shipflow::process::wire
