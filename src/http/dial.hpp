// From a host and port to an open connection: look-up, connect to one address after the other, TLS.
#pragma once

#include "http/proxy.hpp"
#include "http/resolver.hpp"
#include "http/wire.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace shipflow::http {

struct dial_request {
  std::string host;
  std::uint16_t port = 0;
  bool secure = false;
  tls_options tls{};
  bool public_only = false;
  std::chrono::steady_clock::time_point deadline{};
  /// Connects to this instead, and with `secure` through it.
  std::optional<proxy> by{};
};
using dial_outcome = boost::system::result<std::shared_ptr<wire>, failure>;

/// Runs on one executor and is answered once. The caller watches the deadline and calls
/// `cancel`; `deadline` is only for dividing the time among the addresses of a host.
class dial : public std::enable_shared_from_this<dial> {
 public:
  dial(boost::asio::any_io_executor executor, resolver& names, tls_contexts& contexts, dial_request q,
       std::function<void(dial_outcome)> done);
  void start();
  /// No answer comes after this.
  void cancel();
  /// What it is doing now.
  [[nodiscard]] stage where() const { return where_; }

 private:
  void on_addresses(result<resolver::addresses> found);
  void try_next();
  void attempt(const boost::asio::ip::tcp::endpoint& to);
  void on_connected(boost::system::error_code ec);
  void tunnel();
  void handshake();
  void on_handshake(boost::system::error_code ec);
  void fail(failure f);

  boost::asio::any_io_executor executor_;
  resolver& names_;
  tls_contexts& contexts_;
  dial_request q_;
  std::function<void(dial_outcome)> done_;
  stage where_ = stage::resolve;
  resolver::addresses addresses_;
  std::size_t next_ = 0;
  std::optional<failure> last_;
  std::shared_ptr<wire> wire_;
  boost::asio::steady_timer slice_;
  bool slice_over_ = false;
};

/// A socket error in words and code, and whether its cause is on this machine.
[[nodiscard]] failure socket_failure(const boost::system::error_code& ec, stage where);

}  // namespace shipflow::http
