// The world model and the provider answer one script of calls alike.
#include "theatre.hpp"

#include <shipflow/providers/local_world.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <regex>
#include <thread>

using shipflow::answer;
using shipflow::answer_kind;
using shipflow::verb;
namespace json = shipflow::json;
using theatre::step;

namespace {

std::string text_of(const answer& a) {
  auto text = std::string(name_of(a.kind)) + " " + json::serialize(shipflow::json::value(a.value));
  if (a.kind == answer_kind::failed || a.kind == answer_kind::conflict)
    text = std::string(name_of(a.kind)) + " " + a.problem.message.substr(0, a.problem.message.find(':', 5));
  return text;
}

std::string text_of(const shipflow::metric_answer& a) {
  std::string text = a.why.empty() ? "" : "unavailable";
  for (const auto& r : a.readings) text += "state " + std::to_string(static_cast<int>(r.what)) + " ";
  return text;
}

/// Who is asked; both get the same requests.
class asked {
 public:
  asked() = default;
  asked(const asked&) = delete;
  asked& operator=(const asked&) = delete;
  virtual ~asked() = default;
  virtual answer call(shipflow::request q) = 0;
  virtual shipflow::metric_answer read(shipflow::metric_request q) = 0;
  virtual shipflow::probe_answer look(shipflow::probe_request q) = 0;
  virtual void pass(shipflow::duration time) = 0;
  virtual void half_to_each() = 0;
};

class real final : public asked {
 public:
  explicit real(theatre::theatre& t) : t_(t), provider_(shipflow::make_local_provider(t.options).value()) {}
  answer call(shipflow::request q) override {
    step s{q.action, q.inputs, q.effect_key, q.baseline, {}};
    return t_.call_by(*provider_, q.what, s, q.handle);
  }
  shipflow::metric_answer read(shipflow::metric_request q) override {
    return t_.metrics(q.series, q.arm, q.version);
  }
  shipflow::probe_answer look(shipflow::probe_request) override { return t_.probe(); }
  void pass(shipflow::duration time) override {
    std::this_thread::sleep_for(std::min(time, shipflow::duration{50}));
  }
  void half_to_each() override {
    for (const auto& [id, pid] : t_.instances())
      (void)t_.haproxy("set server fleet/" + id + " weight " + (id.starts_with("blue") ? "50" : "100"));
  }

 private:
  theatre::theatre& t_;
  std::unique_ptr<shipflow::local_provider> provider_;
};

class modelled final : public asked {
 public:
  explicit modelled(shipflow::local_world_options options)
      : world_(std::make_shared<shipflow::world>(time_)),
        model_(make_local_world(world_, std::move(options))) {}
  answer call(shipflow::request q) override {
    return wait<answer>([&](auto done) { model_->call(std::move(q), shipflow::reply(done)); });
  }
  shipflow::metric_answer read(shipflow::metric_request q) override {
    return wait<shipflow::metric_answer>([&](auto done) { model_->read(std::move(q), done); });
  }
  shipflow::probe_answer look(shipflow::probe_request q) override {
    return wait<shipflow::probe_answer>([&](auto done) { model_->look(std::move(q), done); });
  }
  void pass(shipflow::duration time) override {
    (void)time_.run_until([] { return false; }, time);
  }
  void half_to_each() override { REQUIRE(model_->set_weights("test", "api", 50, 50)); }
  shipflow::virtual_time& time() { return time_; }

 private:
  template <class Answer>
  Answer wait(const std::function<void(std::function<void(Answer)>)>& begin) {
    std::optional<Answer> got;
    begin([&](Answer a) { got = std::move(a); });
    REQUIRE(time_.run_until([&] { return got.has_value(); }));
    return *got;
  }
  shipflow::virtual_time time_{7};
  std::shared_ptr<shipflow::world> world_;
  std::shared_ptr<shipflow::local_world> model_;
};

/// Plays a script and writes down what was answered.
class play {
 public:
  play(theatre::theatre& t, asked& who) : t_(t), who_(who) {}
  std::vector<std::string> lines;

