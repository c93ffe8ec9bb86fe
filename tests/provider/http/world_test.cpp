// The world model and the provider, against Python's http.server, answer one script of calls alike.
#include "http/server_process.hpp"

#include <shipflow/providers/http.hpp>
#include <shipflow/providers/http_world.hpp>

#include <doctest/doctest.h>

#include <future>
#include <optional>

using namespace shipflow;
using namespace std::chrono_literals;

namespace {

/// A server that makes things at /things/NAME, each by one POST or PUT, and is ready a while after it was asked.
constexpr const char* things = R"(
import http.server, json, sys, time
made, asked = set(), {}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
    def act(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = self.path.rsplit("/", 1)[1]
        if self.path == "/broken":
            return self.say(503, "broken")
        if self.path == "/gateway":
            return self.say(502, "gateway")
        if self.path == "/forbidden":
            return self.say(403, "forbidden")
        if self.path == "/ready":
            first = asked.setdefault(self.path, time.monotonic())
            return self.say(200, "ready") if time.monotonic() > first + 0.3 else self.say(503, "not yet")
        if self.command == "GET":
            return self.say(200, json.dumps({"id": "id-step"})) if name in made else self.say(404, "not found")
        made.discard(name) if self.command == "DELETE" else made.add(name)
        self.say(201 if self.command == "POST" else 200, json.dumps({"id": "id-step"}))
    do_GET = do_POST = do_PUT = do_DELETE = act
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
)";

class script {
 public:
  using asking = std::function<answer(request)>;
  script(asking ask, std::function<void()> pass) : ask_(std::move(ask)), pass_(std::move(pass)) {}
  std::vector<std::string> lines;

  void play(const std::string& base) {
    const json::object thing{{"url", base + "/things/a"}};
    json::object made = thing;
    made["capture"] = {{"id", "/id"}};
    made["verify"] = thing;
    made["undo"] = {{"method", "DELETE"}, {"url", base + "/things/a"}};
    made["expect"] = 201;
    lines.push_back("not yet: " + say(request_of(verb::resolve, "call", made, "k1")));
    const auto first = carry_out(request_of(verb::apply, "call", made, "k1"));
    lines.push_back("resolved: " + say(request_of(verb::resolve, "call", made, "k1")));
    auto undo = request_of(verb::undo, "call", made, "k1");
    undo.handle = first;
    lines.push_back("undone: " + say(undo));
    lines.push_back("gone: " + say(request_of(verb::resolve, "call", made, "k1")));
    carry_out(request_of(verb::apply, "put", thing, "k2"));
    lines.push_back("no verify: " + say(request_of(verb::resolve, "put", thing, "k2")));
    carry_out(request_of(verb::apply, "call", {{"url", base + "/broken"}}, "k3"));
    carry_out(request_of(verb::apply, "call", {{"url", base + "/gateway"}}, "k4"));
    carry_out(request_of(verb::apply, "put", {{"url", base + "/gateway"}}, "k5"));
    carry_out(request_of(verb::apply, "call", {{"url", base + "/forbidden"}}, "k6"));
    carry_out(request_of(verb::apply, "call", {{"url", "http://127.0.0.1:1/things/a"}}, "k7"));
    carry_out(request_of(verb::apply, "call", {{"uri", base}}, "k8"));
    carry_out(request_of(verb::apply, "wait", {{"url", base + "/ready"}, {"every", "20ms"}}, "k9"));
    lines.push_back("observe: " + say(request_of(verb::observe, "call", made, "k1")));
  }

