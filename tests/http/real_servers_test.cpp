// Against servers nobody here wrote: Python's, OpenSSL's and HAProxy.
#include "http/certificates.hpp"
#include "http/server_process.hpp"
#include "http/waiting.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace shipflow;
using tests::fetch;
using tests::get;
using tests::server_process;
using tests::temporary_directory;
using namespace std::chrono_literals;

namespace {

server_process s_server(const std::string& pem) {
  return server_process([&](std::uint16_t port) {
    return std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port),
                                    "-cert",   pem,        "-key",    pem,
                                    "-www",    "-quiet"};
  });
}

struct pki {
  temporary_directory directory;
  tests::key_pair authority = tests::make_certificate({.name = "test authority"}, nullptr);
  std::string ca = (directory.path / "ca.pem").string();

  pki() { tests::write_pem(ca, authority, false); }
  [[nodiscard]] std::string server(const tests::certificate_request& q) const {
    const auto path = (directory.path / (q.name + ".pem")).string();
    tests::write_pem(path, tests::make_certificate(q, &authority), true);
    return path;
  }
};

}  // namespace

TEST_CASE("http/client: python's http.server, files, HEAD and 404") {
  const temporary_directory files;
  files.write("a.txt", std::string(300'000, 'a'));
  server_process server([&](std::uint16_t port) {
    return std::vector<std::string>{"python3", "-m",        "http.server", std::to_string(port),
                                    "--bind",  "127.0.0.1", "--directory", files.path.string()};
  });
  http::client client;
  const auto file = fetch(client, get(server.at("http", "/a.txt")));
  REQUIRE(file.has_value());
  CHECK(file->body.size() == 300'000);
  auto q = get(server.at("http", "/a.txt"));
  q.method = "HEAD";
  const auto head = fetch(client, q);
  REQUIRE(head.has_value());
  CHECK(head->body.empty());
  CHECK(*http::find(head->headers, "content-length") == "300000");
  CHECK(fetch(client, get(server.at("http", "/none")))->status == 404);
  server.stop(SIGTERM);
  CHECK(fetch(client, get(server.at("http", "/a.txt"))).error().code == errc::unavailable);
}

TEST_CASE("http/client: a certificate is checked against authority, name and dates") {
  const pki keys;
  http::client client;
  const auto ask = [&](const std::string& url, http::tls_options tls) {
    auto q = get(url);
    q.tls = std::move(tls);
    return fetch(client, q);
  };
  const auto refused = [](const http::outcome& o, const char* why) {
    REQUIRE(!o);
    CHECK(o.error().code == errc::failed);
    CHECK(o.error().where == http::stage::tls);
    CHECK(!o.error().sent);
    CAPTURE(o.error().message);
    CHECK(o.error().message.find(why) != std::string::npos);
  };
  SUBCASE("good, and its end is told") {
    auto server = s_server(keys.server({.name = "good", .valid_until_seconds = 10 * 86'400}));
    const auto by_ip = ask(server.at("https"), {.ca_file = keys.ca});
    REQUIRE(by_ip.has_value());
    CHECK(by_ip->status == 200);
    REQUIRE(by_ip->certificate_not_after);
    const auto left = *by_ip->certificate_not_after - std::chrono::system_clock::now();
    CHECK(left > std::chrono::hours(24 * 9));
    CHECK(left < std::chrono::hours(24 * 11));
    CHECK(ask("https://localhost:" + std::to_string(server.port) + "/", {.ca_file = keys.ca}).has_value());
    refused(ask(server.at("https"), {}), "certificate not accepted");
    refused(ask(server.at("https"), {.ca_file = keys.ca, .server_name = "other.example"}),
            "hostname mismatch");
    CHECK(ask(server.at("https"), {.ca_file = keys.ca, .server_name = "localhost"}).has_value());
    const auto unread = ask(server.at("https"), {.ca_file = "/nonexistent/ca.pem"});
    REQUIRE(!unread);
    CHECK(unread.error().local);
    CHECK(unread.error().code == errc::io);
  }
  SUBCASE("expired") {
    auto server = s_server(keys.server({.name = "old", .valid_until_seconds = -3600}));
    refused(ask(server.at("https"), {.ca_file = keys.ca}), "expired");
    const auto anyway = ask(server.at("https"), {.verify = false});
    REQUIRE(anyway.has_value());
    CHECK(*anyway->certificate_not_after < std::chrono::system_clock::now());
  }
  SUBCASE("for another address") {
    auto server =
        s_server(keys.server({.name = "else", .subject_alternatives = "DNS:else.example,IP:10.0.0.1"}));
    refused(ask(server.at("https"), {.ca_file = keys.ca}), "IP address mismatch");
  }
  SUBCASE("TLS asked of a plain server, and plain of a TLS server") {
    auto server = s_server(keys.server({.name = "mixed"}));
    tests::raw_server plain([](tests::raw_connection& c) {
      c.say("HTTP/1.1 400 Bad\r\n\r\n");
      c.hang();
    });
    const auto wrong = ask("https://127.0.0.1:" + std::to_string(plain.port) + "/", {.ca_file = keys.ca});
    REQUIRE(!wrong);
    CHECK(wrong.error().where == http::stage::tls);
    CHECK(!ask(server.at("http"), {}));
  }
  SUBCASE("a server that accepts and never shakes hands") {
    tests::raw_server mute([](tests::raw_connection& c) { c.hang(); });
    auto q = get("https://127.0.0.1:" + std::to_string(mute.port) + "/");
    q.deadline = 300ms;
    const auto o = fetch(client, q);
    REQUIRE(!o);
    CHECK(o.error().code == errc::timeout);
    CHECK(o.error().where == http::stage::tls);
    CHECK(!o.error().sent);
  }
}

TEST_CASE("http/client: HAProxy, kept connections with and without TLS") {
  const pki keys;
  const auto pem = keys.server({.name = "proxy"});
  std::uint16_t secure = 0;
  server_process proxy([&](std::uint16_t port) {
    secure = tests::free_port();
    const auto config = keys.directory.write(
        "haproxy.cfg",
        "global\n  log /dev/null local0\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n"
        "  timeout connect 5s\n  timeout http-keep-alive 150ms\nfrontend f\n  bind 127.0.0.1:" +
            std::to_string(port) + "\n  bind 127.0.0.1:" + std::to_string(secure) + " ssl crt " + pem +
            "\n  http-request return status 200 content-type text/plain lf-string \"%cp %HM %HP\"\n");
    return std::vector<std::string>{"haproxy", "-db", "-f", config};
  });
  http::client client;
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    const auto ask = [&] {
      auto q = get((tls ? "https://127.0.0.1:" + std::to_string(secure) : proxy.at("http", "")) + "/p");
      q.tls.ca_file = keys.ca;
      const auto o = fetch(client, q);
      REQUIRE_MESSAGE(o.has_value(), (o ? std::string{} : o.error().message));
      CHECK(o->body.ends_with(" GET /p"));
      CHECK(o->certificate_not_after.has_value() == tls);
      return o->body;
    };
    const auto first = ask();
    CHECK(ask() == first);
    // HAProxy hangs up after 150 ms of silence; the next request must not notice.
    std::string later = first;
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (later == first && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(200ms);
      later = ask();
    }
    CHECK(later != first);
  }
}
