// What a redirect does to a request (RFC 9110 15.4).
#pragma once

#include "http/client.hpp"

namespace shipflow::http {

[[nodiscard]] bool is_redirect(const response& r);

/// Turns `q` into the request the redirect asks for: POST becomes GET for 301, 302 and 303,
/// and what was meant for one origin only is dropped when the origin changes.
[[nodiscard]] result<void> follow(request& q, const response& r);

}  // namespace shipflow::http
