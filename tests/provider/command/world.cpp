// The world model and the provider answer one script of calls alike.
#include "provider/command/support.hpp"

#include <shipflow/providers/command_world.hpp>

#include <fstream>
#include <optional>

using namespace shipflow;
using namespace shipflow::test;

namespace {

/// One side of the comparison: calls are made and settled the same way, time passes as it does there.
class side {
 public:
  side() = default;
  side(const side&) = delete;
  side& operator=(const side&) = delete;
  virtual ~side() = default;
  virtual answer ask_once(request q) = 0;
  virtual void pass(duration time) = 0;
  std::vector<std::string> lines;

  answer settle(request q, answer a) {
    q.what = verb::settle;
    q.handle = a.value;
    for (int n = 0; a.kind == answer_kind::started || a.kind == answer_kind::progress; ++n) {
      REQUIRE(n < 2'000);
      pass(a.look_again);
      a = ask_once(q);
    }
    return a;
  }
  void note(const std::string& what, const answer& a) {
    lines.push_back(what + ": " + std::string(name_of(a.kind)) + " " + a.problem.text() + " " +
                    json::serialize(a.value));
  }
  void play(const std::string& what, const request& q) { note(what, settle(q, ask_once(q))); }
};

class real_side final : public side {
 public:
  explicit real_side(const commands_fixture& at) : provider_(at.open()) {}
  answer ask_once(request q) override { return call(*provider_, std::move(q)); }
  void pass(duration /*time*/) override {
    (void)eventually([n = 0]() mutable { return ++n > 4; });
  }

 private:
  std::unique_ptr<provider> provider_;
};

class world_side final : public side {
 public:
  explicit world_side(command_world_options options)
      : world_(std::make_shared<world>(time_)), model_(make_command_world(world_, std::move(options))) {}
  answer ask_once(request q) override {
    std::optional<answer> got;
    model_->call(std::move(q), reply([&](answer a) { got = std::move(a); }));
    REQUIRE(time_.run_until([&] { return got.has_value(); }));
    return *got;
  }
  void pass(duration time) override {
    (void)time_.run_until([] { return false; }, time);
  }
  command_world& model() { return *model_; }
  world& where() { return *world_; }

 private:
  virtual_time time_{3};
  std::shared_ptr<world> world_;
  std::shared_ptr<command_world> model_;
};

request at_step(request q, const std::string& step) {
  q.step = step;
  return q;
}

void script(side& s, const std::string& file) {
  s.play("hello", at_step(shell(verb::apply, "echo hello", "k1"), "hello"));
  s.play("again, the same effect", at_step(shell(verb::apply, "echo hello", "k1"), "hello"));
  s.play("resolved", at_step(shell(verb::resolve, "echo hello", "k1"), "hello"));
  s.play("never begun", shell(verb::resolve, "echo hello", "k2"));
  s.play("fails", at_step(shell(verb::apply, "echo bad; exit 3", "k3"), "bad"));
  s.play("fails, resolved", at_step(shell(verb::resolve, "echo bad; exit 3", "k3"), "bad"));
  s.play("nothing to put back", shell(verb::undo, "echo hello", "k1"));
  s.play("observe of run", shell(verb::observe, "echo hello", "k1"));

  auto wrong = shell(verb::apply, "true", "k4");
  wrong.inputs = {{"commands", {"true"}}};
  s.play("no command", wrong);
  auto leak = shell(verb::apply, "echo topsecret", "k5");
  leak.secrets = {"topsecret"};
  s.play("a secret as argument", leak);
  auto other = shell(verb::apply, "true", "k6");
  other.action = "walk";
  s.play("no such action", other);

  const auto endless = at_step(shell(verb::apply, "exec sleep 60", "k7"), "endless");
  const auto begun = s.ask_once(endless);
  auto stop = endless;
  std::stop_source source;
  source.request_stop();
  stop.stop = source.get_token();
  s.note("stopped", s.settle(stop, begun));

  const auto definition = R"({"command": ["sh", "-c", "printf '%s' \"$SHIPFLOW_INPUT_TO\" > )" + file +
                          R"("], "undo": ["sh", "-c", "printf '%s' \"$SHIPFLOW_BASELINE\" | tr -d '\"' > )" +
                          file + R"("], "observe": ["cat", ")" + file +
                          R"("], "resource": "database:shop", "capture": "text"})";
  const auto migrate = [&](verb what, const std::string& key) {
    return task(what, "migrate", definition.c_str(), {{"to", "0003"}}, key);
  };
  const auto before = s.ask_once(migrate(verb::observe, "look"));
  s.note("before", before);
  s.play("migrated", migrate(verb::apply, "k8"));
  s.play("then", migrate(verb::observe, "look"));
  auto undo = migrate(verb::undo, "k8");
  undo.baseline = before.value;
  s.play("undone", undo);
  s.play("undone twice", undo);
  s.play("at last", migrate(verb::observe, "look"));
  s.play("captured",
         at_step(task(verb::apply, "dump",
                      R"({"command": ["sh", "-c", "echo '{\"size\": 3}'"], "capture": "json"})", {}, "k9"),
                 "dump"));
}

