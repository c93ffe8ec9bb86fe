#include "http/request_fields.hpp"

#include <algorithm>

namespace shipflow::http {
namespace {

void read_url(fields& in, std::initializer_list<std::string_view> names, request& q) {
  const auto* const given = std::find_if(names.begin(), names.end(), [&](auto name) { return in.has(name); });
  if (given == names.end()) return in.wrong(*names.begin(), "is missing, the URL to ask");
  q.url = in.text(*given);
  if (auto ok = check_url(q.url); !ok) in.wrong(*given, "cannot be used: " + ok.error().message);
}

void read_headers(fields& in, request& q) {
  const auto* headers = in.object("headers");
  if (headers == nullptr) return;
  for (const auto& h : *headers) {
    const auto& v = h.value();
    if (!v.is_string() && !v.is_int64() && !v.is_uint64()) in.wrong("headers", "must map names to texts");
    q.headers.push_back(
        {std::string(h.key()), v.is_string() ? std::string(v.get_string()) : json::serialize(v)});
  }
}

void read_body(fields& in, request& q) {
  q.body = in.text("body");
  const auto* value = in.any("json");
  if (value == nullptr) return;
  if (in.has("body")) return in.wrong("json", "and `body` exclude each other");
  q.body = json::serialize(*value);
  if (find(q.headers, "Content-Type") == nullptr) q.headers.push_back({"Content-Type", "application/json"});
}

}  // namespace

void read_request(fields& in, std::initializer_list<std::string_view> url_names, request& q) {
  q.method = in.text("method", q.method);
  read_url(in, url_names, q);
  read_headers(in, q);
  read_body(in, q);
  q.tls.ca_file = in.text("ca");
  q.tls.verify = in.flag("tls_verify", true);
  q.tls.server_name = in.text("server_name");
  q.redirects = static_cast<int>(in.whole("redirects", 0, 0, 20));
  if (auto ok = check_request(q); !ok) in.wrong(ok.error());
}

}  // namespace shipflow::http
