#include "http/raw_server.hpp"
#include "probe/looking.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using tests::raw_connection;
using tests::raw_server;
using namespace std::chrono_literals;

namespace {

// Answers as told: 'p' 200, 'f' 503; the last letter for ever.
struct scripted {
  explicit scripted(std::string s) : script(std::move(s)) {}
  std::string script;
  std::atomic<std::size_t> looks{0};
  raw_server server{[this](raw_connection& c) {
    if (!c.read_request()) return;
    const char does = script.at(std::min(looks++, script.size() - 1));
    c.say(does == 'p' ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                      : "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n");
    c.hang();
  }};
  [[nodiscard]] json::object probe(int rise) const {
    return {{"kind", "http"},  {"spec", {{"http", server.url()}, {"every", "20ms"}}},
            {"component", ""}, {"target", json::object{}},
            {"every", "20ms"}, {"timeout", "2s"},
            {"rise", rise},    {"fall", 3}};
  }
};

answer ask(provider& p, request q) {
  auto promise = std::make_shared<std::promise<answer>>();
  auto future = promise->get_future();
  q.deadline = tests::after(10s);
  p.call(std::move(q), reply([promise](answer a) { promise->set_value(std::move(a)); }));
  if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no answer at all");
  return future.get();
}

struct outcome {
  answer end;
  int calls = 0;
  std::string text;  ///< of the last progress
};

outcome carry_out(provider& p, json::object inputs) {
  request q;
  q.what = verb::apply;
  q.action = "wait";
  q.run = "run";
  q.effect_key = "key";
  q.inputs = std::move(inputs);
  outcome o;
  o.end = ask(p, q);
  q.what = verb::settle;
  q.handle = o.end.value;
  const auto stop = std::chrono::steady_clock::now() + 20s;
  while ((o.end.kind == answer_kind::started || o.end.kind == answer_kind::progress) &&
         std::chrono::steady_clock::now() < stop) {
    std::this_thread::sleep_for(std::min<duration>(o.end.look_again, 50ms));
    o.end = ask(p, q);
    ++o.calls;
    if (o.end.kind == answer_kind::progress) o.text = o.end.text;
  }
  return o;
}

}  // namespace

TEST_CASE("probe/wait: done when every probe passed often enough in a row") {
  const auto provider = make_probe_provider({make_probes()});
  scripted steady("p");
  scripted late("fpfpp");
  const auto o = carry_out(
      *provider, {{"probes", {{"api", steady.probe(1)}, {"db", late.probe(2)}}}, {"within", "20s"}});
  CHECK_MESSAGE(o.end.kind == answer_kind::done, o.end.problem.message);
  CHECK(late.looks >= 5);
  CHECK(o.text.find("api up, db ") != std::string::npos);
}

TEST_CASE("probe/wait: fails in time with what each probe said") {
  const auto provider = make_probe_provider({make_probes()});
  scripted down("f");
  const auto o = carry_out(*provider, {{"probes", {{"api", down.probe(1)}}}, {"within", "200ms"}});
  CHECK(o.end.kind == answer_kind::failed);
  CHECK(o.end.problem.code == errc::timeout);
  CHECK(o.end.problem.message.find("api 0 of 1 passes (status 503, wanted 2xx)") != std::string::npos);
}

TEST_CASE("probe/wait: what cannot be seen is waited for, not passed") {
  const auto provider = make_probe_provider({make_probes()});
  const json::object blind{
      {"kind", "http"}, {"spec", {{"http", "http://no-such-host.invalid/"}}}, {"every", "20ms"}};
  const auto o = carry_out(*provider, {{"probes", {{"api", blind}}}, {"within", "150ms"}});
  CHECK(o.end.kind == answer_kind::failed);
  CHECK(o.end.problem.code == errc::timeout);
}

TEST_CASE("probe/wait: wrong inputs and kinds without a source are refused at once") {
  const auto provider = make_probe_provider({make_probes()});
  CHECK(carry_out(*provider, {}).end.problem.code == errc::invalid_argument);
  CHECK(carry_out(*provider, {{"probes", {{"api", 1}}}}).end.problem.code == errc::invalid_argument);
  const json::object strange{{"kind", "smoke"}};
  CHECK(carry_out(*provider, {{"probes", {{"api", strange}}}}).end.problem.code == errc::unsupported);
}

TEST_CASE("probe/wait: ends when it is asked to, since a rollback waits for it") {
  const auto provider = make_probe_provider({make_probes()});
  scripted never("f");
  request q;
  q.what = verb::apply;
  q.action = "wait";
  q.run = "run";
  q.effect_key = "asked to end";
  q.inputs = {{"probes", {{"api", never.probe(1)}}}, {"within", "10m"}};
  const auto begun = ask(*provider, q);
  REQUIRE(begun.kind == answer_kind::started);
  std::stop_source end;
  q.what = verb::settle;
  q.handle = begun.value;
  q.stop = end.get_token();
  CHECK(ask(*provider, q).kind == answer_kind::progress);
  end.request_stop();
  const auto ended = ask(*provider, q);
  CHECK(ended.kind == answer_kind::failed);
  CHECK(ended.problem.code == errc::cancelled);
}

TEST_CASE("probe/wait: time is what its host says") {
  const auto begin = from_ms(1'772'532'000'000);
  auto now = begin;
  const auto provider = make_probe_provider({make_probes()}, [&now] { return now; });
  scripted never("f");
  request q;
  q.what = verb::apply;
  q.action = "wait";
  q.run = "run";
  q.effect_key = "in another time";
  q.inputs = {{"probes", {{"api", never.probe(1)}}}, {"within", "10m"}};
  const auto begun = ask(*provider, q);
  CHECK(begun.value.at("until") == to_ms(begin) + 600'000);
  q.what = verb::settle;
  q.handle = begun.value;
  CHECK(ask(*provider, q).kind == answer_kind::progress);
  now += 11min;
  CHECK(ask(*provider, q).problem.code == errc::timeout);
}
