#include "tiny_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tests {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Size of the first whole message in `seen`; 0: not all of it is there.
std::size_t whole(const std::string& seen) {
  const auto end = seen.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const auto at = seen.find("Content-Length: ");
  const std::size_t body = at < end ? std::stoul(seen.substr(at + 16)) : 0;
  return seen.size() >= end + 4 + body ? end + 4 + body : 0;
}

}  // namespace

tiny_server::tiny_server(handler h) : handler_(std::move(h)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bell_ = ::eventfd(0, EFD_CLOEXEC);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

tiny_server::~tiny_server() {
  static_cast<void>(::eventfd_write(bell_, 1));
  thread_.join();
  for (const auto& [fd, seen] : connections_) ::close(fd);
  ::close(listener_);
  ::close(bell_);
}

void tiny_server::accept_one() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connections_[fd];
}

bool tiny_server::hear(int fd, std::string& seen) {
  char buffer[8192];
  const auto n = ::recv(fd, buffer, sizeof buffer, 0);
  if (n <= 0) return false;
  seen.append(buffer, static_cast<std::size_t>(n));
  while (const auto size = whole(seen)) {
    const auto said = handler_(read_message(seen.substr(0, size)));
    seen.erase(0, size);
    if (said.empty() || !send_all(fd, said)) return false;
  }
  return true;
}

void tiny_server::run() {
  for (;;) {
    std::vector<pollfd> all{{bell_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& [fd, seen] : connections_) all.push_back({fd, POLLIN, 0});
    if (::poll(all.data(), all.size(), -1) < 0) continue;
    if (all[0].revents != 0) return;
    for (std::size_t i = 2; i < all.size(); ++i) {
      if (all[i].revents == 0 || hear(all[i].fd, connections_[all[i].fd])) continue;
      ::close(all[i].fd);
      connections_.erase(all[i].fd);
    }
    if (all[1].revents != 0) accept_one();
  }
}

tiny_client::~tiny_client() { close(); }

void tiny_client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool tiny_client::connect() {
  if (fd_ >= 0) return true;
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port_);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return true;
  }
  close();
  return false;
}

tiny_client::answer tiny_client::get(const std::string& path, const std::string& host,
                                     const std::string& more) {
  if (!connect() || !send_all(fd_, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n")) {
    close();
    return {};
  }
  std::string seen;
  while (whole(seen) == 0) {
    char buffer[8192];
    const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) {
      close();
      return {};
    }
    seen.append(buffer, static_cast<std::size_t>(n));
  }
  return {std::stoi(seen.substr(9, 3)), seen.substr(seen.find("\r\n\r\n") + 4)};
}

}  // namespace tests
