#include "http/server_process.hpp"

#include <shipflow/providers/http.hpp>

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using tests::raw_connection;
using tests::raw_server;
using namespace std::chrono_literals;

namespace {

time_point in_time(duration d) {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + d;
}

request calling(verb what, const std::string& action, json::value inputs, duration limit = 10s) {
  request q;
  q.what = what;
  q.action = action;
  q.effect_key = "key-1";
  q.deadline = in_time(limit);
  q.inputs = inputs.as_object();
  return q;
}

answer ask(provider& p, request q) {
  auto promise = std::make_shared<std::promise<answer>>();
  auto future = promise->get_future();
  p.call(std::move(q), reply([promise](answer a) { promise->set_value(std::move(a)); }));
  if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no answer at all");
  return future.get();
}

// Apply, and settle what was started: the end of the effect, and the handle if there was one.
struct effect_end {
  answer end;
  json::value handle;
};
effect_end carry_out(provider& p, request q) {
  auto a = ask(p, q);
  if (a.kind != answer_kind::started) return {a, nullptr};
  q.what = verb::settle;
  q.handle = a.value;
  return {ask(p, q), a.value};
}

struct shop {
  std::mutex mutex;
  std::vector<std::string> seen;
  std::string reply = "HTTP/1.1 201 Created\r\nContent-Length: 27\r\n\r\n{\"id\":\"a/7\",\"state\":\"made\"}";
  raw_server server{[this](raw_connection& c) {
    while (c.read_request()) {
      const auto answer = next(c.seen);
      if (answer == "hang") return c.hang();
      if (answer == "close") return;
      c.say(answer);
    }
  }};
  std::string next(const std::string& request) {
    const std::lock_guard lock(mutex);
    seen.push_back(request);
    return reply;
  }
  void answers(const std::string& status, const std::string& body = "") {
    const std::lock_guard lock(mutex);
    reply = "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  void does(const std::string& what) {
    const std::lock_guard lock(mutex);
    reply = what;
  }
  std::string last() {
    const std::lock_guard lock(mutex);
    return seen.empty() ? "" : seen.back();
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return seen.size();
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("provider/http: a call sends the request with its key and captures outputs") {
  shop s;
  const auto p = make_http_provider();
  const auto a = ask(*p, calling(verb::apply, "call",
                                 {{"url", s.server.url("/orders?x=1")},
                                  {"headers", {{"X-Team", "shop"}}},
                                  {"json", {{"n", 1}}},
                                  {"expect", {{"status", 201}, {"json", {{"/state", "made"}}}}},
                                  {"capture", {{"id", "/id"}}}}));
  REQUIRE(a.kind == answer_kind::done);
  CHECK(a.value.at("id").as_string() == "a/7");
  CHECK(a.value.at("status").as_int64() == 201);
  CHECK(s.last().starts_with("POST /orders?x=1 HTTP/1.1\r\n"));
  CHECK(has(s.last(), "Idempotency-Key: key-1\r\n"));
  CHECK(has(s.last(), "X-Team: shop\r\n"));
  CHECK(has(s.last(), "Content-Type: application/json\r\n"));
  CHECK(s.last().ends_with("\r\n\r\n{\"n\":1}"));
}

TEST_CASE("provider/http: what an answer means for the effect") {
  struct row {
    const char* does;  ///< a status, "hang" or "close"
    const char* action;
    answer_kind kind;
    errc code;
  };
  const row rows[] = {{"429 Slow", "call", answer_kind::failed, errc::throttled},
                      {"500 Oops", "call", answer_kind::failed, errc::unavailable},
                      {"503 Down", "put", answer_kind::failed, errc::unavailable},
                      {"502 Bad Gateway", "call", answer_kind::unknown, errc::unknown_outcome},
                      {"504 Late", "call", answer_kind::unknown, errc::unknown_outcome},
                      {"502 Bad Gateway", "put", answer_kind::failed, errc::unavailable},
                      {"404 None", "call", answer_kind::failed, errc::failed},
                      {"302 Else", "put", answer_kind::failed, errc::failed},
                      {"hang", "call", answer_kind::unknown, errc::unknown_outcome},
                      {"close", "call", answer_kind::unknown, errc::unknown_outcome},
                      {"close", "put", answer_kind::unknown, errc::unknown_outcome}};
  shop s;
  const auto p = make_http_provider();
  for (const auto& r : rows) {
    CAPTURE(std::string(r.does));
    const std::string does = r.does;
    if (does == "hang" || does == "close")
      s.does(does);
    else
      s.answers(does, "why");
    const auto a = ask(
        *p, calling(verb::apply, r.action, {{"url", s.server.url("/?key=hunter2")}, {"timeout", "300ms"}}));
    CHECK(a.kind == r.kind);
    CHECK(a.problem.code == r.code);
    CHECK(!a.problem.message.empty());
    CHECK(!has(a.problem.message, "hunter2"));
    if (does[0] >= '0' && does[0] <= '9') CHECK(a.value.at("body").as_string() == "why");
  }
}

TEST_CASE("provider/http: what was never sent has failed, and may be tried again when that can help") {
  const auto p = make_http_provider();
  const auto closed = "http://127.0.0.1:" + std::to_string(tests::free_port()) + "/";
  const auto refused = ask(*p, calling(verb::apply, "call", {{"url", closed}}));
  CHECK(refused.kind == answer_kind::failed);
  CHECK(refused.problem.retryable());
  const auto late = ask(*p, calling(verb::apply, "call", {{"url", closed}}, 0ms));
  CHECK(late.kind == answer_kind::failed);
  CHECK(late.problem.code == errc::timeout);
  const json::value wrong[] = {json::object{},
                               {{"url", "nonsense"}},
                               {{"url", closed}, {"unknown", 1}},
                               {{"url", closed}, {"capture", {{"status", "/x"}}}},
                               {{"url", closed}, {"undo", {{"url", closed}}}},
                               {{"url", closed}, {"undo", {{"command", {"x"}}}}},
                               {{"url", closed}, {"undo", {{"method", "DELETE"}, {"url", closed + "${id}"}}}},
                               {{"url", closed}, {"verify", {{"url", 1}}}}};
  for (const auto& inputs : wrong) {
    const auto a = ask(*p, calling(verb::apply, "call", inputs));
    CHECK(a.kind == answer_kind::failed);
    CHECK(a.problem.code == errc::invalid_argument);
    CHECK(ask(*p, calling(verb::undo, "call", inputs)).kind == answer_kind::done);
  }
  CHECK(ask(*p, calling(verb::apply, "smoke", json::object{})).problem.code == errc::unsupported);
}

TEST_CASE("provider/http: an unclear call is resolved by its verify request, or stays unknown") {
  shop s;
  const auto p = make_http_provider();
  const json::value inputs{
      {"url", "http://127.0.0.1:1/"},
      {"capture", {{"id", "/id"}}},
      {"verify", {{"url", s.server.url("/orders/by-key")}, {"expect", {{"status", 200}}}}}};
  CHECK(ask(*p, calling(verb::resolve, "call", {{"url", "http://127.0.0.1:1/"}})).kind ==
        answer_kind::unknown);
  s.answers("200 OK", R"({"id":"b8"})");
  const auto there = ask(*p, calling(verb::resolve, "call", inputs));
  REQUIRE(there.kind == answer_kind::done);
  CHECK(there.value.at("id").as_string() == "b8");
  CHECK(s.last().starts_with("GET /orders/by-key"));
  s.answers("404 None");
  CHECK(ask(*p, calling(verb::resolve, "call", inputs)).kind == answer_kind::not_applied);
  s.answers("503 Down");
  CHECK(ask(*p, calling(verb::resolve, "call", inputs)).kind == answer_kind::unknown);
  s.answers("429 Slow");
  CHECK(ask(*p, calling(verb::resolve, "call", inputs)).kind == answer_kind::unknown);
  s.answers("200 OK", "{}");
  CHECK(ask(*p, calling(verb::resolve, "call", inputs)).kind == answer_kind::unknown);
  s.does("close");
  CHECK(ask(*p, calling(verb::resolve, "put", inputs)).kind == answer_kind::unknown);
}

TEST_CASE("provider/http: undo knows what was made, and that nothing was made") {
  shop s;
  const auto p = make_http_provider();
  const json::value inputs{{"url", s.server.url("/orders")},
                           {"capture", {{"id", "/id"}}},
                           {"undo",
                            {{"method", "DELETE"},
                             {"url", s.server.url("/orders/") + "${id}"},
                             {"headers", {{"X-Why", "taken back ${id}"}}}}}};
  const auto undo = [&](const json::value& handle, const char* action = "call") {
    auto q = calling(verb::undo, action, inputs);
    q.effect_key = "key-undo";
    q.handle = handle;
    return ask(*p, q);
  };
  const auto made = carry_out(*p, calling(verb::apply, "call", inputs));
  REQUIRE(made.end.kind == answer_kind::done);
  CHECK(made.end.value.at("id").as_string() == "a/7");
  s.answers("204 Gone");
  CHECK(undo(made.handle).kind == answer_kind::done);
  CHECK(s.last().starts_with("DELETE /orders/a%2F7 HTTP/1.1\r\n"));
  CHECK(has(s.last(), "X-Why: taken back a/7\r\n"));
  CHECK(has(s.last(), "Idempotency-Key: key-undo\r\n"));
  s.answers("404 None");
  CHECK(undo(made.handle).kind == answer_kind::done);
  s.answers("500 Oops");
  CHECK(undo(made.handle).problem.retryable());
  s.does("close");
  CHECK(undo(made.handle).kind == answer_kind::unknown);

  s.answers("400 Bad");
  const auto refused = carry_out(*p, calling(verb::apply, "call", inputs));
  CHECK(refused.end.kind == answer_kind::failed);
  CHECK(refused.end.problem.code == errc::failed);
  CHECK(refused.end.value.at("status").as_int64() == 400);
  const auto before = s.count();
  CHECK(undo(refused.handle).kind == answer_kind::done);
  CHECK(s.count() == before);

  s.answers("200 OK", "{}");  // made, but without the name that undo needs
  const auto nameless = carry_out(*p, calling(verb::apply, "call", inputs));
  CHECK(nameless.end.kind == answer_kind::failed);
  const auto stuck = undo(nameless.handle);
  CHECK(stuck.kind == answer_kind::failed);
  CHECK(has(stuck.problem.message, "${id}"));
  CHECK(undo(nullptr).kind == answer_kind::failed);
  CHECK(ask(*p, calling(verb::undo, "call", {{"url", s.server.url()}})).kind == answer_kind::done);
}

TEST_CASE("provider/http: wait looks until the answer is as expected") {
  const tests::temporary_directory files;
  tests::server_process server([&](std::uint16_t port) {
    return std::vector<std::string>{"python3", "-m",        "http.server", std::to_string(port),
                                    "--bind",  "127.0.0.1", "--directory", files.path.string()};
  });
  const auto p = make_http_provider();
  const json::value inputs{{"url", server.at("http", "/ready.json")},
                           {"expect", {{"json", {{"/ready", true}}}}},
                           {"every", "70ms"},
                           {"capture", {{"build", "/build"}}}};
  const auto begun = ask(*p, calling(verb::apply, "wait", inputs));
  REQUIRE(begun.kind == answer_kind::started);
  auto settle = calling(verb::settle, "wait", inputs);
  settle.handle = begun.value;
  const auto not_there = ask(*p, settle);
  CHECK(not_there.kind == answer_kind::progress);
  CHECK(has(not_there.text, "status 404, wanted 2xx"));
  CHECK(not_there.look_again == 70ms);
  files.write("ready.json", R"({"ready":false})");
  CHECK(has(ask(*p, settle).text, "json /ready is false, wanted true"));
  files.write("ready.json", R"({"ready":true,"build":41})");
  const auto done = ask(*p, settle);
  REQUIRE(done.kind == answer_kind::done);
  CHECK(done.value.at("build").as_int64() == 41);
  server.stop(SIGKILL);
  const auto gone = ask(*p, settle);
  CHECK(gone.kind == answer_kind::progress);
  CHECK(
      has(ask(*p, calling(verb::diagnose, "wait", inputs)).value.at("look").as_string().c_str(), "refused"));
  CHECK(ask(*p, calling(verb::resolve, "wait", inputs)).kind == answer_kind::started);
}

TEST_CASE("provider/http: a stop token and the end of the provider answer what is under way") {
  shop s;
  s.does("hang");
  auto p = make_http_provider();
  std::stop_source stop;
  auto q = calling(verb::apply, "call", {{"url", s.server.url()}});
  q.stop = stop.get_token();
  std::promise<answer> stopped;
  std::promise<answer> ended;
  p->call(q, reply([&](answer a) { stopped.set_value(std::move(a)); }));
  p->call(calling(verb::apply, "call", {{"url", s.server.url()}}),
          reply([&](answer a) { ended.set_value(std::move(a)); }));
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (s.count() < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
  stop.request_stop();
  CHECK(stopped.get_future().get().kind == answer_kind::unknown);
  p.reset();
  auto end = ended.get_future();
  REQUIRE(end.wait_for(0s) == std::future_status::ready);
  CHECK(end.get().kind == answer_kind::unknown);
}

TEST_CASE("provider/http: its actions are declared with class, reversibility and inputs") {
  const auto p = make_http_provider();
  CHECK(p->name() == "http");
  const auto actions = p->actions();
  REQUIRE(actions.size() == 3);
  CHECK(actions[0].repeat == effect_class::creates);
  CHECK(actions[1].repeat == effect_class::set_value);
  CHECK(actions[2].undo == reversibility::forward_only);
  for (const auto& a : actions) {
    CHECK(a.inputs.front().name == "url");
    CHECK(a.inputs.front().required);
    CHECK(a.resources.empty());
  }
}

TEST_CASE("provider/http: a wait that is asked to end looks once more, and is over with what it saw") {
  shop s;
  const auto p = make_http_provider();
  s.answers("200 OK", "{\"open\":1}");
  auto q = calling(verb::settle, "wait", {{"url", s.server.url()}, {"expect", {{"json", {{"/open", 0}}}}}});
  std::stop_source stop;
  stop.request_stop();
  q.stop = stop.get_token();
  const auto over = ask(*p, q);
  CHECK(over.kind == answer_kind::failed);
  CHECK(over.problem.code == errc::timeout);
  CHECK(over.problem.message.find("/open") != std::string::npos);
  s.answers("200 OK", "{\"open\":0}");
  CHECK(ask(*p, q).kind == answer_kind::done);
}
