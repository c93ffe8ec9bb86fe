// One request to a service in the form every protocol is brought to, and the pieces of its URL.
//
// Operations of JSON and query services are names with a value (`encode` in service.hpp); those of REST services
// are written down as they are in the service's reference:
//
//   aws::wire_request q;
//   q.operation = "PutObject";
//   q.method = "PUT";
//   q.bucket = "site";
//   q.path = aws::key_path("assets/a b.js");
//   q.headers = {{"Content-Type", "text/javascript; charset=utf-8"}};
//   q.body = std::move(bytes);
//   client.send(aws::s3, std::move(q), {}, [](aws::rest_outcome o) { ... http::find(o->headers, "ETag") ... });
#pragma once

#include "http/client.hpp"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::aws {

using query_list = std::vector<std::pair<std::string, std::string>>;

/// `wire_request::payload_hash` for a body whose hash is not part of the signature: over TLS to S3 only, elsewhere the
/// body is hashed all the same.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

struct wire_request {
  std::string operation;  ///< for messages: "PutObject"
  std::string method = "GET";
  /// S3's bucket, as it is named; it becomes part of the host or of the path. Empty elsewhere.
  std::string bucket{};
  /// Sent as it stands: percent encoded, from the first slash on. See `key_path` and `filled`.
  std::string path = "/";
  query_list query{};  ///< not encoded yet; without a value: the name alone, as in `?uploads`
  http::header_list headers{};
  std::string body{};  ///< any bytes
  /// Hexadecimal SHA-256 of the body if it is known already, or `unsigned_payload`; empty: it is computed.
  std::string payload_hash{};
  /// An answer longer than this is an error.
  std::size_t max_answer_bytes = std::size_t{8} << 20U;
  /// True: this good status carries a refusal in its body, and is treated like status 500 with that body.
  /// S3's CopyObject and CompleteMultipartUpload need `error_inside` (xml.hpp).
  std::function<bool(const http::response&)> refused{};
};

/// The path of an S3 object: "a b/ü" is "/a%20b/%C3%BC". Slashes stay, nothing is normalised.
[[nodiscard]] std::string key_path(std::string_view key);

/// "/2020-05-31/distribution/{Id}/config" with {{"Id", "E1/2"}}: values are encoded, slashes too. Each label must be
/// given; one that is not stays as it is.
[[nodiscard]] std::string filled(std::string_view pattern,
                                 std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

/// "?list-type=2&prefix=a%2F", or nothing for an empty list.
[[nodiscard]] std::string query_text(const query_list& query);

}  // namespace shipflow::aws
