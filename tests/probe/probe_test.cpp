#include "http/certificates.hpp"
#include "http/server_process.hpp"
#include "probe/looking.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace shipflow;
using tests::ask;
using tests::probe;
using tests::raw_connection;
using tests::raw_server;
using namespace std::chrono_literals;

namespace {

void answer_with(raw_connection& c, const std::string& status, const std::string& body = "ok") {
  if (c.read_request())
    c.say("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  c.hang();
}

bool says(const probe_answer& a, const std::string& text) { return a.text.find(text) != std::string::npos; }

// Processes with this word in their command line.
int running_with(const std::string& word) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(word) != std::string::npos) ++count;
  }
  return count;
}

bool becomes_zero(const std::string& word) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (running_with(word) > 0) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

}  // namespace

TEST_CASE("probe/http: pass, fail and unavailable are told apart") {
  const auto probes = make_probes();
  raw_server good([](raw_connection& c) { answer_with(c, "200 OK", R"({"ready":true})"); });
  raw_server bad([](raw_connection& c) { answer_with(c, "503 Down"); });
  raw_server mute([](raw_connection& c) { c.hang(); });
  raw_server garbage([](raw_connection& c) {
    c.read_request();
    c.say("garbage\r\n");
  });
  const auto pass = ask(*probes, probe("http", {{"http", good.url("/h?token=hunter2")},
                                                {"expect", {{"json", {{"/ready", true}}}}}}));
  CHECK(pass.outcome == look::pass);
  CHECK(pass.details.at("status").as_int64() == 200);
  CHECK(pass.details.contains("latency_ms"));
  const auto fail = ask(*probes, probe("http", {{"http", bad.url()}}));
  CHECK(fail.outcome == look::fail);
  CHECK(fail.text == "status 503, wanted 2xx");
  const auto late =
      ask(*probes, probe("http", {{"http", mute.url("/?token=hunter2")}, {"timeout", "200ms"}}));
  CHECK(late.outcome == look::fail);
  CHECK(says(late, "no full answer within"));
  CHECK(!says(late, "hunter2"));
  CHECK(ask(*probes, probe("http", {{"http", garbage.url()}})).outcome == look::fail);
  const auto refused =
      ask(*probes, probe("http", {{"http", "http://127.0.0.1:" + std::to_string(tests::free_port()) + "/"}}));
  CHECK(refused.outcome == look::fail);
  CHECK(says(refused, "refused"));
  CHECK(ask(*probes, probe("http", {{"http", "http://no-such-host.invalid/"}})).outcome == look::unavailable);
  CHECK(ask(*probes, probe("http", {{"http", "nonsense"}})).outcome == look::unavailable);
  CHECK(ask(*probes, probe("smoke", json::object{})).outcome == look::unavailable);
  CHECK(ask(*probes, probe("http", {{"http", good.url()}}, 0ms)).outcome == look::unavailable);
}

TEST_CASE("probe/http: an endless or huge answer fails inside the deadline") {
  const auto probes = make_probes();
  raw_server endless([](raw_connection& c) {
    c.read_request();
    c.say("HTTP/1.1 200 OK\r\n\r\n");
    while (c.say(std::string(4096, 'x'))) {
    }
  });
  const auto a = ask(*probes, probe("http", {{"http", endless.url()}}));
  CHECK(a.outcome == look::fail);
  CHECK(says(a, "the body is larger than"));
}