command_world_options as_the_script_says() {
  command_world_options o;
  o.programs["hello"] = {duration{50}, 0, "hello\n"};
  o.programs["bad"] = {duration{50}, 3, "bad\n"};
  o.programs["endless"] = {duration{60'000}, 0, ""};
  o.programs["database.dump"] = {duration{50}, 0, "{\"size\": 3}\n"};
  return o;
}

}  // namespace

TEST_CASE("provider/command: the world model answers as the provider does") {
  const commands_fixture place;
  const auto file = place.file("schema");
  std::ofstream(file) << "before";
  real_side real(place);
  script(real, file);
  world_side model(as_the_script_says());
  script(model, file);
  REQUIRE(real.lines.size() == model.lines.size());
  for (std::size_t i = 0; i < real.lines.size(); ++i) CHECK(model.lines[i] == real.lines[i]);
}

TEST_CASE("provider/command: programs of the world model can be broken, stalled and disturbed") {
  world_side s({});
  const char* definition = R"({"command": ["m"], "undo": ["u"], "resource": "database:${component}"})";
  const auto migrate = [&](verb what, const std::string& key) {
    return task(what, "migrate", definition, {{"version", "2"}}, key);
  };
  s.model().install("database:database", "1");
  auto begun = s.ask_once(migrate(verb::apply, "a"));
  REQUIRE(begun.kind == answer_kind::started);
  CHECK(s.model().next_change().has_value());
  CHECK(s.model().disturb(disturbance::fail_half_way, migrate(verb::apply, "a")));
  CHECK(s.settle(migrate(verb::apply, "a"), begun).kind == answer_kind::failed);
  CHECK(s.model().snapshot().at("database:database") == "half of 2");
  s.play("undo", migrate(verb::undo, "a"));
  CHECK(s.model().snapshot().at("database:database") == "1");

  begun = s.ask_once(migrate(verb::apply, "b"));
  CHECK(s.model().disturb(disturbance::stall, migrate(verb::apply, "b")));
  s.pass(std::chrono::hours(1));
  auto look = migrate(verb::settle, "b");
  look.handle = begun.value;
  CHECK(s.ask_once(look).kind == answer_kind::progress);
  CHECK(s.model().disturb(disturbance::foreign_change, look));
  CHECK(s.model().snapshot().at("database:database") == "set by somebody else");
  CHECK_FALSE(s.model().disturb(disturbance::stall, migrate(verb::apply, "never begun")));
  CHECK(s.where().effects().at("a").times == 1);
  CHECK(s.where().effects().at("a").undone == 1);
}

TEST_CASE("provider/command: a program of the world model prints what its step expects") {
  world_side s({});
  const auto ends = [&](const json::object& expect, const std::string& key) {
    auto q = shell(verb::apply, "tool --version", key);
    q.inputs["expect"] = expect;
    return s.settle(q, s.ask_once(q)).kind;
  };
  CHECK(ends({{"version", ">= 1.28"}}, "a") == answer_kind::done);
  CHECK(ends({{"version", ">= 2.0 < 3"}, {"contains", "Python 2"}}, "b") == answer_kind::done);
  CHECK(ends({{"version", "> 16"}}, "c") == answer_kind::done);
  CHECK(ends({{"version", "< 0.9"}}, "d") == answer_kind::done);
  CHECK(ends({{"version", "> 3 < 2"}}, "e") == answer_kind::failed);
}
