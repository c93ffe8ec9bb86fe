// Lines of JSON over a Unix stream socket: what server and client share.
#pragma once

#include "base/unique_fd.hpp"

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <string>
#include <sys/un.h>

namespace shipflow::engine_room {

inline constexpr std::size_t longest_line = 1U << 20U;

/// The address of a path; paths above 107 bytes (unix(7)) are an error naming the limit.
[[nodiscard]] result<sockaddr_un> socket_address(const std::string& path);

/// Reads up to the next newline, or fails by the time-out. `rest` keeps what came after it.
[[nodiscard]] result<std::string> read_line(int fd, std::string& rest, duration timeout);
[[nodiscard]] result<void> write_line(int fd, const json::object& o, duration timeout);

/// {"ok":false,"code":...,"message":...} and back.
[[nodiscard]] json::object to_reply(const error& e);
[[nodiscard]] result<json::object> from_reply(json::object reply);

}  // namespace shipflow::engine_room
