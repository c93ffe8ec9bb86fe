#include "http/proxy.hpp"

#include "http/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace shipflow::http {
namespace asio = boost::asio;
namespace urls = boost::urls;
namespace {

std::string basic(const std::string& pair) {
  std::string out(4 * ((pair.size() + 2) / 3) + 1, '\0');
  const auto length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(pair.data()), static_cast<int>(pair.size()));
  out.resize(static_cast<std::size_t>(length));
  return "Basic " + out;
}

std::optional<asio::ip::address> address_in(const std::string& host) {
  boost::system::error_code ec;
  const auto a = asio::ip::make_address(host, ec);
  return ec ? std::nullopt : std::optional(a);
}

bool in_network(const asio::ip::address& a, const std::string& network) {
  boost::system::error_code ec;
  if (a.is_v4()) {
    const auto n = asio::ip::make_network_v4(network, ec);
    return !ec && (a.to_v4().to_uint() & n.netmask().to_uint()) == n.network().to_uint();
  }
  const auto n = asio::ip::make_network_v6(network, ec);
  return !ec && asio::ip::make_network_v6(a.to_v6(), n.prefix_length()).canonical() == n.canonical();
}

// "[::1]:8080", "host:8080", "host": the host, and the port if one is there.
std::pair<std::string, std::string> split_port(std::string_view entry) {
  const auto colon = entry.rfind(':');
  const bool v6 = entry.starts_with('[');
  const auto close = v6 ? entry.find(']') : std::string_view::npos;
  const bool several = !v6 && entry.find(':') != colon;
  const bool port = colon != std::string_view::npos && !several && (!v6 || colon > close);
  auto host = std::string(port ? entry.substr(0, colon) : entry);
  if (v6 && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, port ? std::string(entry.substr(colon + 1)) : std::string{}};
}

bool names(std::string_view entry, const target& to) {
  const auto [written, port] = split_port(entry);
  if (!port.empty() && port != std::to_string(to.port)) return false;
  const auto host = lower(written);
  if (host == "*") return true;
  if (const auto a = address_in(to.host)) {
    const auto other = address_in(host);
    return other ? *other == *a : in_network(*a, host);
  }
  const auto name = host.starts_with('.') ? host.substr(1) : host;
  return !name.empty() && (to.host == name || to.host.ends_with("." + name));
}

bool left_out(std::string_view list, const target& to) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto entry = list.substr(0, comma);
    while (!entry.empty() && (entry.front() == ' ' || entry.front() == '\t')) entry.remove_prefix(1);
    while (!entry.empty() && (entry.back() == ' ' || entry.back() == '\t')) entry.remove_suffix(1);
    if (!entry.empty() && names(entry, to)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool this_machine(const target& to) {
  if (to.host == "localhost" || to.host.ends_with(".localhost")) return true;
  const auto a = address_in(to.host);
  return a && a->is_loopback();
}

}  // namespace

result<proxy> parse_proxy(std::string_view text) {
  const auto whole =
      text.find("://") == std::string_view::npos ? "http://" + std::string(text) : std::string(text);
  const auto parsed = urls::parse_uri(whole);
  if (!parsed || parsed->host_address().empty())
    return make_error(errc::invalid_argument, "the proxy is no URL; it must be http://host:port");
  if (lower(std::string_view(parsed->scheme().data(), parsed->scheme().size())) != "http")
    return make_error(errc::unsupported,
                      "the proxy must be spoken to by http://; other schemes are not built in");
  proxy p;
  p.host = lower(parsed->host_address());
  const std::string port(parsed->port().data(), parsed->port().size());
  const auto read = std::from_chars(port.data(), port.data() + port.size(), p.port);
  if ((!port.empty() && read.ec != std::errc{}) || p.port == 0)
    return make_error(errc::invalid_argument, "the proxy's port must be 1 to 65535");
  if (parsed->has_userinfo()) p.authorization = basic(parsed->user() + ":" + parsed->password());
  return p;
}

std::string proxy_for(std::string_view url,
                      const std::function<std::optional<std::string>(const std::string& name)>& variable) {
  const auto to = parse_target(url);
  if (!variable || !to || this_machine(*to)) return {};
  const auto read = [&](const std::string& small, const std::string& capital) {
    if (auto value = variable(small); value && !value->empty()) return *value;
    if (capital == "HTTP_PROXY" && variable("REQUEST_METHOD")) return std::string{};
    return variable(capital).value_or("");
  };
  auto found = to->tls ? read("https_proxy", "HTTPS_PROXY") : read("http_proxy", "HTTP_PROXY");
  if (found.empty()) found = read("all_proxy", "ALL_PROXY");
  return !found.empty() && left_out(read("no_proxy", "NO_PROXY"), *to) ? std::string{} : found;
}

}  // namespace shipflow::http
