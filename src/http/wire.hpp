// One connection, with or without TLS, behind one pair of read and write.
#pragma once

#include "http/client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace shipflow::http {

/// A connection. Keep it in a shared_ptr until the handler of the last operation has run.
/// Not thread-safe: used on the executor it was made with.
class wire {
 public:
  using handler = std::function<void(boost::system::error_code, std::size_t)>;

  explicit wire(const boost::asio::any_io_executor& executor) : socket_(executor) {}

  /// A new socket for the family of the endpoint, closed on exec (Asio's own open is not).
  [[nodiscard]] boost::system::error_code open(const boost::asio::ip::tcp::endpoint& to);
  void connect(const boost::asio::ip::tcp::endpoint& to, handler done);
  void handshake(std::shared_ptr<boost::asio::ssl::context> context, const tls_options& options,
                 const std::string& host, handler done);
  void read_some(char* data, std::size_t size, handler done);
  /// Both must stay until the handler has run: a body of megabytes is not copied behind its head.
  void write(std::string_view head, std::string_view body, handler done);
  /// Ends every operation under way with operation_aborted.
  void close() noexcept;
  /// False once the other side closed or sent something nobody asked for.
  [[nodiscard]] bool quiet();
  /// Why TLS did not come about, in OpenSSL's words; empty when the certificate was not the reason.
  [[nodiscard]] std::string certificate_problem() const;
  [[nodiscard]] std::optional<time_point> certificate_not_after() const;

 private:
  using tls_stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::unique_ptr<tls_stream> tls_;
};

/// TLS settings made from options, remembered because reading a CA bundle takes milliseconds.
class tls_contexts {
 public:
  [[nodiscard]] result<std::shared_ptr<boost::asio::ssl::context>> get(const tls_options& options);

 private:
  struct entry {
    std::string key;
    std::shared_ptr<boost::asio::ssl::context> context;
  };
  std::vector<entry> entries_;
};

}  // namespace shipflow::http
