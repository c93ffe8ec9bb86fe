#include "process/keeper/host.hpp"

#include "process/wire.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace shipflow::process {
namespace {

/// Exactly `size` bytes, or fewer when the other side ended.
std::string receive(int socket, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto n = ::recv(socket, bytes.data() + done, size - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

result<keeper_spec> receive_spec(int socket) {
  const auto size = wire::body_size(receive(socket, wire::header_size));
  if (!size)
    return make_error(errc::unsupported,
                      "the keeper program and the library are of different releases; install both from one");
  const auto body = receive(socket, *size);
  auto spec = wire::decode(body);
  if (body.size() != *size || !spec) return make_error(errc::io, "the keeper did not receive what to run");
  return *std::move(spec);
}

void send_answer(int socket, const result<void>& answer) {
  const auto text = wire::encode_answer(answer);
  // Shorter than a socket buffer: one call takes all of it.
  if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) return;
}

}  // namespace shipflow::process