 private:
  static request request_of(verb what, const std::string& action, json::object inputs,
                            const std::string& key) {
    request q;
    q.what = what;
    q.action = action;
    q.step = "step";
    q.effect_key = key;
    q.deadline = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + 10s;
    q.inputs = std::move(inputs);
    return q;
  }
  static std::string text_of(answer a) {
    auto* done = a.value.is_object() ? a.value.as_object().if_contains("done") : nullptr;
    for (auto* v : {&a.value, done})
      if (v != nullptr && v->is_object()) v->as_object().erase("latency_ms");
    return std::string(name_of(a.kind)) + " " + std::string(name_of(a.problem.code)) + " " +
           (a.problem.code == errc::unavailable && a.value == json::object{} ? "" : a.problem.message) + " " +
           json::serialize(a.value);
  }
  std::string say(request q) { return text_of(ask_(std::move(q))); }
  json::value carry_out(request q) {
    auto a = ask_(q);
    const auto handle = a.value;
    q.what = verb::settle;
    q.handle = handle;
    for (int n = 0; a.kind == answer_kind::started || a.kind == answer_kind::progress; ++n) {
      REQUIRE(n < 1'000);
      pass_();
      a = ask_(q);
    }
    lines.push_back(q.action + " " + q.effect_key + ": " + text_of(a));
    return handle;
  }

  asking ask_;
  std::function<void()> pass_;
};

}  // namespace

TEST_CASE("provider/http: the world model answers as the provider does to Python's http.server") {
  const tests::server_process server([](std::uint16_t port) {
    return std::vector<std::string>{"python3", "-c", things, std::to_string(port)};
  });
  const auto base = server.at("http", "");
  const auto real = make_http_provider();
  script really(
      [&](request q) {
        std::promise<answer> got;
        real->call(std::move(q), reply([&](answer a) { got.set_value(std::move(a)); }));
        return got.get_future().get();
      },
      [&] { std::this_thread::sleep_for(20ms); });
  really.play(base);

  virtual_time time(1);
  const auto w = std::make_shared<world>(time);
  http_world_options options;
  options.becomes = 300ms;
  options.endpoints["POST " + base + "/broken"] = {503, "broken", false};
  options.endpoints["POST " + base + "/gateway"] = {502, "gateway", false};
  options.endpoints["PUT " + base + "/gateway"] = {502, "gateway", false};
  options.endpoints["POST " + base + "/forbidden"] = {403, "forbidden", false};
  options.endpoints["POST http://127.0.0.1:1/things/a"] = {0, "", true};
  const auto model = make_http_world(w, options);
  script imagined(
      [&](request q) {
        std::optional<answer> got;
        model->call(std::move(q), reply([&](answer a) { got = std::move(a); }));
        REQUIRE(time.run_until([&] { return got.has_value(); }));
        return *got;
      },
      [&] { (void)time.run_until([] { return false; }, 20ms); });
  imagined.play(base);

  REQUIRE(imagined.lines.size() == really.lines.size());
  for (std::size_t i = 0; i < really.lines.size(); ++i) CHECK(imagined.lines[i] == really.lines[i]);
  CHECK(w->effects().at("k1").times == 1);
  CHECK(w->effects().at("k1").undone == 1);
  CHECK(w->effects().count("k6") == 0);
}

TEST_CASE("provider/http: an effect is seen by `verify` only after the world's lag") {
  virtual_time time(1);
  const auto w = std::make_shared<world>(time);
  http_world_options options;
  options.lag = 5s;
  const auto model = make_http_world(w, options);
  const auto ask = [&](verb what) {
    request q;
    q.what = what;
    q.action = "call";
    q.step = "step";
    q.effect_key = "k";
    q.inputs = {{"url", "http://shop/things"}, {"verify", {{"url", "http://shop/things"}}}};
    std::optional<answer> got;
    model->call(q, reply([&](answer a) { got = std::move(a); }));
    REQUIRE(time.run_until([&] { return got.has_value(); }));
    return got->kind;
  };
  CHECK(ask(verb::apply) == answer_kind::done);
  CHECK(ask(verb::resolve) == answer_kind::not_applied);
  (void)time.run_until([] { return false; }, 5s);
  CHECK(ask(verb::resolve) == answer_kind::done);
  CHECK(model->snapshot().at("http:step") == "there");
}

TEST_CASE("provider/http: in the model a certificate is judged by the world's clock") {
  virtual_time time(1);
  http_world_options options;
  options.becomes = 0s;
  const auto model = make_http_world(std::make_shared<world>(time), options);
  request q;
  q.what = verb::settle;
  q.action = "wait";
  q.inputs = {{"url", "https://shop/health"}, {"expect", {{"status", 200}, {"certificate", "14d"}}}};
  std::optional<answer> got;
  model->call(q, reply([&](answer a) { got = std::move(a); }));
  REQUIRE(time.run_until([&] { return got.has_value(); }));
  CHECK(got->kind == answer_kind::done);
}