  answer call(verb what, const step& s, json::value handle = nullptr) {
    return who_.call(t_.request_for(what, s, std::move(handle)));
  }
  answer settle(const step& s, answer a) {
    const auto handle = a.value;
    for (int n = 0; a.kind == answer_kind::started || a.kind == answer_kind::progress; ++n) {
      REQUIRE_MESSAGE(n < 3'000, a.text);
      who_.pass(a.look_again);
      a = call(verb::settle, s, handle);
    }
    return a;
  }
  answer look(const std::string& action = "shift", json::object inputs = {}) {
    const step s{action, std::move(inputs), "look", nullptr, {}};
    auto a = call(verb::observe, s);
    for (int n = 0; a.kind == answer_kind::failed && a.problem.retryable() && n < 400; ++n) {
      who_.pass(shipflow::duration{50});
      a = call(verb::observe, s);
    }
    return a;
  }
  void see(const std::string& what) { lines.push_back(what + ": " + text_of(look())); }
  step run(const std::string& action, json::object inputs = {}) {
    step s{action, std::move(inputs), "key-" + std::to_string(++keys_), nullptr, {}};
    s.baseline = look(action, s.inputs).value;
    s.last = settle(s, call(verb::apply, s));
    lines.push_back(action + " " + json::serialize(s.inputs) + ": " + text_of(s.last));
    const auto resolved = call(verb::resolve, s);
    lines.push_back("  resolve: " + std::string(name_of(resolved.kind)));
    see("  then");
    return s;
  }
  void undo(const step& s) {
    lines.push_back("undo " + s.action + ": " + text_of(settle(s, call(verb::undo, s))));
    see("  then");
  }
  void measure(const std::vector<std::string>& series, const std::string& arm, const std::string& version) {
    lines.push_back("metrics " + arm + " " + version + ": " +
                    text_of(who_.read(t_.metric_request_for(series, arm, version))));
  }
  void probe() {
    const auto a = who_.look(t_.probe_request_for());
    lines.push_back("probe: " + std::to_string(static_cast<int>(a.outcome)) + " " + a.text);
  }
  asked& who() { return who_; }
  void next_run() { t_.run_id += "+"; }

 private:
  theatre::theatre& t_;
  asked& who_;
  int keys_ = 0;
};

void first_and_second_release(play& p) {
  p.measure({"http_all"}, "fleet", "");
  p.see("at first");
  p.run("shift", {{"weight", 100}});
  const auto first = p.run("launch", {{"version", "1.4.0"}});
  p.run("shift", {{"weight", 30}});
  p.run("shift", {{"weight", 100}});
  p.probe();
  p.measure({"http_5xx", "http_all"}, "fleet", "");
  p.measure({"http_all"}, "canary", "9.9.9");
  p.measure({"http_all", "queue"}, "fleet", "");
  p.measure({"orders"}, "fleet", "");
  p.next_run();
  const auto launch = p.run("launch", {{"version", "1.5.0"}});
  const auto ten = p.run("shift", {{"weight", 10}});
  p.run("launch", {{"version", "1.6.0"}});
  p.run("shift", {{"weight", 101}});
  p.run("shift", {{"weight", 10}, {"colour", "red"}});
  p.run("retire");
  p.measure({"http_5xx", "http_all"}, "canary", "1.5.0");
  p.undo(ten);
  p.undo(launch);
  p.undo(launch);
}

void blue_green_and_hands(play& p) {
  p.run("launch", {{"version", "1.4.0"}});
  p.run("shift", {{"weight", 100}});
  p.next_run();
  p.run("launch", {{"version", "1.5.0"}, {"instances", 1}});
  p.run("shift", {{"weight", 20}});
  p.who().half_to_each();
  p.see("by hand");
  const step s{"shift", {{"weight", 100}}, "late", p.look().value, {}};
  p.lines.push_back("shift: " + text_of(p.call(verb::apply, s)));
  p.who().pass(shipflow::duration{50});
  p.next_run();
  p.run("shift", {{"weight", 100}, {"colour", "green"}});
  const auto retired = p.run("retire", {{"colour", "blue"}});
  p.undo(retired);
  p.run("maintenance", {{"on", true}});
  const auto off = p.run("maintenance", {{"on", false}});
  p.undo(off);
}

void in_place(play& p) {
  const auto first = p.run("replace", {{"version", "1.4.0"}});
  const auto next = p.run("replace", {{"version", "1.5.0"}, {"batch", 1}});
  const auto more = p.run("scale", {{"instances", 3}});
  p.undo(more);
  p.undo(next);
  p.run("replace", {{"version", "1.5.0"}, {"batch", "120%"}});
  p.run("scale", {{"instances", 0}});
  p.undo(first);
  p.run("stop");
}

void bad_versions(play& p) {
  p.run("launch", {{"version", "1.4.0"}});
  p.run("shift", {{"weight", 100}});
  p.next_run();
  const auto slow = p.run("launch", {{"version", "never-ready"}});
  p.run("shift", {{"weight", 50}});
  p.undo(slow);
  p.undo(p.run("launch", {{"version", "exits"}}));
}

void compare(void (*script)(play&), shipflow::local_world_options options = {}) {
  theatre::theatre t(2);
  t.target["command"].as_array().emplace_back("--mode");
  t.target["command"].as_array().emplace_back("${version}");
  t.target["ready"] = json::object{{"http", "/health"}, {"within", "3s"}};
  const auto id = t.run_id;
  real machine(t);
  play really(t, machine);
  script(really);
  t.run_id = id;
  modelled imagined(std::move(options));
  play model(t, imagined);
  script(model);
  REQUIRE(really.lines.size() == model.lines.size());
  // Which instance of a fleet is seen to die first is a matter of chance.
  const std::regex number("-[0-9]+ of version");
  const auto plain = [&](const std::string& line) {
    return std::regex_replace(line, number, "-N of version");
  };
  for (std::size_t i = 0; i < really.lines.size(); ++i)
    CHECK(plain(model.lines[i]) == plain(really.lines[i]));
}

}  // namespace

TEST_CASE("provider/local: the world model answers a first and a second release as the provider does") {
  compare(first_and_second_release);
}

TEST_CASE("provider/local: the world model meets strangers' hands as the provider does") {
  compare(blue_green_and_hands);
}

TEST_CASE("provider/local: the world model fails with bad versions as the provider does") {
  shipflow::local_world_options options;
  options.versions["never-ready"].ready.reset();
  options.versions["exits"] = {std::nullopt, shipflow::duration{100}, 0, shipflow::duration{20}};
  compare(bad_versions, options);
}

TEST_CASE("provider/local: the world model counts and reports what customers would see") {
  shipflow::virtual_time time(1);
  const auto w = std::make_shared<shipflow::world>(time);
  shipflow::local_world_options options;
  options.requests = 100;
  options.versions["1.5.0"].errors = 0.5;
  const auto model = make_local_world(w, options);
  const json::object target{{"provider", "local"}, {"command", {"shop"}}, {"listen", "127.0.0.1:8080"}};
  REQUIRE(model->install("test", "api", target, "1.5.0"));
  (void)time.run_until([] { return false; }, shipflow::duration{10'000});
  shipflow::metric_request q;
  q.series = {"http_5xx", "http_all"};
  q.arm = "canary";
  q.version = "1.5.0";
  q.environment = "test";
  q.component = "api";
  std::optional<shipflow::metric_answer> got;
  model->read(q, [&](shipflow::metric_answer a) { got = std::move(a); });
  REQUIRE(time.run_until([&] { return got.has_value(); }));
  REQUIRE(got->readings.size() == 2);
  CHECK(got->readings[1].number == doctest::Approx(1'000).epsilon(0.01));
  CHECK(got->readings[0].number == doctest::Approx(500).epsilon(0.01));
  const auto serves = model->serves();
  REQUIRE(serves.size() == 1);
  CHECK(serves[0].weight == 100);
  CHECK(serves[0].healthy == 1);
  CHECK(model->snapshot().at("traffic:api") == json::value{{"blue", 100}, {"green", 0}});
  CHECK_FALSE(model->install("test", "web", {{"provider", "local"}}, "1.0.0"));
}

TEST_CASE("provider/local: the world model replaces in place as the provider does") { compare(in_place); }
