#include "http/message.hpp"

#include <shipflow/version.hpp>

#include <algorithm>
#include <array>

namespace shipflow::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return low(x) == low(y); });
}

// RFC 9110 5.6.2.
bool token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

// A line end in a value would let a value write further headers.
bool field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && c != '\t') || u == 0x7f;
  });
}

constexpr std::array own_headers{std::string_view{"Content-Length"}, std::string_view{"Transfer-Encoding"},
                                 std::string_view{"Connection"},     std::string_view{"Expect"},
                                 std::string_view{"Upgrade"},        std::string_view{"TE"},
                                 std::string_view{"Trailer"}};

bool wants_length(const request& q) {
  return !q.body.empty() || q.method == "POST" || q.method == "PUT" || q.method == "PATCH";
}

}  // namespace

const std::string* find(const header_list& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const header& h) { return same_name(h.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

bool idempotent(std::string_view method) {
  constexpr std::array methods{std::string_view{"GET"},     std::string_view{"HEAD"},
                               std::string_view{"OPTIONS"}, std::string_view{"PUT"},
                               std::string_view{"DELETE"},  std::string_view{"TRACE"}};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

result<void> check_request(const request& q) {
  if (!token(q.method)) return make_error(errc::invalid_argument, "the HTTP method is not a word");
  if (q.method == "CONNECT")
    return make_error(errc::invalid_argument, "the HTTP method CONNECT is not supported");
  for (const auto& h : q.headers) {
    if (!token(h.name))
      return make_error(errc::invalid_argument, "a header name has a character it must not have");
    if (!field_value(h.value))
      return make_error(errc::invalid_argument, "header " + h.name + ": the value has a control character");
    const bool own = std::any_of(own_headers.begin(), own_headers.end(),
                                 [&](std::string_view name) { return same_name(name, h.name); });
    if (own)
      return make_error(errc::invalid_argument,
                        "header " + h.name + " is set by the client itself, remove it");
  }
  return {};
}

std::string request_head(const request& q, const target& to, const std::optional<proxy>& by) {
  const bool whole = by && !to.tls;
  std::string out = q.method + " " + (whole ? "http://" + to.host_header : "") + to.path + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  if (find(q.headers, "Host") == nullptr) add("Host", to.host_header);
  if (find(q.headers, "User-Agent") == nullptr)
    add("User-Agent", std::string("shipflow/") + version_string());
  if (find(q.headers, "Accept") == nullptr) add("Accept", "*/*");
  if (whole && !by->authorization.empty()) add("Proxy-Authorization", by->authorization);
  for (const auto& h : q.headers) add(h.name, h.value);
  if (q.connection == connection_use::fresh) add("Connection", "close");
  if (wants_length(q)) add("Content-Length", std::to_string(q.body.size()));
  out += "\r\n";
  return out;
}

}  // namespace shipflow::http
