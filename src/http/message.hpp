// Requests as text, and responses from text. The only door to Beast, which is kept to one file.
#pragma once

#include "http/client.hpp"
#include "http/proxy.hpp"
#include "http/url.hpp"

#include <memory>

namespace shipflow::http {

/// RFC 9110 9.2.2, by name: repeating such a request is the same as sending it once.
[[nodiscard]] bool idempotent(std::string_view method);

/// What is written before the body, to the origin or, without TLS, to the proxy. Expects `check_request` to have passed.
[[nodiscard]] std::string request_head(const request& q, const target& to, const std::optional<proxy>& by);

struct reader_limits {
  std::size_t header_bytes;
  std::size_t body_bytes;
  /// Answers to HEAD have no body, whatever their headers say.
  bool head;
};

/// Reads one final response from pieces; interim (1xx) responses are passed over.
class response_reader {
 public:
  enum class progress { more, done };

  explicit response_reader(const reader_limits& limits);
  ~response_reader();
  response_reader(const response_reader&) = delete;
  response_reader& operator=(const response_reader&) = delete;

  [[nodiscard]] result<progress> feed(std::string_view bytes);
  /// The other side closed: complete only when the close itself delimits the body.
  [[nodiscard]] result<progress> end();
  /// Whether any byte has come.
  [[nodiscard]] bool started() const;
  /// After done: whether the connection may carry another request.
  [[nodiscard]] bool reusable() const;
  /// After done: status, headers and body.
  [[nodiscard]] response take();

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace shipflow::http
