#include "http/redirect.hpp"

#include "http/url.hpp"

#include <algorithm>
#include <array>

namespace shipflow::http {
namespace {

void drop(header_list& headers, std::string_view name) {
  while (const auto* value = find(headers, name)) {
    const auto same =
        std::find_if(headers.begin(), headers.end(), [&](const header& h) { return &h.value == value; });
    headers.erase(same);
  }
}

bool becomes_get(const std::string& method, int status) {
  if (status == 303) return method != "HEAD";
  return (status == 301 || status == 302) && method == "POST";
}

}  // namespace

bool is_redirect(const response& r) {
  constexpr std::array statuses{301, 302, 303, 307, 308};
  return std::find(statuses.begin(), statuses.end(), r.status) != statuses.end() &&
         find(r.headers, "Location") != nullptr;
}

result<void> follow(request& q, const response& r) {
  auto url = resolve_location(q.url, *find(r.headers, "Location"));
  if (!url) return url.error();
  const auto from = parse_target(q.url);
  const auto to = parse_target(*url);
  if (!to) return make_error(errc::failed, "the redirect cannot be followed: " + to.error().message);
  if (from->tls && !to->tls)
    return make_error(errc::failed, "refused a redirect from https to http, to " + shown_url(*url));
  if (!from->same_origin(*to)) {
    for (const auto* name : {"Authorization", "Cookie", "Host"}) drop(q.headers, name);
    q.tls.server_name.clear();
  }
  if (becomes_get(q.method, r.status)) {
    q.method = "GET";
    q.body.clear();
    drop(q.headers, "Content-Type");
  }
  q.url = std::move(*url);
  return {};
}

}  // namespace shipflow::http
