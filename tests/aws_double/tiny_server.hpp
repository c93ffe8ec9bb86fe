// An HTTP server on one thread: keeps connections, answers one request after the other.
#pragma once

#include "message.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <thread>

namespace tests {

class tiny_server {
 public:
  /// Bytes of the whole answer, or empty to hang up. Called on the server's thread.
  using handler = std::function<std::string(const message&)>;

  explicit tiny_server(handler h);
  ~tiny_server();
  tiny_server(const tiny_server&) = delete;
  tiny_server& operator=(const tiny_server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void run();
  void accept_one();
  /// false: the connection is over.
  bool hear(int fd, std::string& seen);

  handler handler_;
  int listener_ = -1;
  int bell_ = -1;
  std::uint16_t port_ = 0;
  std::map<int, std::string> connections_;
  std::thread thread_;
};

/// A connection to such a server, kept.
class tiny_client {
 public:
  explicit tiny_client(std::uint16_t port) : port_(port) {}
  ~tiny_client();
  tiny_client(const tiny_client&) = delete;
  tiny_client& operator=(const tiny_client&) = delete;

  struct answer {
    int status = 0;  ///< 0: nobody answered
    std::string body;
  };
  /// `more`: further header lines, each with its end of line.
  answer get(const std::string& path, const std::string& host = "127.0.0.1", const std::string& more = "");

 private:
  bool connect();
  void close();

  std::uint16_t port_;
  int fd_ = -1;
};

}  // namespace tests
