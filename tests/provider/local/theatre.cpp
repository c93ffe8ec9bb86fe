#include "theatre.hpp"

#include "process/keeper.hpp"
#include "provider/local/admin.hpp"
#include "provider/local/component.hpp"
#include "provider/local/instances.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <future>
#include <netinet/in.h>
#include <random>
#include <sys/socket.h>
#include <thread>

namespace theatre {

using namespace std::chrono_literals;
namespace local = shipflow::local;
namespace process = shipflow::process;

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

int free_port() {
  const auto port = local::free_port({});
  REQUIRE(port.has_value());
  return *port;
}

namespace {

/// What the engine does with `${secret:NAME}` in a binding.
void reveal(shipflow::request& q, const std::map<std::string, std::string>& secrets) {
  if (secrets.empty()) return;
  q.written = q.target;
  q.named_secrets = secrets;
  auto text = json::serialize(q.target);
  for (const auto& [name, value] : secrets) {
    q.secrets.push_back(value);
    const auto reference = "${secret:" + name + "}";
    for (auto at = text.find(reference); at != std::string::npos; at = text.find(reference))
      text.replace(at, reference.size(), value);
  }
  q.target = json::parse(text).as_object();
}

}  // namespace

theatre::theatre(int instances) {
  std::random_device chance;
  root = std::filesystem::temp_directory_path() /
         ("shipflow-local-" + std::to_string(chance()) + std::to_string(chance()));
  port = free_port();
  target = json::object{
      {"provider", "local"},
      {"command",
       {SHIPFLOW_PYTHON, SHIPFLOW_TEST_DATA "/service.py", "--port", "${port}", "--version", "${version}"}},
      {"listen", "127.0.0.1:" + std::to_string(port)},
      {"instances", instances},
      {"ready", {{"http", "/health"}, {"within", "20s"}}},
      {"drain", "5s"},
      {"grace", "2s"}};
  options.state_directory = root.string();
  reopen();
}

theatre::~theatre() {
  options.haproxy = "haproxy";
  reopen();
  const step s{"stop", {}, "stop", json::object{}, {}};
  const auto ended = settle(s, call(shipflow::verb::apply, s));
  CHECK_MESSAGE(ended.kind == shipflow::answer_kind::done, ended.problem.message);
  CHECK(instances().empty());
  CHECK(haproxy_pid() == 0);
  CHECK(local::port_is_free("127.0.0.1", port));
  provider_.reset();
  std::filesystem::remove_all(root);
}

void theatre::reopen() {
  provider_.reset();
  auto made = shipflow::make_local_provider(options);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  provider_ = std::move(*made);
}

std::string theatre::directory() const { return (root / "test" / "api").string(); }

shipflow::answer theatre::call(shipflow::verb what, const step& s, json::value handle) {
  return call_by(*provider_, what, s, std::move(handle));
}

shipflow::request theatre::request_for(shipflow::verb what, const step& s, json::value handle) const {
  shipflow::request q;
  q.what = what;
  q.action = s.action;
  q.run = run_id;
  q.step = "api/" + s.action;
  q.environment = "test";
  q.component = "api";
  q.effect_key = s.key;
  q.target = target;
  q.inputs = s.inputs;
  q.baseline = s.baseline;
  q.handle = std::move(handle);
  reveal(q, secrets);
  return q;
}

shipflow::answer theatre::call_by(shipflow::local_provider& who, shipflow::verb what, const step& s,
                                  json::value handle) const {
  std::promise<shipflow::answer> promise;
  auto future = promise.get_future();
  who.call(request_for(what, s, std::move(handle)),
           shipflow::reply([&](shipflow::answer a) { promise.set_value(std::move(a)); }));
  REQUIRE(future.wait_for(30s) == std::future_status::ready);
  return future.get();
}

shipflow::answer theatre::settle(const step& s, shipflow::answer from) {
  if (from.kind != shipflow::answer_kind::started) return from;
  const auto handle = from.value;
  const auto until = std::chrono::steady_clock::now() + 60s;
  auto now = std::move(from);
  while (now.kind == shipflow::answer_kind::started || now.kind == shipflow::answer_kind::progress) {
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < until, now.text);
    std::this_thread::sleep_for(std::min(now.look_again, shipflow::duration{50}));
    now = call(shipflow::verb::settle, s, handle);
  }
  return now;
}

step theatre::begin(const std::string& action, json::object inputs) {
  step s{action, std::move(inputs), "key-" + std::to_string(++keys_), nullptr, {}};
  s.baseline = look(action, s.inputs);
  s.last = call(shipflow::verb::apply, s);
  return s;
}

step theatre::run(const std::string& action, json::object inputs) {
  auto s = begin(action, std::move(inputs));
  s.last = settle(s, std::move(s.last));
  return s;
}

shipflow::answer theatre::undo(const step& s) { return settle(s, call(shipflow::verb::undo, s)); }

json::object theatre::look(const std::string& action, json::object inputs) {
  const step s{action, std::move(inputs), "look", nullptr, {}};
  shipflow::answer seen;
  const bool answered = eventually([&] {
    seen = call(shipflow::verb::observe, s);
    return seen.kind == shipflow::answer_kind::done || !seen.problem.retryable();
  });
  REQUIRE_MESSAGE((answered && seen.kind == shipflow::answer_kind::done), seen.problem.message);
  return seen.value.get_object();
}

shipflow::metric_request theatre::metric_request_for(std::vector<std::string> series, const std::string& arm,
                                                     const std::string& version) const {
  shipflow::metric_request q;
  q.source = "load_balancer";
  q.series = std::move(series);
  q.arm = arm;
  q.version = version;
  q.target = target;
  q.environment = "test";
  q.component = "api";
  return q;
}

shipflow::metric_answer theatre::metrics(std::vector<std::string> series, const std::string& arm,
                                         const std::string& version) {
  std::promise<shipflow::metric_answer> promise;
  auto future = promise.get_future();
  provider_->read(metric_request_for(std::move(series), arm, version),
                  [&](shipflow::metric_answer a) { promise.set_value(std::move(a)); });
  return future.get();
}

shipflow::probe_request theatre::probe_request_for() const {
  shipflow::probe_request q;
  q.kind = "state";
  q.target = target;
  q.environment = "test";
  q.component = "api";
  return q;
}

shipflow::probe_answer theatre::probe() {
  std::promise<shipflow::probe_answer> promise;
  auto future = promise.get_future();
  provider_->look(probe_request_for(), [&](shipflow::probe_answer a) { promise.set_value(std::move(a)); });
  return future.get();
}

std::string theatre::haproxy(const std::string& command) const {
  const auto text = local::admin(directory(), {command});
  return text ? *text : std::string{};
}

int theatre::haproxy_pid() const {
  const auto state = process::look(directory() + "/haproxy");
  return state ? state->pid : -1;
}

void theatre::kill_keepers() const {
  std::vector<std::string> homes{directory() + "/haproxy"};
  for (const auto& entry : std::filesystem::directory_iterator(directory() + "/instances"))
    homes.push_back(entry.path().string());
  for (const auto& home : homes)
    if (const auto state = process::look(home); state && state->keeper_pid > 0)
      ::kill(state->keeper_pid, SIGKILL);
}

std::map<std::string, int> theatre::instances() const {
  std::map<std::string, int> all;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory() + "/instances", none)) {
    const auto state = process::look(entry.path().string());
    if (state && state->what == process::phase::running) all[entry.path().filename().string()] = state->pid;
  }
  return all;
}

}  // namespace theatre
