// Connections to a Unix stream socket that send lines and get lines back: one thread for all of
// them, a bounded number, bounded lines, and nobody waits for a slow or silent one.
#pragma once

#include "engine/control_wire.hpp"

#include <functional>
#include <memory>
#include <sys/socket.h>

namespace shipflow::engine_room {

struct line_limits {
  std::size_t clients = 64;         ///< more are told so and closed
  std::size_t line = longest_line;  ///< bytes of a request
  duration patience{30'000};        ///< for a whole line to come, and for an answer to be taken
  duration answer{10'000};          ///< for `serve` to answer
};

class line_server {
 public:
  /// Once, from any thread, also after the server has ended.
  using reply = std::function<void(json::object)>;
  /// Called on the server's thread, which must not wait. One line of a client at a time.
  using serve = std::function<void(const ucred& peer, const std::string& line, reply)>;

  line_server(unique_fd listener, serve answer, line_limits limits = {});
  ~line_server();
  line_server(const line_server&) = delete;
  line_server& operator=(const line_server&) = delete;

 private:
  class room;
  std::unique_ptr<room> room_;
};

}  // namespace shipflow::engine_room
