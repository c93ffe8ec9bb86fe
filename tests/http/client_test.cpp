#include "http/raw_server.hpp"
#include "http/waiting.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <sys/resource.h>

using namespace shipflow;
using tests::fetch;
using tests::get;
using tests::raw_connection;
using tests::raw_server;
using namespace std::chrono_literals;

namespace {

void answer_ok(raw_connection& c, const std::string& body = "ok") {
  c.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

}  // namespace

TEST_CASE("http/client: requests that can never be sent are refused with the reason, and nothing is sent") {
  http::client client;
  const std::pair<std::string, std::string> cases[] = {
      {"", "not a valid absolute URL"},
      {"/only/path", "not a valid absolute URL"},
      {"ftp://host/x", "the scheme must be http or https"},
      {"http://user:hunter2@host/", "credentials do not belong in a URL"},
      {"http://host:0/", "the port must be"},
      {"http://host:99999/", "the port must be"},
      {"http:///x", "no host"},
      {"http://host/a b", "not a valid absolute URL"},
      {"http://host/\r\nX: y", "not a valid absolute URL"},
  };
  for (const auto& [url, says] : cases) {
    CAPTURE(url);
    const auto answer = fetch(client, get(url));
    REQUIRE(!answer);
    CHECK(answer.error().code == errc::invalid_argument);
    CHECK(answer.error().message.find(says) != std::string::npos);
    CHECK(answer.error().message.find("hunter2") == std::string::npos);
    CHECK(answer.error().local);
    CHECK(!answer.error().sent);
  }
  auto q = get("http://127.0.0.1:1/");
  const http::header_list bad[] = {
      {{"X-A", "1\r\nX-B: 2"}}, {{"X A", "1"}}, {{"content-length", "1"}}, {{"", "1"}}};
  for (const auto& headers : bad) {
    q.headers = headers;
    CHECK(fetch(client, q).error().code == errc::invalid_argument);
  }
  q.headers.clear();
  q.method = "GET / HTTP/1.1\r\n";
  CHECK(fetch(client, q).error().code == errc::invalid_argument);
}

TEST_CASE("http/url: messages keep scheme, host, path and names of the query only") {
  CHECK(http::shown_url("https://u:p@h:8443/a/b?token=s3cret&x&y=1#frag") ==
        "https://h:8443/a/b?token=***&x&y=***");
  CHECK(http::shown_url("nonsense s3cret") == "(unreadable)");
}

TEST_CASE("http/client: path and query go out byte for byte, with host, length and the given headers") {
  std::string seen;
  raw_server server([&](raw_connection& c) {
    c.read_request();
    seen = c.seen;
    answer_ok(c);
    c.hang();
  });
  {
    http::client client;
    auto q = get(server.url("/a//b/%2e/../c%20d?x=%41&y=a+b"));
    q.method = "POST";
    q.headers = {{"X-One", "1"}, {"Authorization", "Bearer abc"}};
    q.body = "hello";
    REQUIRE(fetch(client, q).has_value());
  }
  CHECK(seen.starts_with("POST /a//b/%2e/../c%20d?x=%41&y=a+b HTTP/1.1\r\n"));
  CHECK(seen.find("Host: 127.0.0.1:" + std::to_string(server.port) + "\r\n") != std::string::npos);
  CHECK(seen.find("Content-Length: 5\r\n") != std::string::npos);
  CHECK(seen.find("Authorization: Bearer abc\r\n") != std::string::npos);
  CHECK(seen.ends_with("\r\n\r\nhello"));
}

TEST_CASE("http/client: a refused connection was not sent and may be tried again") {
  http::client client;
  const auto answer = fetch(client, get("http://127.0.0.1:" + std::to_string(tests::free_port()) + "/"));
  REQUIRE(!answer);
  CHECK(answer.error().code == errc::unavailable);
  CHECK(answer.error().where == http::stage::connect);
  CHECK(answer.error().retryable());
  CHECK(!answer.error().sent);
  CHECK(!answer.error().local);
}

TEST_CASE("http/client: a name that cannot be looked up is trouble of this side") {
  http::client client;
  const auto answer = fetch(client, get("http://no-such-host.invalid/"));
  REQUIRE(!answer);
  CHECK(answer.error().where == http::stage::resolve);
  CHECK(answer.error().local);
  CHECK(!answer.error().sent);
}

TEST_CASE("http/client: no free descriptor is trouble of this side") {
  raw_server server([](raw_connection& c) { c.hang(); });
  http::client client;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit tight{3, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  const auto answer = fetch(client, get("http://127.0.0.1:" + std::to_string(server.port) + "/"));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(!answer);
  CHECK(answer.error().code == errc::io);
  CHECK(answer.error().local);
}

TEST_CASE("http/client: a connection is kept for the next request, a fresh one is not") {
  raw_server server([](raw_connection& c) {
    while (c.read_request()) answer_ok(c, std::to_string(c.number));
  });
  http::client client;
  CHECK(fetch(client, get(server.url()))->body == "1");
  CHECK(fetch(client, get(server.url()))->body == "1");
  auto q = get(server.url());
  q.connection = http::connection_use::fresh;
  CHECK(fetch(client, q)->body == "2");
  q.method = "HEAD";
  CHECK(fetch(client, get(server.url()))->body == "1");
}

TEST_CASE("http/client: a stale connection is replaced once, for idempotent methods only") {
  // Takes the second request on a connection and closes without a word.
  raw_server server([](raw_connection& c) {
    if (c.read_request()) answer_ok(c, std::to_string(c.number));
    c.read_request();
  });
  http::client client;
  CHECK(fetch(client, get(server.url()))->body == "1");
  const auto again = fetch(client, get(server.url()));
  REQUIRE(again.has_value());
  CHECK(again->body == "2");
  auto q = get(server.url());
  q.method = "POST";
  const auto post = fetch(client, q);
  REQUIRE(!post);
  CHECK(post.error().code == errc::unavailable);
  CHECK(post.error().sent);
  CHECK(server.accepted() == 2);
}

TEST_CASE("http/client: a server that always hangs up is not asked for ever") {
  raw_server server([](raw_connection& c) {
    if (c.number == 1 && c.read_request()) answer_ok(c);
    c.read_request();
  });
  http::client client;
  REQUIRE(fetch(client, get(server.url())).has_value());
  CHECK(fetch(client, get(server.url())).error().code == errc::unavailable);
  CHECK(server.accepted() == 2);
}

TEST_CASE("http/client: bytes after the answer never become the next answer") {
  raw_server server([](raw_connection& c) {
    c.read_request();
    c.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n");
    c.hang();
  });
  http::client client;
  CHECK(fetch(client, get(server.url()))->status == 200);
  CHECK(fetch(client, get(server.url()))->status == 200);
}

TEST_CASE("http/client: redirects are handed back, followed up to the count, and never for ever") {
  raw_server server([](raw_connection& c) {
    while (c.read_request()) {
      const auto n = std::stoi(c.seen.substr(c.seen.find('/') + 1));
      if (n == 0) {
        answer_ok(c, c.seen.substr(0, c.seen.find(' ')));
        continue;
      }
      c.say("HTTP/1.1 302 Found\r\nLocation: ./" + std::to_string(n - 1) + "\r\nContent-Length: 0\r\n\r\n");
    }
  });
  http::client client;
  CHECK(fetch(client, get(server.url("/3")))->status == 302);
  auto q = get(server.url("/3"));
  q.redirects = 3;
  q.method = "POST";
  q.body = "x";
  CHECK(fetch(client, q)->body == "GET");
  q = get(server.url("/100"));
  q.redirects = 20;
  CHECK(fetch(client, q).error().message.find("more than 20 redirects") != std::string::npos);
}

TEST_CASE("http/client: a redirect to another origin takes no credentials along") {
  std::string seen;
  raw_server other([&](raw_connection& c) {
    c.read_request();
    seen = c.seen;
    answer_ok(c);
    c.hang();
  });
  raw_server first([&](raw_connection& c) {
    c.read_request();
    c.say("HTTP/1.1 307 Go\r\nContent-Length: 0\r\nLocation: " + other.url("/there") + "\r\n\r\n");
    c.hang();
  });
  http::client client;
  auto q = get(first.url());
  q.method = "POST";
  q.body = "kept";
  q.redirects = 1;
  q.headers = {{"authorization", "Bearer s3cret"}, {"Cookie", "s3cret"}, {"X-Kept", "1"}};
  REQUIRE(fetch(client, q).has_value());
  CHECK(seen.find("s3cret") == std::string::npos);
  CHECK(seen.find("X-Kept: 1") != std::string::npos);
  CHECK(seen.starts_with("POST /there"));
  CHECK(seen.ends_with("kept"));
}

TEST_CASE("http/client: a stop token ends a request under way, and one not begun") {
  std::stop_source source;
  raw_server server([&](raw_connection& c) {
    c.read_request();
    source.request_stop();
    c.hang();
  });
  http::client client;
  auto q = get(server.url());
  q.stop = source.get_token();
  const auto answer = fetch(client, q);
  REQUIRE(!answer);
  CHECK(answer.error().code == errc::cancelled);
  CHECK(answer.error().sent);
  CHECK(!fetch(client, q).error().sent);
}

TEST_CASE("http/client: a deadline of nothing is a time-out without a connection") {
  raw_server server([](raw_connection& c) { c.hang(); });
  http::client client;
  auto q = get(server.url());
  q.deadline = 0ms;
  CHECK(fetch(client, q).error().code == errc::timeout);
  CHECK(server.accepted() == 0);
}

TEST_CASE("http/client: its end answers everything outstanding with cancelled") {
  raw_server server([](raw_connection& c) { c.hang(); });
  std::vector<std::future<http::outcome>> answers;
  {
    http::client client;
    for (int i = 0; i < 20; ++i) answers.push_back(tests::start(client, get(server.url())));
    answers.push_back(tests::start(client, get("http://no-such-host.invalid/")));
  }
  for (auto& answer : answers) {
    REQUIRE(answer.wait_for(0s) == std::future_status::ready);
    const auto o = answer.get();
    REQUIRE(!o);
    CHECK((o.error().code == errc::cancelled || o.error().where == http::stage::resolve));
  }
}

TEST_CASE("http/client: the last owner may be one of its callbacks") {
  raw_server server([](raw_connection& c) {
    c.read_request();
    answer_ok(c);
  });
  std::promise<int> status;
  auto client = std::make_shared<http::client>();
  auto& ref = *client;
  ref.send(get(server.url()), [client = std::move(client), &status](http::outcome o) mutable {
    client.reset();
    status.set_value(o ? o->status : 0);
  });
  CHECK(status.get_future().get() == 200);
}

TEST_CASE("http/client: on a given executor the answers come on that executor") {
  raw_server server([](raw_connection& c) {
    while (c.read_request()) answer_ok(c);
  });
  boost::asio::io_context io;
  std::thread::id where;
  int answered = 0;
  {
    http::client client(io.get_executor());
    client.send(get(server.url()), [&](http::outcome o) {
      CHECK(o.has_value());
      where = std::this_thread::get_id();
      ++answered;
    });
    while (answered == 0) io.run_one();
    client.send(get(server.url()), [&](http::outcome o) {
      CHECK(o.error().code == errc::cancelled);
      ++answered;
    });
  }
  CHECK(answered == 1);
  io.run();
  CHECK(answered == 2);
  CHECK(where == std::this_thread::get_id());
}

TEST_CASE("http/client: many requests from many threads are each answered once") {
  raw_server server([](raw_connection& c) {
    while (c.read_request()) answer_ok(c, c.seen.substr(4, c.seen.find(" HTTP") - 4));
  });
  http::client client;
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto answer = fetch(client, get(server.url(path)));
        if (answer && answer->body == path) ++right;
      }
    });
  for (auto& t : threads) t.join();
  CHECK(right == 200);
  CHECK(server.accepted() <= 4);
}

TEST_CASE("http/client: a greeting is read until the expected bytes, within bounds") {
  raw_server server([](raw_connection& c) {
    if (c.number == 1) c.say("220 mail ESM");
    if (c.number == 1) c.say("TP ready\r\n");
    if (c.number == 2)
      while (c.say("noise ")) {
      }
    c.hang();
  });
  http::client client;
  const auto greet = [&](std::string until, duration deadline) {
    http::greeting_request q;
    q.host = "127.0.0.1";
    q.port = server.port;
    q.until = std::move(until);
    q.deadline = deadline;
    std::promise<http::greeting_outcome> p;
    client.greet(q, [&](http::greeting_outcome o) { p.set_value(std::move(o)); });
    return p.get_future().get();
  };
  CHECK(greet("ESMTP", 10s)->text.starts_with("220 mail"));
  CHECK(greet("ESMTP", 10s).error().message.find("in the first 4096 bytes") != std::string::npos);
  CHECK(greet("ESMTP", 300ms).error().code == errc::timeout);
  CHECK(greet("", 10s)->text.empty());
}
