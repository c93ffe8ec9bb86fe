// Real HTTP on the loopback, and real programs.
#include "http/raw_server.hpp"

#include <shipflow/message.hpp>
#include <shipflow/signature.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

using namespace shipflow;
using tests::raw_connection;
using tests::raw_server;

namespace {

time_point now() { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }

delivery a_delivery(const std::string& kind, json::object spec) {
  delivery d;
  d.what.id = "0123abcd";
  d.what.moment = "released";
  d.what.run = "run-1";
  d.what.channel = "releases";
  d.what.at = from_ms(1'700'000'000'000);
  d.what.text = {{text_piece::kind::words, "<https://shop.example|shop> "},
                 {text_piece::kind::value, "<!channel> & ${TOKEN}"}};
  d.what.values = {{"version", "1.5.0"}};
  d.kind = kind;
  d.spec = std::move(spec);
  d.now = now();
  d.deadline = d.now + std::chrono::seconds(10);
  return d;
}

delivery_answer send(delivery d) {
  const auto n = make_notifiers();
  std::promise<delivery_answer> said;
  auto answer = said.get_future();
  n->send(std::move(d), [&](delivery_answer a) { said.set_value(std::move(a)); });
  return answer.get();
}

// Answers every request with the same bytes and keeps the last request.
struct receiver {
  explicit receiver(std::string answer)
      : server([this, answer = std::move(answer)](raw_connection& c) {
          if (!c.read_request()) return;
          {
            const std::scoped_lock hold(guard);
            request = c.seen;
          }
          c.say(answer);
        }) {}
  std::string last() {
    const std::scoped_lock hold(guard);
    return request;
  }
  std::mutex guard;
  std::string request;
  raw_server server;
};

std::string with_status(const std::string& status, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n";
}

std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

using outcome = delivery_answer::outcome;

delivery_answer to_webhook(const std::string& answer, json::object more = {{"private", true}}) {
  receiver r(answer);
  more["webhook"] = r.server.url("/hook");
  return send(a_delivery("webhook", more));
}

struct directory {
  directory() {
    std::string name = std::filesystem::temp_directory_path() / "shipflow-notify-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~directory() { std::filesystem::remove_all(path); }
  std::string script(const std::string& text) const {
    const auto file = path + "/tell.sh";
    std::ofstream(file) << "#!/bin/sh\n" << text;
    ::chmod(file.c_str(), 0700);
    return file;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string path;
};

}  // namespace

TEST_CASE("notify/slack: the author's markup is kept, and a value cannot call anybody") {
  receiver r("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const auto a = send(a_delivery("slack", {{"slack", r.server.url("/services/T/B/X")}, {"private", true}}));
  CHECK(a.what == outcome::delivered);
  const auto request = r.last();
  CHECK(request.starts_with("POST /services/T/B/X HTTP/1.1\r\n"));
  CHECK(header_of(request, "Content-Type") == "application/json");
  CHECK(parse_json(body_of(request)).value() ==
        json::value{{"text", "<https://shop.example|shop> &lt;!channel&gt; &amp; ${TOKEN}"}});
}

TEST_CASE("notify/webhook: the message comes with its id, a time and a signature that can be checked") {
  receiver r(with_status("204 No Content"));
  const auto d = a_delivery("webhook", {{"webhook", r.server.url("/hook?team=shop")},
                                        {"key", "k3y"},
                                        {"private", true},
                                        {"headers", {{"X-Team", "shop"}}}});
  CHECK(send(d).what == outcome::delivered);
  const auto request = r.last();
  const auto body = body_of(request);
  CHECK(header_of(request, "Shipflow-Message") == "0123abcd");
  CHECK(header_of(request, "X-Team") == "shop");
  const auto timestamp = header_of(request, "Shipflow-Timestamp");
  CHECK(timestamp == std::to_string(to_ms(d.now) / 1000));
  CHECK(header_of(request, "Shipflow-Signature") == "v1=" + hmac_sha256_hex("k3y", timestamp + "." + body));
  CHECK(request.find("k3y") == std::string::npos);
  const auto read = parse_json(body).value();
  CHECK(read.at("id") == "0123abcd");
  CHECK(read.at("text") == "<https://shop.example|shop> <!channel> & ${TOKEN}");
  CHECK(read.at("values").at("version") == "1.5.0");
}

TEST_CASE("notify/webhook: what is tried again and what is final") {
  CHECK(to_webhook(with_status("200 OK")).what == outcome::delivered);
  for (const auto* s : {"500 Oops", "503 Later", "408 Slow", "429 Many", "425 Early"}) {
    const auto a = to_webhook(with_status(s));
    CHECK(a.what == outcome::again);
    CHECK(a.why == "answered " + std::string(s).substr(0, 3));
  }
  for (const auto* s : {"410 Gone", "400 Bad", "401 Who", "404 Where"})
    CHECK(to_webhook(with_status(s)).what == outcome::refused);
  CHECK(to_webhook(with_status("429 Many", "Retry-After: 120\r\n")).not_before == std::chrono::seconds(120));
  const auto at_date = to_webhook(with_status("503 Later", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n"));
  CHECK(at_date.not_before > std::chrono::hours(24));
  CHECK(to_webhook(with_status("503 Later", "Retry-After: soon\r\n")).not_before.count() == 0);
}

TEST_CASE("notify/webhook: a redirect is not followed, wherever it leads") {
  receiver inner(with_status("200 OK"));
  const auto a = to_webhook(with_status("302 Found", "Location: " + inner.server.url("/admin") + "\r\n"));
  CHECK(a.what == outcome::refused);
  CHECK(a.why == "answered 302, a redirect, which is not followed");
  CHECK(inner.server.accepted() == 0);
}

TEST_CASE("notify/webhook: an address that is not public is refused before anything is sent") {
  receiver r(with_status("200 OK"));
  for (const auto& host :
       {std::string("127.0.0.1"), std::string("localhost"), std::string("[::ffff:127.0.0.1]")}) {
    const auto url = "http://" + host + ":" + std::to_string(r.server.port) + "/secret-path";
    const auto a = send(a_delivery("webhook", {{"webhook", url}}));
    CHECK(a.what == outcome::refused);
    CHECK(a.why.find("not on the public internet; `private: true`") != std::string::npos);
    CHECK(a.why.find("secret-path") == std::string::npos);
  }
  CHECK(r.server.accepted() == 0);
}

TEST_CASE("notify/webhook: nobody listening and no answer are tried again, and no word names the URL") {
  const auto port = tests::free_port();
  auto d = a_delivery("slack",
                      {{"slack", "http://127.0.0.1:" + std::to_string(port) + "/T/B/X"}, {"private", true}});
  auto a = send(d);
  CHECK(a.what == outcome::again);
  CHECK(a.why.find("/T/B/X") == std::string::npos);
  const raw_server silent([](raw_connection& c) { c.hang(); });
  d.spec["slack"] = silent.url("/T/B/X");
  d.deadline = d.now + duration{200};
  a = send(d);
  CHECK(a.what == outcome::again);
  CHECK(a.why.find("/T/B/X") == std::string::npos);
}

TEST_CASE("notify/webhook: an answer without end is cut off and final") {
  const raw_server endless([](raw_connection& c) {
    if (!c.read_request()) return;
    c.say("HTTP/1.1 200 OK\r\n\r\n");
    const std::string much(std::size_t{64} << 10U, 'x');
    while (!c.stopped() && c.say(much)) {
    }
  });
  const auto a = send(a_delivery("webhook", {{"webhook", endless.url()}, {"private", true}}));
  CHECK(a.what == outcome::refused);
}

TEST_CASE("notify/command: the message stands on its standard input, without a shell") {
  const directory here;
  const auto a = send(
      a_delivery("command", {{"command", {here.script("cat > got; echo \"$1 $TEAM\" > args\n"), "$(id)"}},
                             {"directory", here.path},
                             {"env", {{"TEAM", "shop; rm"}}}}));
  CHECK(a.what == outcome::delivered);
  CHECK(here.read("args") == "$(id) shop; rm\n");
  const auto got = parse_json(here.read("got")).value();
  CHECK(got.at("moment") == "released");
  CHECK(got.at("text") == "<https://shop.example|shop> <!channel> & ${TOKEN}");
}

TEST_CASE("notify/command: exit statuses say what comes next") {
  const directory here;
  const auto run = [&](const std::string& script) {
    return send(a_delivery("command", {{"command", {here.script(script)}}, {"directory", here.path}}));
  };
  auto a = run("echo no such room; exit 1\n");
  CHECK(a.what == outcome::refused);
  CHECK(a.why == "exit status 1: no such room");
  CHECK(run("exit 75\n").what == outcome::again);
  CHECK(run("kill -9 $$\n").what == outcome::again);
  a = send(a_delivery("command", {{"command", {"/nowhere/to/be/found"}}}));
  CHECK(a.what == outcome::refused);
}

TEST_CASE("notify/command: it ends with its time, its delivery and its notifier") {
  const directory here;
  auto d = a_delivery("command", {{"command", {here.script("sleep 600\n")}}});
  d.deadline = d.now + duration{100};
  CHECK(send(d).why.find("did not end in time") != std::string::npos);
  std::stop_source stop;
  d = a_delivery("command", {{"command", {here.script("sleep 600\n")}}});
  d.stop = stop.get_token();
  std::promise<delivery_answer> said;
  auto answer = said.get_future();
  {
    const auto n = make_notifiers();
    n->send(d, [&](delivery_answer a) { said.set_value(std::move(a)); });
  }
  CHECK(answer.get().what == outcome::again);
  stop.request_stop();
  CHECK(send(d).what == outcome::again);
}

TEST_CASE("notify/check: a channel that cannot work is refused by the member that is wrong") {
  const auto why = [](const std::string& kind, const json::object& spec) {
    const auto checked = check_channel(kind, spec);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(why("slack", {{"slack", "${secret:URL}"}}).empty());
  CHECK(why("slack", {{"slack", "hooks.slack.com"}}).find("`slack`") != std::string::npos);
  CHECK(why("webhook", {{"webhook", "ftp://a"}}).find("`webhook`") != std::string::npos);
  CHECK(why("webhook", {{"webhook", "https://me:word@a.example"}}) ==
        "`webhook` must be a http or https URL without user and password");
  CHECK(why("webhook", {{"webhook", "https://a.example"}, {"headers", {{"Content-Length", "1"}}}})
            .find("headers") != std::string::npos);
  CHECK(why("webhook", {{"webhook", "https://a.example"}, {"env", json::object{}}}).find("env") !=
        std::string::npos);
  CHECK(why("command", {{"command", json::array{}}}).find("`command`") != std::string::npos);
  CHECK(why("command", {{"command", {"true"}}, {"env", {{"A", "x"}, {"N", 1}}}}).empty());
  for (const json::object& env :
       {json::object{{"A=B", "x"}}, {{"A", nullptr}}, {{"A", json::array{}}}, {{"A", std::string("x\0", 2)}}})
    CHECK(why("command", {{"command", {"true"}}, {"env", env}}).find("`env` must map names to texts") !=
          std::string::npos);
  CHECK(why("pigeon", {}) == "nothing here sends messages of kind \"pigeon\"");
}
