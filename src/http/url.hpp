// URLs as the client needs them: where to connect and what to write on the request line.
#pragma once

#include <shipflow/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace shipflow::http {

struct target {
  bool tls = false;
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 0;
  std::string host_header;  ///< host, and the port unless it is the scheme's own
  std::string path;         ///< path and query exactly as written, at least "/"

  [[nodiscard]] bool same_origin(const target& other) const {
    return tls == other.tls && host == other.host && port == other.port;
  }
};

[[nodiscard]] result<target> parse_target(std::string_view url);

/// Bytes fit for a query parameter or path segment (RFC 3986 2.3).
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// The URL a Location header points at (RFC 3986 5.2).
[[nodiscard]] result<std::string> resolve_location(std::string_view base, std::string_view location);

}  // namespace shipflow::http
