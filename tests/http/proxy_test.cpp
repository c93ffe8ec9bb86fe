// Proxies: which one is taken, and a real one on the way.
#include "http/proxy.hpp"

#include "http/certificates.hpp"
#include "http/server_process.hpp"
#include "http/waiting.hpp"

#include <doctest/doctest.h>

#include <map>
#include <mutex>

using namespace shipflow;
using tests::fetch;
using tests::get;
using tests::server_process;
using tests::temporary_directory;

namespace {

std::string chosen(const std::string& url, const std::map<std::string, std::string>& variables) {
  return http::proxy_for(url, [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

/// Tinyproxy with a user; lets connections through to one port only.
struct tinyproxy {
  temporary_directory directory;
  server_process server;
  explicit tinyproxy(std::uint16_t to)
      : server([&](std::uint16_t port) {
          const auto config =
              directory.write("tinyproxy.conf", "Port " + std::to_string(port) +
                                                    "\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\n"
                                                    "BasicAuth me s3cret\nConnectPort " +
                                                    std::to_string(to) + "\nLogFile \"" +
                                                    (directory.path / "log").string() + "\"\n");
          return std::vector<std::string>{"tinyproxy", "-d", "-c", config};
        }) {}
  [[nodiscard]] std::string url(const std::string& who) const {
    return "http://" + who + "127.0.0.1:" + std::to_string(server.port);
  }
  /// What it wrote down, to see that it was on the way.
  [[nodiscard]] std::string log() const {
    std::ifstream in(directory.path / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

http::request by(const std::string& proxy, const std::string& url) {
  auto q = get(url);
  q.proxy = proxy;
  return q;
}

}  // namespace

TEST_CASE("http/proxy: the environment says which, by scheme") {
  const std::map<std::string, std::string> all{
      {"HTTPS_PROXY", "http://secure:1"}, {"http_proxy", "plain:2"}, {"HTTP_PROXY", "shouted:3"}};
  CHECK(chosen("https://a.example/", all) == "http://secure:1");
  CHECK(chosen("http://a.example/", all) == "plain:2");
  CHECK(chosen("http://a.example/", {{"HTTP_PROXY", "shouted:3"}}) == "shouted:3");
  CHECK(chosen("http://a.example/", {{"HTTP_PROXY", "shouted:3"}, {"REQUEST_METHOD", "GET"}}).empty());
  CHECK(chosen("https://a.example/", {{"ALL_PROXY", "any:4"}}) == "any:4");
  CHECK(chosen("https://a.example/", {}).empty());
  CHECK(chosen("no url", all).empty());
  for (const auto* here :
       {"http://localhost:80/", "http://127.0.0.1:9/", "http://[::1]/", "http://a.localhost/"})
    CHECK(chosen(here, all).empty());
}

TEST_CASE("http/proxy: NO_PROXY names hosts, domains, addresses, networks and ports") {
  const auto direct = [](const std::string& host, const std::string& list) {
    return chosen("http://" + host + "/", {{"http_proxy", "p:1"}, {"no_proxy", list}}).empty();
  };
  CHECK(direct("a.example", "b.example, a.example"));
  CHECK(direct("x.a.example", "a.example"));
  CHECK(direct("x.a.example", ".A.example"));
  CHECK(!direct("ba.example", "a.example"));
  CHECK(!direct("a.example", "x.a.example,,"));
  CHECK(direct("a.example", "*"));
  CHECK(direct("10.1.2.3", "10.0.0.0/8"));
  CHECK(!direct("11.1.2.3", "10.0.0.0/8"));
  CHECK(direct("10.1.2.3", "10.1.2.3"));
  CHECK(!direct("10.1.2.3", "10.1.2.4,bad/99,10.0.0.0/x"));
  CHECK(direct("[2001:db8::7]", "2001:db8::/32"));
  CHECK(!direct("[2001:db9::7]", "2001:db8::/32"));
  CHECK(direct("[2001:db8::7]:8080", "[2001:db8::7]:8080"));
  CHECK(direct("a.example:8080", "a.example:8080"));
  CHECK(!direct("a.example", "a.example:8080"));
}

TEST_CASE("http/proxy: what a proxy's URL may be") {
  const auto p = http::parse_proxy("http://me:p%40ss@Proxy.example:3128");
  REQUIRE(p.has_value());
  CHECK(p->host == "proxy.example");
  CHECK(p->port == 3128);
  CHECK(p->authorization == "Basic bWU6cEBzcw==");
  CHECK(http::parse_proxy("proxy.example")->port == 80);
  CHECK(http::parse_proxy("proxy.example:8080/")->port == 8080);
  CHECK(http::parse_proxy("socks5://h:1").error().code == errc::unsupported);
  CHECK(http::parse_proxy("https://h:1").error().code == errc::unsupported);
  for (const auto* bad : {"http://", "http://h:0", "http://h:99999", "http://me:secret@h h"}) {
    CAPTURE(bad);
    REQUIRE(!http::parse_proxy(bad));
    CHECK(http::parse_proxy(bad).error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("http/proxy: tinyproxy passes a plain request on, without its own password") {
  std::mutex guard;
  std::string seen;
  tests::raw_server origin([&](tests::raw_connection& c) {
    while (c.read_request()) {
      const std::scoped_lock hold(guard);
      seen = c.seen;
      c.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    }
  });
  const tinyproxy proxy(origin.port);
  http::client client;
  const auto o = fetch(client, by(proxy.url("me:s3cret@"), origin.url("/a?b=c")));
  REQUIRE_MESSAGE(o.has_value(), (o ? "" : o.error().message));
  CHECK(o->body == "hi");
  {
    const std::scoped_lock hold(guard);
    CHECK(seen.starts_with("GET /a?b=c HTTP/1.1\r\n"));
    CHECK(seen.find("Via: ") != std::string::npos);
    CHECK(seen.find("Proxy-Authorization") == std::string::npos);
  }
  const auto nobody = fetch(client, by(proxy.url(""), origin.url("/")));
  REQUIRE(nobody.has_value());
  CHECK(nobody->status == 407);
}

TEST_CASE("http/proxy: tinyproxy carries TLS through, checked against the origin's name") {
  const temporary_directory directory;
  const auto authority = tests::make_certificate({.name = "test authority"}, nullptr);
  const auto ca = (directory.path / "ca.pem").string();
  tests::write_pem(ca, authority, false);
  const auto pem = (directory.path / "server.pem").string();
  tests::write_pem(pem, tests::make_certificate({.name = "origin"}, &authority), true);
  const server_process origin([&](std::uint16_t port) {
    return std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port),
                                    "-cert",   pem,        "-key",    pem,
                                    "-www",    "-quiet"};
  });
  const tinyproxy proxy(origin.port);
  http::client client;
  const auto ask = [&](const std::string& who, http::tls_options tls = {}, const std::string& url = "") {
    auto q = by(proxy.url(who), url.empty() ? origin.at("https") : url);
    tls.ca_file = ca;
    q.tls = std::move(tls);
    return fetch(client, q);
  };
  const auto o = ask("me:s3cret@");
  REQUIRE_MESSAGE(o.has_value(), (o ? "" : o.error().message));
  CHECK(o->status == 200);
  CHECK(proxy.log().find("CONNECT 127.0.0.1:" + std::to_string(origin.port)) != std::string::npos);
  CHECK(ask("me:s3cret@", {.server_name = "other.example"}).error().where == http::stage::tls);
  const auto wrong = ask("me:wrong@");
  REQUIRE(!wrong);
  CHECK(wrong.error().code == errc::denied);
  CHECK(wrong.error().where == http::stage::connect);
  CHECK(!wrong.error().sent);
  CHECK(wrong.error().message.find("does not accept the user and password") != std::string::npos);
  CHECK(wrong.error().message.find("wrong") == std::string::npos);
  const auto forbidden = ask("me:s3cret@", {}, "https://127.0.0.1:1/");
  REQUIRE(!forbidden);
  CHECK(forbidden.error().message.find("the proxy answered 403 to CONNECT") != std::string::npos);
}

TEST_CASE("http/proxy: proxies that are not there, hang up, talk nonsense or never stop are errors in time") {
  http::client client;
  const auto gone =
      fetch(client, by("http://127.0.0.1:" + std::to_string(tests::free_port()), "https://a.example/"));
  REQUIRE(!gone);
  CHECK(gone.error().code == errc::unavailable);
  CHECK(gone.error().message.find("the proxy 127.0.0.1: ") != std::string::npos);
  const auto said = [&](const std::string& text) {
    tests::raw_server odd([&](tests::raw_connection& c) {
      if (c.read_request()) c.say(text);
    });
    const auto o = fetch(client, by("http://127.0.0.1:" + std::to_string(odd.port), "https://a.example/"));
    REQUIRE(!o);
    CHECK(!o.error().sent);
    return o.error();
  };
  CHECK(said("").code == errc::unavailable);
  CHECK(said("220 smtp ready\r\n\r\n").code == errc::failed);
  CHECK(said("HTTP/1.1 502 Bad\r\n\r\n").code == errc::unavailable);
  CHECK(said("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')).code == errc::failed);
  CHECK(fetch(client, by("socks5://127.0.0.1:1", "http://a.example/")).error().code == errc::unsupported);
  auto both = by("http://127.0.0.1:1", "http://a.example/");
  both.public_only = true;
  CHECK(fetch(client, both).error().code == errc::invalid_argument);
  tests::raw_server mute([](tests::raw_connection& c) { c.hang(); });
  auto q = by("http://127.0.0.1:" + std::to_string(mute.port), "https://a.example/");
  q.deadline = std::chrono::milliseconds(200);
  const auto late = fetch(client, q);
  REQUIRE(!late);
  CHECK(late.error().code == errc::timeout);
  CHECK(late.error().where == http::stage::connect);
}
