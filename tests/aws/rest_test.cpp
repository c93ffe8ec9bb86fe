// Requests of REST services: bytes both ways, buckets elsewhere, refusals inside a good status.
#include "aws/client.hpp"
#include "place.hpp"
#include "service_double.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using tests::header;
using tests::place;
using tests::response;
using tests::service_double;

namespace {

aws::rest_outcome send(aws::client& c, aws::wire_request q, const aws::service& s = aws::s3) {
  std::promise<aws::rest_outcome> got;
  c.send(s, std::move(q), {}, [&](aws::rest_outcome o) { got.set_value(std::move(o)); });
  return got.get_future().get();
}

aws::wire_request object(const std::string& method, const std::string& key, std::string body = "") {
  aws::wire_request q;
  q.operation = method == "PUT" ? "PutObject" : "GetObject";
  q.method = method;
  q.bucket = "site";
  q.path = aws::key_path(key);
  q.body = std::move(body);
  return q;
}

constexpr auto elsewhere =
    R"(<Error><Code>PermanentRedirect</Code><Message>m</Message><Region>us-west-2</Region></Error>)";

}  // namespace

TEST_CASE("aws/rest: bytes go out with their hash, and come back with status and headers") {
  const std::string bytes("\0\r\n\xff", 4);
  service_double s([&](int) { return response("200 OK", bytes, "ETag: \"e\"\r\n"); });
  aws::client c(place::with_keys(s.server.url("")).options());
  auto q = object("PUT", "a//b c", bytes);
  q.payload_hash = std::string(aws::unsigned_payload);
  const auto o = send(c, std::move(q));
  REQUIRE(o.has_value());
  CHECK(o->status == 200);
  CHECK(o->body == bytes);
  CHECK(*http::find(o->headers, "etag") == "\"e\"");
  CHECK(s.request(0).starts_with("PUT /site/a//b%20c HTTP/1.1\r\n"));
  CHECK(s.request(0).ends_with(bytes));
  // Without TLS anybody may change what is not hashed.
  CHECK(header(s.request(0), "X-Amz-Content-Sha256") == sha256_hex(bytes));
}

TEST_CASE("aws/rest: a bucket in another region is asked there, once, and from then on at once") {
  service_double s([](int n) {
    if (n == 1) return response("301 Moved", elsewhere);
    return response("200 OK", "");
  });
  aws::client c(place::with_keys(s.server.url("")).options());
  REQUIRE(send(c, object("GET", "x")).has_value());
  REQUIRE(send(c, object("GET", "x")).has_value());
  CHECK(s.requests == 3);
  CHECK(header(s.request(0), "Authorization").find("/eu-central-1/s3/") != std::string::npos);
  CHECK(header(s.request(1), "Authorization").find("/us-west-2/s3/") != std::string::npos);
  CHECK(header(s.request(2), "Authorization").find("/us-west-2/s3/") != std::string::npos);
}

TEST_CASE("aws/rest: HEAD learns the region from a header; a redirect without end is an error") {
  service_double s([](int n) {
    return "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: us-west-" + std::to_string(n + 1) + "\r\n\r\n";
  });
  aws::client c(place::with_keys(s.server.url("")).options());
  const auto o = send(c, object("HEAD", "x"));
  REQUIRE(!o);
  CHECK(s.requests == 2);
  CHECK(o.error().status == 301);
  CHECK(o.error().message == "s3 GetObject: it answered 301");
  service_double evil(
      [](int) { return response("400 Bad", R"(<Error><Code>X</Code><Region>a.evil/</Region></Error>)"); });
  aws::client d(place::with_keys(evil.server.url("")).options());
  CHECK(send(d, object("GET", "x")).error().aws_code == "X");
  CHECK(evil.requests == 1);
}

TEST_CASE("aws/rest: a refusal inside a good status is tried again where the caller says so") {
  service_double s([](int n) {
    if (n == 1)
      return response("200 OK", "<Error><Code>InternalError</Code><Message>again</Message></Error>");
    return response("200 OK", "<CompleteMultipartUploadResult/>");
  });
  aws::client c(place::with_keys(s.server.url("")).options());
  auto q = object("POST", "x", "<CompleteMultipartUpload/>");
  q.refused = aws::error_inside;
  const auto o = send(c, q);
  REQUIRE(o.has_value());
  CHECK(o->body == "<CompleteMultipartUploadResult/>");
  CHECK(s.requests == 2);
}

TEST_CASE("aws/rest: what status and code say") {
  std::string status, body;
  service_double s([&](int) { return response(status, body); });
  aws::client c(place::with_keys(s.server.url("")).options());
  const auto refused = [&](const std::string& with, const std::string& code) {
    status = with;
    body = code.empty() ? "" : "<Error><Code>" + code + "</Code><Message>m</Message></Error>";
    const auto o = send(c, object("GET", "x"));
    return o ? errc::internal : o.error().code;
  };
  CHECK(refused("404 No", "") == errc::not_found);
  CHECK(refused("404 No", "NoSuchKey") == errc::not_found);
  CHECK(refused("412 No", "PreconditionFailed") == errc::conflict);
  CHECK(refused("409 No", "BucketNotEmpty") == errc::conflict);
  CHECK(refused("403 No", "AccessDenied") == errc::denied);
  status = "304 Not Modified";
  body = "";
  CHECK(send(c, object("GET", "x")).value().status == 304);
}

TEST_CASE("aws/rest: what needs no signature is sent without one, and without looking for keys") {
  service_double s([](int) { return response("401 No", R"({"__type":"UnauthorizedException"})"); });
  place p;
  p.variables["AWS_ENDPOINT_URL"] = s.server.url("");
  aws::client c(p.options());
  constexpr aws::service open{"SSO", "portal.sso", "", aws::protocol::rest_json, ""};
  aws::wire_request q;
  q.operation = "GetRoleCredentials";
  q.path = "/federation/credentials";
  q.query = {{"role_name", "r"}};
  const auto o = send(c, q, open);
  REQUIRE(!o);
  CHECK(o.error().aws_code == "UnauthorizedException");
  CHECK(header(s.request(0), "Authorization").empty());
  CHECK(s.request(0).starts_with("GET /federation/credentials?role_name=r HTTP/1.1\r\n"));
}

TEST_CASE("aws/rest: an answer over the caller's limit is an error") {
  service_double s([](int) { return response("200 OK", std::string(100, 'x')); });
  aws::client c(place::with_keys(s.server.url("")).options());
  auto q = object("GET", "x");
  q.max_answer_bytes = 99;
  CHECK(send(c, q).error().code == errc::failed);
  q.max_answer_bytes = 100;
  CHECK(send(c, q).has_value());
}
