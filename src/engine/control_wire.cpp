#include "engine/control_wire.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace shipflow::engine_room {
namespace {

error io_error(const char* what) {
  return make_error(errc::io, std::string("control socket: ") + what + ": " + std::strerror(errno));
}

result<void> wait_for(int fd, short events, duration timeout) {
  pollfd p{fd, events, 0};
  const int ready = ::poll(&p, 1, static_cast<int>(timeout.count()));
  if (ready > 0) return {};
  if (ready == 0)
    return make_error(errc::timeout, "control socket: no answer within " + format_duration(timeout));
  return io_error("poll");
}

}  // namespace

result<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return make_error(errc::invalid_argument, "control socket: " + path + " is longer than " +
                                                  std::to_string(sizeof address.sun_path - 1) +
                                                  " bytes; use a store in a shorter path");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

result<std::string> read_line(int fd, std::string& rest, duration timeout) {
  while (true) {
    if (const auto end = rest.find('\n'); end != std::string::npos) {
      auto line = rest.substr(0, end);
      rest.erase(0, end + 1);
      return line;
    }
    if (rest.size() > longest_line)
      return make_error(errc::invalid_argument, "control socket: line above 1 MiB");
    if (auto ready = wait_for(fd, POLLIN, timeout); !ready) return ready.error();
    std::array<char, 4096> buffer{};
    const auto n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n == 0) return make_error(errc::unavailable, "control socket: closed by the other side");
    if (n < 0 && errno != EAGAIN && errno != EINTR) return io_error("read");
    if (n > 0) rest.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

result<void> write_line(int fd, const json::object& o, duration timeout) {
  const auto text = json::serialize(o) + "\n";
  std::size_t sent = 0;
  while (sent < text.size()) {
    if (auto ready = wait_for(fd, POLLOUT, timeout); !ready) return ready;
    const auto n = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return io_error("write");
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  return {};
}

json::object to_reply(const error& e) {
  return {{"ok", false}, {"code", std::string(name_of(e.code))}, {"message", e.text()}};
}

result<json::object> from_reply(json::object reply) {
  const auto* ok = reply.if_contains("ok");
  if (ok != nullptr && ok->is_bool() && ok->get_bool()) return reply;
  const auto* message = reply.if_contains("message");
  const auto* code = reply.if_contains("code");
  error e = make_error(errc::internal, "control socket: the engine gave no reason");
  if (message != nullptr && message->is_string()) e.message = std::string(message->get_string());
  if (code == nullptr || !code->is_string()) return e;
  for (auto c = errc::invalid_argument; c <= errc::internal; c = static_cast<errc>(static_cast<int>(c) + 1))
    if (name_of(c) == code->get_string()) e.code = c;
  return e;
}

}  // namespace shipflow::engine_room
