// An asynchronous HTTP/1.1 client with deadlines, for everything in shipflow that speaks HTTP.
//
// Sources: RFC 9110 (semantics: idempotent methods 9.2.2, redirects 15.4), RFC 9112 (message
// syntax, connection reuse), RFC 6125 (names in certificates).
//
// Left out on purpose: proxies nobody named (`request::proxy`; no variable is read), HTTP/2, content
// coding (none is asked for), cookies, client certificates, credentials inside a URL.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class any_io_executor;
}

namespace shipflow::http {

struct header {
  std::string name;
  std::string value;
};
using header_list = std::vector<header>;
/// The value of the first header of that name (case does not matter), or null.
[[nodiscard]] const std::string* find(const header_list& headers, std::string_view name);

struct tls_options {
  /// A PEM file of the certificates to trust instead of the system's. Read again when it changes.
  std::string ca_file{};
  bool verify = true;
  /// Sent as SNI and checked against the certificate instead of the host in the URL.
  std::string server_name{};
};

enum class connection_use {
  pooled,  ///< take an idle connection if there is one, and leave it open afterwards
  fresh,   ///< always a new connection, closed afterwards: what probes want to see
};

struct request {
  std::string method = "GET";
  /// "http" or "https", sent byte for byte as written (no normalisation), without user and password.
  std::string url;
  /// Host may be set; Content-Length, Transfer-Encoding, Connection, Expect and Upgrade may not.
  header_list headers{};
  std::string body{};
  /// From `send` to the last byte: name look-up, connect, TLS, write, read and redirects together.
  duration deadline{30'000};
  std::size_t max_body_bytes = std::size_t{4} << 20U;
  std::size_t max_header_bytes = std::size_t{64} << 10U;
  /// How many redirects to follow; 0 hands the redirect itself back. A redirect from https to
  /// http is refused; to another origin Authorization and Cookie are dropped.
  int redirects = 0;
  connection_use connection = connection_use::pooled;
  tls_options tls{};
  /// Only addresses of the public internet are connected to; `denied` when the name has none.
  bool public_only = false;
  std::stop_token stop{};
  /// "http://[user:password@]host[:port]" to go through; empty: none. https goes through it by CONNECT, http is handed
  /// to it whole. Redirects go through it too; `public_only` cannot be kept through one. User and password are for it
  /// alone and never shown. `proxy_for` (proxy.hpp) is what the process environment says.
  std::string proxy{};
};

struct response {
  int status = 0;
  header_list headers;
  std::string body;
  duration latency{0};  ///< from the start to the last byte
  /// End of validity of the server's own certificate; empty without TLS.
  std::optional<time_point> certificate_not_after;
};

/// How far an exchange had come when it failed.
enum class stage { request, resolve, connect, tls, write, read };

/// Why there is no response. The message names method and URL without query values.
///
/// Codes: invalid_argument (the request can never be sent), not_found (no such host), unavailable
/// (refused, reset, unreachable, no name server), timeout, cancelled, io (this machine: no free
/// descriptor, unreadable CA file), denied (`public_only`, a proxy), failed (not HTTP, over a limit, certificate not accepted).
struct failure : error {
  stage where = stage::request;
  /// Some of the request may have reached the server, so its effect may have happened.
  bool sent = false;
  /// The trouble is here and says nothing about the server: bad request, name look-up, no
  /// network, no free descriptor, unreadable CA file.
  bool local = false;
};

using outcome = boost::system::result<response, failure>;

/// What a TCP port says first.
struct greeting_request {
  std::string host;
  std::uint16_t port = 0;
  /// Read until these bytes were seen; empty: the connection alone is the answer.
  std::string until{};
  std::size_t max_bytes = 4096;
  duration deadline{30'000};
  std::stop_token stop{};
};
struct greeting {
  std::string text;  ///< what was read, at most max_bytes
  duration latency{0};
};
using greeting_outcome = boost::system::result<greeting, failure>;

struct client_options {
  std::size_t idle_per_origin = 8;
  std::size_t idle_total = 64;
  duration idle_for{15'000};  ///< below the 60 s after which common servers hang up
};

class core;

/// Sends requests. Every function may be called from any thread.
///
/// Callbacks run on the client's own thread, or on the given executor, one at a time and never
/// inside `send`; they must not throw and not block. Each is called exactly once.
///
/// A connection from the pool that turns out to be closed before the first byte of the answer is
/// replaced once by a new one, for idempotent methods only.
class client {
 public:
  explicit client(client_options options = {});
  explicit client(const boost::asio::any_io_executor& executor, client_options options = {});
  /// Answers everything outstanding with `cancelled`. With its own thread: before it returns, and
  /// a name look-up under way may hold it up for the system resolver's time-out. With a given
  /// executor: the answers follow on that executor.
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(request q, std::function<void(outcome)> done);
  void greet(greeting_request q, std::function<void(greeting_outcome)> done);

 private:
  struct own_thread;
  std::shared_ptr<core> core_;
  std::unique_ptr<own_thread> thread_;
};

/// `url` fit for messages: without user, password, fragment and values of the query.
[[nodiscard]] std::string shown_url(std::string_view url);
/// Whether a client could send to this URL.
[[nodiscard]] result<void> check_url(std::string_view url);
/// Whether method and headers are well formed and left to the caller.
[[nodiscard]] result<void> check_request(const request& q);

}  // namespace shipflow::http
