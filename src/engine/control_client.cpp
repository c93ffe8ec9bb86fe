#include "engine/control_wire.hpp"

#include <shipflow/control.hpp>

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace shipflow {
inline namespace v1 {

result<json::object> control_call(const std::string& path, const json::object& request, duration timeout) {
  auto address = engine_room::socket_address(path);
  if (!address) return address.error();
  const unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return make_error(errno == EACCES ? errc::denied : errc::unavailable,
                      "no engine answers at " + path + ": " + std::strerror(errno));
  if (auto sent = engine_room::write_line(fd.get(), request, timeout); !sent) return sent.error();
  std::string rest;
  const auto line = engine_room::read_line(fd.get(), rest, timeout);
  if (!line) return line.error();
  auto parsed = parse_json(*line, 128);
  if (!parsed || !parsed->is_object())
    return make_error(errc::corrupt, "control socket: the answer is not JSON");
  return engine_room::from_reply(std::move(parsed->get_object()));
}

}  // namespace v1
}  // namespace shipflow
