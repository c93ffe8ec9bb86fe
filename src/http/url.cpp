#include "http/url.hpp"

#include "http/client.hpp"
#include "http/text.hpp"

#include <boost/url.hpp>

#include <charconv>
#include <system_error>

namespace shipflow::http {
namespace urls = boost::urls;
namespace {

error bad(std::string_view url, std::string_view why) {
  return make_error(errc::invalid_argument, "url " + shown_url(url) + ": " + std::string(why));
}

}  // namespace

result<target> parse_target(std::string_view url) {
  const auto parsed = urls::parse_uri(urls::string_view(url.data(), url.size()));
  if (!parsed) return bad(url, "not a valid absolute URL");
  const urls::url_view& u = *parsed;
  const std::string scheme = lower(std::string_view(u.scheme().data(), u.scheme().size()));
  if (scheme != "http" && scheme != "https") return bad(url, "the scheme must be http or https");
  if (u.has_userinfo()) return bad(url, "credentials do not belong in a URL, use an Authorization header");
  target t;
  t.tls = scheme == "https";
  const std::uint16_t usual = t.tls ? 443 : 80;
  t.host = lower(u.host_address());
  if (t.host.empty()) return bad(url, "no host");
  if (t.host.size() > 253 || t.host.find('\0') != std::string::npos) return bad(url, "not a host name");
  t.port = usual;
  if (u.has_port() && !u.port().empty()) {
    const auto digits = u.port();
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), t.port);
    if (read.ec != std::errc{} || t.port == 0) return bad(url, "the port must be 1 to 65535");
  }
  const bool v6 = t.host.find(':') != std::string::npos;
  t.host_header = v6 ? "[" + t.host + "]" : t.host;
  if (t.port != usual) t.host_header += ":" + std::to_string(t.port);
  t.path = std::string(std::string_view(u.encoded_path().data(), u.encoded_path().size()));
  if (t.path.empty()) t.path = "/";
  if (u.has_query()) t.path += "?" + std::string(u.encoded_query().data(), u.encoded_query().size());
  return t;
}

result<std::string> resolve_location(std::string_view base, std::string_view location) {
  const auto from = urls::parse_uri(urls::string_view(base.data(), base.size()));
  const auto to = urls::parse_uri_reference(urls::string_view(location.data(), location.size()));
  if (!from || !to) return make_error(errc::failed, "the Location header is not a valid URL");
  urls::url out;
  const auto done = urls::resolve(*from, *to, out);
  if (!done) return make_error(errc::failed, "the Location header is not a valid URL");
  return std::string(out.buffer().data(), out.buffer().size());
}

result<void> check_url(std::string_view url) {
  auto t = parse_target(url);
  if (!t) return t.error();
  return {};
}

std::string shown_url(std::string_view url) {
  const auto parsed = urls::parse_uri(urls::string_view(url.data(), url.size()));
  if (!parsed) return "(unreadable)";
  const urls::url_view& u = *parsed;
  std::string out(u.scheme().data(), u.scheme().size());
  out += "://";
  out += std::string_view(u.encoded_host_and_port().data(), u.encoded_host_and_port().size());
  out += std::string_view(u.encoded_path().data(), u.encoded_path().size());
  char sign = '?';
  for (const auto& parameter : u.encoded_params()) {
    out += sign;
    out += std::string_view(parameter.key.data(), parameter.key.size());
    if (parameter.has_value) out += "=***";
    sign = '&';
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char ch : text) {
    const auto c = static_cast<unsigned char>(ch);
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (word || std::string_view("-._~").find(ch) != std::string_view::npos) {
      out += ch;
    } else {
      out += '%';
      out += digits[c >> 4U];
      out += digits[c & 0xFU];
    }
  }
  return out;
}

}  // namespace shipflow::http
