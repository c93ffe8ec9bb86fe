// Servers that misbehave: every exchange ends with a clear error inside its bounds.
#include "http/raw_server.hpp"
#include "http/waiting.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using tests::fetch;
using tests::get;
using tests::raw_connection;
using tests::raw_server;
using namespace std::chrono_literals;

namespace {

struct hostile {
  const char* name;
  raw_server::behaviour behave;
  errc code;
  const char* says;
};

void endlessly(raw_connection& c, const std::string& bytes) {
  while (c.say(bytes)) {
  }
}

const hostile cases[] = {
    {"never answers", [](raw_connection& c) { c.hang(); }, errc::timeout, "no full answer within 400ms"},
    {"closes at once", [](raw_connection& c) { c.read_request(); }, errc::unavailable,
     "closed without an answer"},
    {"resets",
     [](raw_connection& c) {
       c.read_request();
       c.reset();
     },
     errc::unavailable, "reset"},
    {"speaks garbage",
     [](raw_connection& c) {
       c.read_request();
       c.say("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n");
       c.hang();
     },
     errc::failed, "not valid HTTP/1"},
    {"sends binary garbage",
     [](raw_connection& c) {
       c.read_request();
       c.say(std::string(300, '\0'));
       c.hang();
     },
     errc::failed, "not valid HTTP/1"},
    {"sends headers without end",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\n");
       endlessly(c, "X-More: " + std::string(50, 'x') + "\r\n");
     },
     errc::failed, "the headers are larger than"},
    {"sends one header line without end",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nX-Long: ");
       endlessly(c, std::string(1000, 'x'));
     },
     errc::failed, "the headers are larger than"},
    {"sends a body without end",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\n\r\n");
       endlessly(c, std::string(1000, 'x'));
     },
     errc::failed, "the body is larger than 100000 bytes"},
    {"announces a huge body",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
       c.hang();
     },
     errc::failed, "the body is larger than 100000 bytes"},
    {"sends chunks without end",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       endlessly(c, "4\r\nwxyz\r\n");
     },
     errc::failed, "the body is larger than 100000 bytes"},
    {"sends a chunk extension without end",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=");
       endlessly(c, std::string(1000, 'x'));
     },
     errc::failed, "the headers are larger than"},
    {"sends trailers without end",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
       endlessly(c, "X-More: " + std::string(50, 'x') + "\r\n");
     },
     errc::failed, "the headers are larger than"},
    {"sends interim answers without end",
     [](raw_connection& c) {
       c.read_request();
       endlessly(c, "HTTP/1.1 103 Early Hints\r\n\r\n");
     },
     errc::failed, "interim answers without end"},
    {"dribbles a byte every now and then",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
       while (c.say("x")) std::this_thread::sleep_for(5ms);
     },
     errc::timeout, "while waiting for the answer"},
    {"closes in the middle of the body",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
     },
     errc::unavailable, "closed in the middle"},
    {"closes in the middle of a chunk",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf");
     },
     errc::unavailable, "closed in the middle"},
    {"closes in the middle of the headers",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nContent-");
     },
     errc::unavailable, "closed in the middle"},
    {"sends a chunk size that is no number",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");
       c.hang();
     },
     errc::failed, "not valid HTTP/1"},
    {"sends a chunk size that overflows",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n");
       c.hang();
     },
     errc::failed, ""},
    {"announces two lengths",
     [](raw_connection& c) {
       c.read_request();
       c.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhello");
       c.hang();
     },
     errc::failed, "not valid HTTP/1"},
};

}  // namespace

TEST_CASE("http/client: a misbehaving server ends with a clear error inside deadline and limits") {
  http::client client;
  for (const auto& each : cases) {
    CAPTURE(each.name);
    raw_server server(each.behave);
    auto q = get(server.url("/x?token=hunter2"));
    q.deadline = each.code == errc::timeout ? 400ms : 10s;
    q.max_body_bytes = 100'000;
    q.max_header_bytes = 20'000;
    const auto began = std::chrono::steady_clock::now();
    const auto answer = fetch(client, q);
    REQUIRE(!answer);
    CHECK(answer.error().code == each.code);
    CAPTURE(answer.error().message);
    CHECK(answer.error().message.find(each.says) != std::string::npos);
    CHECK(answer.error().message.find("hunter2") == std::string::npos);
    CHECK(answer.error().sent);
    CHECK(!answer.error().local);
    CHECK(std::chrono::steady_clock::now() - began < 15s);
  }
}

TEST_CASE("http/client: an HTTP/1.0 server and a body delimited by the close are understood") {
  raw_server server([](raw_connection& c) {
    c.read_request();
    c.say("HTTP/1.0 200 OK\r\nServer: old\r\n\r\nall of it");
  });
  http::client client;
  const auto answer = fetch(client, get(server.url()));
  REQUIRE(answer.has_value());
  CHECK(answer->body == "all of it");
  REQUIRE(http::find(answer->headers, "SERVER") != nullptr);
  CHECK(*http::find(answer->headers, "SERVER") == "old");
  CHECK(!answer->certificate_not_after);
}

TEST_CASE("http/client: interim answers are passed over, chunks in single bytes are joined") {
  raw_server server([](raw_connection& c) {
    c.read_request();
    const std::string all =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nT: "
        "1\r\n\r\n";
    for (const char byte : all) c.say(std::string_view(&byte, 1));
    c.hang();
  });
  http::client client;
  const auto answer = fetch(client, get(server.url()));
  REQUIRE(answer.has_value());
  CHECK(answer->status == 201);
  CHECK(answer->body == "hello world");
}

TEST_CASE("http/client: an early refusal of a long upload is still read") {
  raw_server server([](raw_connection& c) {
    c.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!");
    c.hang();
  });
  http::client client;
  auto q = get(server.url());
  q.method = "POST";
  q.body.assign(3'000'000, 'x');
  const auto answer = fetch(client, q);
  REQUIRE(answer.has_value());
  CHECK(answer->status == 413);
}
