// Two engines on one store, of which one was stopped for a while and does not know that it lost its run.
#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shipflow_test;
using shipflow::answer;
using shipflow::verb;

namespace {

class hooked_store final : public shipflow::rehearsal::wrapped_store {
 public:
  using wrapped_store::wrapped_store;
  std::function<void(const shipflow::commit_request&)> before;
  bool full = false;
  void commit(shipflow::commit_request c, std::function<void(shipflow::commit_result)> done) override {
    if (before) before(c);
    if (full) {
      shipflow::commit_result refused;
      refused.status = shipflow::commit_status::failed;
      return done(refused);
    }
    wrapped_store::commit(std::move(c), std::move(done));
  }
};

// An engine in a program of its own, which can be stopped and goes on later.
struct second_engine {
  explicit second_engine(rig& r)
      : program(r.time.begin_program()),
        keep(std::make_shared<hooked_store>(r.store)),
        toy(std::make_shared<toy_provider>(r.world, *program)) {
    shipflow::engine_options options;
    options.observer = [this](const shipflow::engine_event& e) { events.push_back(e); };
    works = std::make_unique<shipflow::engine>(*program, keep, options);
    (void)works->add(toy);
  }
  [[nodiscard]] bool lost() const {
    return std::any_of(events.begin(), events.end(),
                       [](const auto& e) { return e.what_kind == shipflow::engine_event::kind::lost; });
  }

  std::unique_ptr<shipflow::virtual_program> program;
  std::shared_ptr<hooked_store> keep;
  std::shared_ptr<toy_provider> toy;
  std::vector<shipflow::engine_event> events;
  std::unique_ptr<shipflow::engine> works;
};

std::string start(second_engine& e, plan_builder& b) {
  return e.works->start(b.get(), {.principal = "user:dana", .groups = {}, .reason = "", .external_id = ""})
      .value();
}

bool has(rig& r, const std::string& run, shipflow::fact_kind kind) {
  const auto facts = r.store->read_facts(run);
  return facts && std::any_of(facts->begin(), facts->end(), [&](const auto& f) { return f.kind == kind; });
}

}  // namespace

TEST_CASE(
    "engine/lost: what is said to an engine that lost the run is heard although nobody else has it loaded") {
  rig r;
  second_engine old(r);
  plan_builder b;
  b.set("api", "api", "2", {}, true);
  b.approval("go", {"qa"}, {"api"});
  // To the old engine what it started never ends, so that it has nothing to write and nothing to notice.
  old.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != verb::settle) return false;
    reply(answer::in_progress(50, "coming up", shipflow::duration{500}));
    return true;
  };
  const auto run = start(old, b);
  REQUIRE(r.time.run_until([&] { return has(r, run, shipflow::fact_kind::started); }));
  REQUIRE(r.engine->resume().value() == 1);
  REQUIRE(r.time.run_until([&] { return r.store->get_run(run)->owner.empty(); }));
  REQUIRE(old.works->loaded() == 1);
  REQUIRE(old.works->say(run, {"", "approve", "user:quinn", {}, {{"step", "go"}}}));
  CHECK(r.time.run_until([&] { return r.store->get_run(run)->status == shipflow::run_status::released; },
                         std::chrono::minutes(5)));
  CHECK(old.lost());
}

TEST_CASE(
    "engine/lost: an engine that was stopped before it put something back leaves it when its time is over") {
  rig r;
  r.world->values = {{"api", "1"}};
  second_engine old(r);
  plan_builder b;
  b.set("api", "api", "2");
  b.approval("go", {"qa"}, {"api"});
  const auto run = start(old, b);
  REQUIRE(r.time.run_until([&] { return r.store->get_run(run)->owner.empty(); }));
  REQUIRE(old.works->say(run, {"", "cancel", "user:dana", {}, {}}));
  REQUIRE(r.time.run_until([&] { return has(r, run, shipflow::fact_kind::undo_intent); }));
  old.program->pause();
  const auto undone = [&] { return std::count(r.world->log.begin(), r.world->log.end(), "undo api=1"); };
  REQUIRE(undone() == 0);
  REQUIRE(r.engine->resume().value() == 1);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  // A newer release sets it again.
  r.world->values["api"] = "3";
  old.program->proceed();
  r.settle();
  CHECK(undone() == 1);
  CHECK(r.world->values["api"] == "3");
  CHECK(old.lost());
}

TEST_CASE("engine/lost: a run with a call of which nothing is known stays with the engine that made it") {
  rig r;
  plan_builder b;
  b.make("tag");
  int calls = 0;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what == verb::apply && ++calls > 1) return false;
    reply(q.what == verb::apply ? answer::unknown("cut") : answer::not_applied());
    return true;
  };
  const auto run = r.start(b);
  r.settle();
  CHECK(r.engine->loaded() == 1);
  CHECK(r.look(run).steps[0].status == shipflow::step_status::unclear);
  const auto fence = r.store->get_run(run)->fence;
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(calls == 2);
  CHECK(r.store->get_run(run)->fence == fence);
}

TEST_CASE(
    "engine/lost: an engine that was stopped while it gave a run back goes on from where another one left "
    "it") {
  rig r;
  second_engine old(r);
  plan_builder b;
  b.approval("first", {"qa"});
  b.approval("second", {"qa"}, {"first"});
  // Something is to be recorded just when the run is given back, and then the engine stands still.
  old.keep->before = [&](const shipflow::commit_request& c) {
    if (!c.release) return;
    old.keep->before = nullptr;
    old.program->set_clock(std::chrono::minutes(-1));
    old.program->pause();
  };
  const auto run = start(old, b);
  REQUIRE(r.time.run_until([&] { return r.store->get_run(run)->owner.empty(); }));
  REQUIRE(r.engine->resume().has_value());
  REQUIRE(r.say(run, "approve", "user:quinn", {{"step", "first"}}));
  REQUIRE(r.time.run_until([&] { return r.look(run).steps[1].status == shipflow::step_status::asking; }));
  r.settle();
  old.program->proceed();
  r.settle();
  CHECK(r.store->get_run(run)->owner.empty());
  REQUIRE(r.say(run, "approve", "user:quinn", {{"step", "second"}}));
  CHECK(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE(
    "engine/lost: what waits while the store is full and the clock is set is judged by the time that "
    "passed") {
  rig r;
  second_engine only(r);
  plan_builder b;
  b.make("tag");
  b.set("api", "api", "2");
  int made = 0;
  std::map<std::string, shipflow::reply> held;
  only.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    const bool resolves = q.step == "tag" && q.what == verb::resolve;
    const bool sets = q.step == "api" && q.what == verb::apply;
    if (q.step == "tag" && q.what == verb::apply && ++made == 1) {
      reply(answer::unknown("cut"));
      return true;
    }
    if ((!resolves && !sets) || held.contains(q.step)) return false;
    held.emplace(q.step, std::move(reply));
    return true;
  };
  const auto run = start(only, b);
  REQUIRE(r.time.run_until([&] { return held.size() == 2; }, std::chrono::seconds(20)));
  only.keep->full = true;
  held.at("api")(answer::done());
  r.time.run_ready();
  held.at("tag")(answer::not_applied());
  r.time.run_ready();
  only.program->set_clock(std::chrono::hours(1));
  r.time.run_ready();
  only.keep->full = false;
  r.settle();
  CHECK(made == 1);
  CHECK(only.works->look(run)->steps[0].status == shipflow::step_status::unclear);
  only.works->stop();
}
