// Proxies: which one a request goes through, and how they are spoken to.
#pragma once

#include "http/client.hpp"
#include "http/url.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace shipflow::http {

class wire;

/// What `request::proxy` says.
struct proxy {
  std::string host;
  std::uint16_t port = 80;
  std::string authorization{};  ///< "Basic ..." or empty; for the proxy only, never shown
};

/// "http://[user:password@]host[:port]", also without the scheme. Error: something else; it does not hold the text.
[[nodiscard]] result<proxy> parse_proxy(std::string_view text);

/// The proxy for a URL as the process environment has it, or empty: HTTPS_PROXY or HTTP_PROXY by scheme, else ALL_PROXY,
/// in lower case first, unless NO_PROXY names the host. NO_PROXY is a list with commas of `*`, hosts (their subdomains
/// too, with or without a dot before them), addresses and networks (10.0.0.0/8), each with `:port` if it is for one
/// port only. This machine itself (localhost, 127.0.0.0/8, ::1) is never asked through a proxy. HTTP_PROXY in capitals
/// does not count beside REQUEST_METHOD: there it is a header of somebody's request. Pure.
[[nodiscard]] std::string proxy_for(
    std::string_view url, const std::function<std::optional<std::string>(const std::string& name)>& variable);

/// Asks the proxy at the other end of `through` for a connection to `host:port` (RFC 9110 9.3.6) and calls back with
/// why there is none, or nothing.
void open_tunnel(std::shared_ptr<wire> through, const std::string& host, std::uint16_t port, const proxy& by,
                 std::function<void(std::optional<error>)> done);

}  // namespace shipflow::http
