// A TCP server whose behaviour is a function: for answers no real server would give.
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tests {

/// One accepted connection. Every call gives up when the server is stopped.
class raw_connection {
 public:
  raw_connection(int fd, const std::atomic<bool>& stop, int n) : number(n), fd_(fd), stop_(stop) {}

  /// Reads until the end of the headers (and the body given by Content-Length); false at the end.
  bool read_request() {
    const auto complete = [&] {
      const auto end = seen.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      const auto at = seen.find("Content-Length: ");
      const std::size_t body = at < end ? std::stoul(seen.substr(at + 16)) : 0;
      return seen.size() >= end + 4 + body;
    };
    seen.clear();
    while (!complete()) {
      char buffer[4096];
      if (!wait(POLLIN)) return false;
      const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      seen.append(buffer, static_cast<std::size_t>(n));
    }
    return true;
  }
  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!wait(POLLOUT)) return false;
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) continue;
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// Until the other side closes.
  void hang() {
    char buffer[4096];
    while (wait(POLLIN) && ::recv(fd_, buffer, sizeof buffer, 0) > 0) {
    }
  }
  /// Ends the connection with RST.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  [[nodiscard]] bool stopped() const { return stop_; }

  const int number;  ///< counts from 1
  std::string seen;  ///< the last request

 private:
  bool wait(short what) {
    while (!stop_) {
      pollfd p{fd_, what, 0};
      if (::poll(&p, 1, 20) > 0) return true;
    }
    return false;
  }
  int fd_;
  const std::atomic<bool>& stop_;
};

class raw_server {
 public:
  using behaviour = std::function<void(raw_connection&)>;

  /// Port 0: a free one.
  explicit raw_server(behaviour b, std::uint16_t at = 0) : behaviour_(std::move(b)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(at);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 64) != 0 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("cannot listen");
    port = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~raw_server() {
    stop_ = true;
    acceptor_.join();
    for (auto& t : connections_) t.join();
    ::close(fd_);
  }
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port) + path;
  }
  [[nodiscard]] int accepted() const { return accepted_; }

  std::uint16_t port = 0;

 private:
  void accept_all() {
    while (!stop_) {
      pollfd p{fd_, POLLIN, 0};
      if (::poll(&p, 1, 20) <= 0) continue;
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      connections_.emplace_back([this, fd, number = ++accepted_] {
        raw_connection c(fd, stop_, number);
        behaviour_(c);
        ::close(fd);
      });
    }
  }
  behaviour behaviour_;
  int fd_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<int> accepted_{0};
  std::thread acceptor_;
  std::vector<std::thread> connections_;
};

/// A port on which nobody listens at the moment.
inline std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool ok = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!ok) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace tests
