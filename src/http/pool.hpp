// Idle connections, kept for the next request to the same origin with the same TLS settings.
#pragma once

#include "http/wire.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <string>

namespace shipflow::http {

/// Used on the client's executor only.
class pool : public std::enable_shared_from_this<pool> {
 public:
  pool(const boost::asio::any_io_executor& executor, client_options options)
      : options_(options), sweep_(executor) {}

  /// The most recently used living connection for that key, or null.
  [[nodiscard]] std::shared_ptr<wire> take(const std::string& key);
  void put(std::string key, std::shared_ptr<wire> connection);
  void close();

 private:
  struct idle {
    std::string key;
    std::shared_ptr<wire> connection;
    std::chrono::steady_clock::time_point until;
  };
  void drop_old();
  void arm();

  client_options options_;
  std::deque<idle> idle_;  // oldest first, so also in the order of `until`
  boost::asio::steady_timer sweep_;
  bool closed_ = false;
};

}  // namespace shipflow::http
