// A request as plans and environments write it.
//
//   method, url, headers: { name: value }, body: text or json: any value (sets Content-Type),
//   ca: PEM file, tls_verify: true, server_name: text, redirects: 0..20
#pragma once

#include "http/client.hpp"
#include "http/fields.hpp"

namespace shipflow::http {

/// Reads all of them into `q`. The URL is taken from the first of `url_names` that is there.
void read_request(fields& in, std::initializer_list<std::string_view> url_names, request& q);

}  // namespace shipflow::http
