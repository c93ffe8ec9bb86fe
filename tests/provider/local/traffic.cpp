#include "traffic.hpp"

#include "process/files.hpp"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstring>
#include <sys/socket.h>

namespace theatre {
namespace {

using shipflow::unique_fd;

unique_fd connect_to(int port) {
  unique_fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
  return fd;
}

std::size_t length_in(const std::string& head) {
  for (const auto* name : {"Content-Length: ", "content-length: "})
    if (const auto at = head.find(name); at != std::string::npos)
      return std::stoul(head.substr(at + std::strlen(name)));
  return 0;
}

response exchange(int fd, const std::string& text) {
  response r;
  if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
    r.why = std::string("send: ") + std::strerror(errno);
    return r;
  }
  std::string all;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto end = all.find("\r\n\r\n");
    if (end != std::string::npos && all.size() >= end + 4 + length_in(all.substr(0, end))) {
      r.head = all.substr(0, end);
      r.body = all.substr(end + 4);
      r.status = std::stoi(all.substr(9, 3));
      return r;
    }
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      r.why = got == 0 ? "closed after " + std::to_string(all.size()) + " bytes"
                       : std::string("recv: ") + std::strerror(errno);
      return r;
    }
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string request_text(const std::string& path, const std::string& method, bool keep) {
  return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
         (method == "POST" ? "Content-Length: 0\r\n" : "") + (keep ? "" : "Connection: close\r\n") + "\r\n";
}

}  // namespace

response ask(int port, const std::string& path, const std::string& method) {
  const auto fd = connect_to(port);
  if (!fd) return {0, {}, {}, "connect"};
  return exchange(fd.get(), request_text(path, method, false));
}

traffic::traffic(int port, int connections) : port_(port) {
  for (int n = 0; n < connections; ++n) threads_.emplace_back([this, n] { ask_on(n % 2 == 0); });
}

traffic::~traffic() { (void)stop(); }

std::string traffic::stop() {
  over_ = true;
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  return failures_;
}

long traffic::answered(const std::string& version) {
  const std::lock_guard guard(mutex_);
  return by_version_[version];
}

void traffic::ask_on(bool keep) {
  unique_fd fd;
  while (!over_) {
    if (!fd || !keep) fd = connect_to(port_);
    const auto r = fd ? exchange(fd.get(), request_text("/", "GET", keep)) : response{0, {}, {}, "connect"};
    {
      const std::lock_guard guard(mutex_);
      if (r.status == 200)
        ++by_version_[r.body];
      else if (failures_.size() < 2000)
        failures_ += std::to_string(r.status) + " " + r.why + r.body.substr(0, 60) + "; ";
    }
    ++answered_;
    if (r.status == 0) fd.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace theatre
