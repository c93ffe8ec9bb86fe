// The bucket over a server that others wrote.
#include "http/client.hpp"
#include "s3/checks.hpp"
#include "versitygw.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using tests::versitygw;

TEST_CASE("s3: keys that need every kind of escaping come back as they were, listed and read") {
  if (tests::versitygw_program().empty()) return;
  const versitygw server;
  tests::keys_come_back(server);
}

TEST_CASE("s3: conditions are kept by the server, attributes travel, ranges and empty objects are read") {
  if (tests::versitygw_program().empty()) return;
  const versitygw server;
  tests::conditions_are_kept(server);
}

TEST_CASE("s3: parts are begun, listed, gone on with, put together and given up") {
  if (tests::versitygw_program().empty()) return;
  const versitygw server;
  tests::parts_are_put_together(server);
}

TEST_CASE("s3: wrong keys, a bucket that is not there, a body that is not its hash") {
  if (tests::versitygw_program().empty()) return;
  const versitygw server;
  tests::refusals_are_told(server);
}

TEST_CASE("s3: a signed URL lets anybody send that one request, for its time") {
  if (tests::versitygw_program().empty()) return;
  versitygw server;
  http::client anybody;
  const auto link = [&](const std::string& method, const std::string& key, duration late = duration{0}) {
    auto options = server.keys.options();
    options.now = [late] {
      return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) - late;
    };
    aws::client c(options);
    aws::wire_request q;
    q.operation = "signed URL";
    q.method = method;
    q.bucket = "site";
    q.path = aws::key_path(key);
    std::promise<result<std::string>> got;
    c.presign(aws::s3, q, {}, std::chrono::minutes(5),
              [&](result<std::string> u) { got.set_value(std::move(u)); });
    return got.get_future().get().value();
  };
  const auto status = [&](const std::string& method, const std::string& url, const std::string& body = "") {
    http::request q;
    q.method = method;
    q.url = url;
    q.body = body;
    std::promise<http::outcome> got;
    anybody.send(std::move(q), [&](http::outcome o) { got.set_value(std::move(o)); });
    const auto o = got.get_future().get();
    REQUIRE_MESSAGE(o.has_value(), o.error().message);
    return std::to_string(o->status) + (o->status == 200 ? " " + o->body : "");
  };
  const std::string key = "a b/(x)+\xC3\xBC.txt";
  CHECK(status("PUT", link("PUT", key), "hello") == "200 ");
  const auto url = link("GET", key);
  CHECK(status("GET", url) == "200 hello");
  CHECK(status("DELETE", url) == "403");
  CHECK(status("GET", url.substr(0, url.size() - 1) + (url.ends_with('0') ? "1" : "0")) == "403");
  CHECK(status("GET", link("GET", key, std::chrono::minutes(10))) == "403");
  CHECK(status("GET", server.url() + "/site" + aws::key_path(key)) == "403");
}
