#include "rig.hpp"
#include "support/plans.hpp"
#include "support/toy_metrics.hpp"
#include "support/toy_world.hpp"

#include <shipflow/engine.hpp>
#include <shipflow/loop.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::duration;
using shipflow::time_point;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// A wall clock that can be set, over a time that only goes on.
class jumping_clock final : public shipflow::scheduler {
 public:
  explicit jumping_clock(shipflow::scheduler& steady) : steady_(steady) {}

  time_point now() override { return steady_.now() + off_; }
  void post(handler h) override { steady_.post(std::move(h)); }
  timer_id call_at(time_point at, handler h) override {
    wall_[++last_] = {at, std::move(h), 0};
    arm(last_);
    return last_;
  }
  timer_id call_after(duration wait, handler h) override {
    const auto id = ++last_;
    pauses_[id] = steady_.call_at(steady_.now() + wait, std::move(h));
    return id;
  }
  timer_id watch_clock(std::function<void(duration)> h) override {
    watchers_[++last_] = std::move(h);
    return last_;
  }
  void cancel(timer_id timer) override {
    if (const auto found = wall_.find(timer); found != wall_.end()) {
      steady_.cancel(found->second.under);
      wall_.erase(found);
    }
    if (const auto found = pauses_.find(timer); found != pauses_.end()) {
      steady_.cancel(found->second);
      pauses_.erase(found);
    }
    watchers_.erase(timer);
  }
  std::uint64_t random() override { return steady_.random(); }

  void jump(duration by) {
    off_ += by;
    for (auto& [id, w] : wall_) {
      steady_.cancel(w.under);
      arm(id);
    }
    const auto told = watchers_;
    for (const auto& [id, h] : told) h(by);
  }

 private:
  struct waiting {
    time_point at;
    handler h;
    timer_id under = 0;
  };
  void arm(timer_id id) {
    auto& w = wall_.at(id);
    w.under = steady_.call_at(w.at - off_, [this, id] {
      const auto found = wall_.find(id);
      auto h = std::move(found->second.h);
      wall_.erase(found);
      h();
    });
  }

  shipflow::scheduler& steady_;
  duration off_{0};
  std::map<timer_id, waiting> wall_;
  std::map<timer_id, timer_id> pauses_;
  std::map<timer_id, std::function<void(duration)>> watchers_;
  timer_id last_ = 0;
};

// Traffic, half an hour of bake, a trigger over errors.
struct stage {
  virtual_time steady{1};
  jumping_clock clock{steady};
  std::shared_ptr<shipflow::store> store = shipflow::make_memory_store();
  std::shared_ptr<toy_world> world = std::make_shared<toy_world>();
  std::shared_ptr<toy_metrics> metrics = std::make_shared<toy_metrics>(steady);
  std::unique_ptr<shipflow::engine> engine;
  std::string run;

  stage() {
    boot();
    world->values = {{"traffic", "1"}};
    plan_builder b;
    b.set("traffic", "traffic", "2").first_traffic = true;
    b.wait("bake", minutes(30), {"traffic"});
    b.trigger("errors", "traffic", "5m");
    run = engine->start(b.get(), {.principal = "user:dana", .groups = {}, .reason = "", .external_id = ""})
              .value();
    pass(minutes(5));
    REQUIRE(world->values["traffic"] == "2");
  }
  void boot() {
    engine = std::make_unique<shipflow::engine>(clock, store, shipflow::engine_options{});
    (void)engine->add(std::make_shared<toy_provider>(world, clock));
    (void)engine->add(metrics);
  }
  void pass(duration d) {
    steady.run_until([] { return false; }, d);
  }
  // How long it takes, in time that nobody can set.
  duration until_ended() {
    const auto since = steady.now();
    REQUIRE(steady.run_until([&] { return engine->ended(run); }));
    return steady.now() - since;
  }
  std::string phase() { return std::string(name_of(engine->look(run)->phase)); }
  std::vector<std::int64_t> jumps() {
    std::vector<std::int64_t> out;
    for (const auto& stored : store->read_facts(run).value()) {
      if (stored.kind != shipflow::fact_kind::note) continue;
      const auto f = shipflow::parse_json(stored.body).value().as_object();
      if (const auto* by = f.at("body").as_object().if_contains("clock_jump_ms"))
        out.push_back(by->as_int64());
    }
    return out;
  }
};

}  // namespace

TEST_CASE("engine/clock: a jump back is recorded, loses no timer and stops no guard") {
  stage s;
  s.clock.jump(-hours(1));
  s.metrics->fail(0.05);
  const auto took = s.until_ended();
  CHECK(s.phase() == "rolled_back");
  CHECK(took >= minutes(5) - seconds(10));
  CHECK(took <= minutes(5) + seconds(30));
  CHECK(s.jumps() == std::vector<std::int64_t>{-3'600'000});
}

TEST_CASE("engine/clock: after a jump back what is due at a time of day waits for it") {
  stage s;
  s.clock.jump(-hours(1));
  const auto took = s.until_ended();
  CHECK(s.phase() == "released");
  CHECK(took >= minutes(84));
  CHECK(took <= minutes(87));
}

TEST_CASE("engine/clock: a jump forward is recorded, and what became due is done at once") {
  stage s;
  s.clock.jump(hours(1));
  const auto took = s.until_ended();
  CHECK(s.phase() == "released");
  CHECK(took <= minutes(1));
  CHECK(s.jumps() == std::vector<std::int64_t>{3'600'000});
}

TEST_CASE("engine/clock: a jump forward fakes no breach, the slots jumped over are missing") {
  stage s;
  s.metrics->fail(0.05);
  s.pass(minutes(2));
  s.clock.jump(minutes(10));
  const auto took = s.until_ended();
  CHECK(s.phase() == "rolled_back");
  CHECK(took >= minutes(5) - seconds(10));
}

TEST_CASE("engine/clock: a clock that was set back before a takeover stops no guard") {
  stage s;
  s.metrics->fail(0.05);
  s.pass(minutes(1));
  s.engine.reset();
  s.steady.forget();
  s.clock.jump(-hours(1));
  s.boot();
  REQUIRE(s.engine->resume().has_value());
  const auto took = s.until_ended();
  CHECK(s.phase() == "rolled_back");
  CHECK(took <= minutes(6));
}

TEST_CASE("engine/clock: the loop tells a jump, and pauses do not notice it") {
  duration off{0};
  shipflow::loop loop(
      [&] { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + off; });
  std::vector<duration> jumps;
  const auto watch = loop.watch_clock([&](duration by) { jumps.push_back(by); });
  loop.run_ready();
  CHECK(jumps.empty());
  bool wall = false;
  loop.call_at(loop.now() + hours(1), [&] { wall = true; });
  SUBCASE("forward: what is due then runs") {
    off = hours(2);
    loop.run_until([&] { return wall; });
    REQUIRE(jumps.size() == 1);
    CHECK(jumps[0] >= hours(2) - seconds(1));
  }
  SUBCASE("back: a pause ends all the same") {
    bool pause = false;
    loop.call_after(duration{20}, [&] { pause = true; });
    off = -hours(2);
    loop.run_until([&] { return pause; });
    REQUIRE(jumps.size() == 1);
    CHECK(jumps[0] <= -hours(2) + seconds(1));
    CHECK_FALSE(wall);
  }
  SUBCASE("nobody is told any more after cancel") {
    loop.cancel(watch);
    off = hours(2);
    loop.run_until([&] { return wall; });
    CHECK(jumps.empty());
  }
}