TEST_CASE("probe/http: certificates that run out, ran out, or are not trusted") {
  const tests::temporary_directory directory;
  const auto authority = tests::make_certificate({.name = "test authority"}, nullptr);
  const auto ca = (directory.path / "ca.pem").string();
  tests::write_pem(ca, authority, false);
  const auto probes = make_probes();
  const auto look_at = [&](long valid_seconds, json::value expect, const std::string& trusted) {
    const auto pem = (directory.path / "server.pem").string();
    tests::write_pem(pem, tests::make_certificate({.valid_until_seconds = valid_seconds}, &authority), true);
    tests::server_process server([&](std::uint16_t port) {
      return std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port),
                                      "-cert",   pem,        "-key",    pem,
                                      "-www",    "-quiet"};
    });
    json::object spec{{"http", server.at("https")}, {"expect", std::move(expect)}};
    if (!trusted.empty()) spec["ca"] = trusted;
    return ask(*probes, probe("http", std::move(spec)));
  };
  const auto good = look_at(86'400 * 20, {{"certificate", "14d"}}, ca);
  CHECK_MESSAGE(good.outcome == look::pass, good.text);
  CHECK(good.details.at("certificate_days").as_int64() == 19);
  const auto soon = look_at(86'400 * 5, {{"certificate", "14d"}}, ca);
  CHECK(soon.outcome == look::fail);
  CHECK(says(soon, "wanted at least"));
  const auto over = look_at(-3600, "2xx", ca);
  CHECK(over.outcome == look::fail);
  CHECK(says(over, "expired"));
  const auto stranger = look_at(86'400, "2xx", "");
  CHECK(stranger.outcome == look::fail);
  CHECK(says(stranger, "certificate not accepted"));
  CHECK(look_at(86'400, "2xx", "/nonexistent.pem").outcome == look::unavailable);
}

TEST_CASE("probe/tcp: a connection, a banner, a refusal and silence") {
  const auto probes = make_probes();
  raw_server server([](raw_connection& c) {
    c.say("220 ready\r\n");
    c.hang();
  });
  const auto at = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
  CHECK(ask(*probes, probe("tcp", {{"tcp", at(server.port)}})).outcome == look::pass);
  CHECK(ask(*probes, probe("tcp", {{"tcp", at(server.port)}, {"expect", {{"banner", "220"}}}})).outcome ==
        look::pass);
  const auto other =
      ask(*probes,
          probe("tcp", {{"tcp", at(server.port)}, {"expect", {{"banner", "SSH"}}}, {"timeout", "200ms"}}));
  CHECK(other.outcome == look::fail);
  CHECK(ask(*probes, probe("tcp", {{"tcp", at(tests::free_port())}})).outcome == look::fail);
  CHECK(ask(*probes, probe("tcp", {{"tcp", "no-such-host.invalid:1"}})).outcome == look::unavailable);
}

TEST_CASE("probe/command: the exit status decides, the last line is told without secrets") {
  const auto probes = make_probes();
  const auto run = [&](json::array argv, json::object env = {}) {
    return ask(*probes, probe("command", {{"command", std::move(argv)}, {"env", std::move(env)}}));
  };
  CHECK(run({"true"}).outcome == look::pass);
  const auto failed = run({"sh", "-c", "echo first; echo \"cannot log in with $SECRET_WORD\" >&2; exit 3"},
                          {{"SECRET_WORD", "hunter2"}});
  CHECK(failed.outcome == look::fail);
  CHECK(failed.text == "exit status 3: cannot log in with ***");
  CHECK(failed.details.at("exit").as_int64() == 3);
  const auto killed = run({"sh", "-c", "kill -9 $$"});
  CHECK(killed.outcome == look::fail);
  CHECK(says(killed, "ended by signal 9"));
  CHECK(run({"no-such-program-here"}).outcome == look::unavailable);
  CHECK(run({"/etc/passwd"}).outcome == look::unavailable);
  CHECK(ask(*probes, probe("command", {{"command", {"true"}}, {"directory", "/nonexistent"}})).outcome ==
        look::unavailable);
}

TEST_CASE("probe/command: nothing of this process is inherited but what the spec gives") {
  const auto probes = make_probes();
  ::setenv("SHIPFLOW_TEST_INHERITED", "yes", 1);
  const auto env =
      ask(*probes,
          probe("command",
                {{"command", {"sh", "-c", "test -z \"$SHIPFLOW_TEST_INHERITED\" && test \"$GIVEN\" = x"}},
                 {"env", {{"GIVEN", "x"}}}}));
  CHECK_MESSAGE(env.outcome == look::pass, env.text);
  const auto fds =
      ask(*probes,
          probe("command", {{"command", {"sh", "-c", "ls /proc/self/fd | wc -l | tr -d '\\n'; exit 1"}}}));
  CHECK(says(fds, ": 4"));  // 0, 1, 2 and the directory that ls reads
}

TEST_CASE("probe/command: one that does not end, writes endlessly or leaves children is bounded and gone") {
  const auto probes = make_probes();
  const auto late =
      ask(*probes, probe("command", {{"command", {"sleep", "1000.4711"}}, {"timeout", "200ms"}}));
  CHECK(late.outcome == look::fail);
  CHECK(says(late, "did not end in time"));
  CHECK(becomes_zero("1000.4711"));
  const auto endless = ask(*probes, probe("command", {{"command", {"yes", "4712"}}, {"timeout", "300ms"}}));
  CHECK(endless.outcome == look::fail);
  const auto parent = ask(*probes, probe("command", {{"command", {"sh", "-c", "sleep 1000.4713 & exit 0"}}}));
  CHECK(parent.outcome == look::pass);
  CHECK(becomes_zero("1000.4713"));
  const auto loud =
      ask(*probes,
          probe("command", {{"command", {"sh", "-c", "head -c 3000000 /dev/zero; echo; echo end; exit 1"}}}));
  CHECK(loud.text == "exit status 1: end");
}

TEST_CASE("probe/source: looks beyond the limit wait, and one that waits too long is nobody's failure") {
  const auto probes = make_probes({.parallel = 2});
  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  raw_server server([&](raw_connection& c) {
    most = std::max<int>(most, ++at_once);
    c.read_request();
    std::this_thread::sleep_for(2ms);
    --at_once;
    c.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    c.hang();
  });
  std::vector<std::future<probe_answer>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(tests::start(*probes, probe("http", {{"http", server.url()}})));
  for (auto& a : answers) CHECK(a.get().outcome == look::pass);
  CHECK(most <= 2);

  raw_server mute([](raw_connection& c) { c.hang(); });
  auto first = tests::start(*probes, probe("http", {{"http", mute.url()}}, 600ms));
  auto second = tests::start(*probes, probe("http", {{"http", mute.url()}}, 600ms));
  const auto waited = ask(*probes, probe("http", {{"http", server.url()}}, 150ms));
  CHECK(waited.outcome == look::unavailable);
  CHECK(says(waited, "no free slot"));
  CHECK(first.get().outcome == look::fail);
  CHECK(second.get().outcome == look::fail);
}

TEST_CASE("probe/source: time lost in the queue is not blamed on the target") {
  const auto probes = make_probes({.parallel = 1});
  raw_server mute([](raw_connection& c) { c.hang(); });
  auto first = tests::start(*probes, probe("http", {{"http", mute.url()}}, 500ms));
  const auto second = ask(*probes, probe("http", {{"http", mute.url()}}, 700ms));
  CHECK(first.get().outcome == look::fail);
  CHECK(second.outcome == look::unavailable);
  CHECK(
      (says(second, "waited too long for a free slot") || says(second, "no free slot before the deadline")));
}

TEST_CASE("probe/source: a stop token and the end of the source answer what is outstanding") {
  raw_server mute([](raw_connection& c) { c.hang(); });
  auto probes = make_probes({.parallel = 2});
  std::stop_source stop;
  auto q = probe("http", {{"http", mute.url()}});
  q.stop = stop.get_token();
  auto stopped = tests::start(*probes, q);
  std::vector<std::future<probe_answer>> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(tests::start(*probes, probe("http", {{"http", mute.url()}})));
  answers.push_back(tests::start(*probes, probe("command", {{"command", {"sleep", "1000.4714"}}})));
  stop.request_stop();
  CHECK(stopped.get().text == "cancelled");
  probes.reset();
  for (auto& a : answers) {
    REQUIRE(a.wait_for(0s) == std::future_status::ready);
    CHECK(a.get().outcome == look::unavailable);
  }
  CHECK(running_with("1000.4714") == 0);
}
