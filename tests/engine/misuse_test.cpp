// What a host in C++ can do wrong around calls, and what comes of it: tests/capi/MISUSE.md.
#include "support/plans.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/loop.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace shipflow;
using shipflow_test::plan_builder;

namespace {

// A provider whose verbs are the test's; everything else is done.
struct host_provider final : provider {
  std::function<bool(const request&, reply&)> act;
  std::vector<std::string> asked;
  std::string name() const override { return "toy"; }
  std::vector<action_spec> actions() const override {
    action_spec set;
    set.name = "set";
    set.inputs = {{"*", "any", false, false, ""}};
    set.resources = {"${resource}"};
    return {set};
  }
  void call(request q, reply r) override {
    asked.emplace_back(name_of(q.what));
    if (!act || !act(q, r)) r(answer::done());
  }
};

struct place {
  loop time;
  std::shared_ptr<host_provider> toy = std::make_shared<host_provider>();
  std::unique_ptr<class engine> engine;
  std::string run;

  place() : engine(std::make_unique<class engine>(time, make_memory_store(), engine_options{})) {
    engine->add(toy).value();
  }
  void start() {
    plan_builder b;
    b.set("one", "thing", "2");
    run = engine->start(b.get(), {"user:dana", {}, "", ""}).value();
  }
  bool asked(const std::string& verb) const {
    return std::find(toy->asked.begin(), toy->asked.end(), verb) != toy->asked.end();
  }
};

}  // namespace

TEST_CASE(
    "engine/misuse: what a provider throws reaches whoever runs the loop, and the world is asked what was "
    "done") {
  place p;
  int thrown = 0;
  p.toy->act = [&](const request& q, reply&) -> bool {
    if (q.what == verb::apply && thrown++ == 0) throw std::runtime_error("a bug of the host");
    return false;
  };
  p.start();
  CHECK_THROWS_WITH(p.time.run_until([&] { return p.engine->ended(p.run); }), "a bug of the host");
  p.time.run_until([&] { return p.engine->ended(p.run); });
  CHECK(p.engine->look(p.run)->phase == phase::released);
  CHECK(p.asked("resolve"));
}

TEST_CASE("engine/misuse: a second answer is ignored") {
  place p;
  p.toy->act = [&](const request& q, reply& r) {
    if (q.what != verb::apply) return false;
    r(answer::done());
    r(answer::failed(make_error(errc::failed, "changed my mind")));
    return true;
  };
  p.start();
  p.time.run_until([&] { return p.engine->ended(p.run); });
  CHECK(p.engine->look(p.run)->phase == phase::released);
}

TEST_CASE("engine/misuse: an answer from another thread after the engine is gone changes nothing") {
  place p;
  std::optional<reply> kept;
  p.toy->act = [&](const request& q, reply& r) {
    if (q.what != verb::apply) return false;
    kept.emplace(std::move(r));
    return true;
  };
  p.start();
  p.time.run_until([&] { return kept.has_value(); });
  p.engine.reset();
  std::jthread([&] { (*kept)(answer::done()); }).join();
  p.time.run_ready();
  CHECK(p.toy->asked.back() == "apply");
}
