// An engine that is destroyed leaves nothing behind that its scheduler would still carry out.
#include "engine/rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;

TEST_CASE("engine/ending: what an engine had posted does nothing after its end, at every moment of a run") {
  for (int moment = 0; moment < 40; ++moment) {
    CAPTURE(moment);
    rig r;
    plan_builder b;
    b.set("api", "api", "2");
    b.set("web", "web", "2", {"api"}, true);
    r.world->values = {{"api", "1"}, {"web", "1"}};
    const auto run = r.start(b);
    for (int i = 0; i < moment && r.time.step(r.time.now() + std::chrono::minutes(1)); ++i) {
    }
    r.engine.reset();
    const auto events = r.events.size();
    const auto facts = r.store->read_facts(run).value().size();
    (void)r.time.run_until([] { return false; }, std::chrono::minutes(10));
    CHECK(r.events.size() == events);
    CHECK(r.store->read_facts(run).value().size() == facts);
    CHECK(r.world->log.size() <= facts / 2);  // nothing without its intent
  }
}

namespace {

/// Counts what is posted to it after it would be gone.
class mortal_time final : public shipflow::scheduler {
 public:
  shipflow::virtual_time inner{1};
  bool gone = false;
  int too_late = 0;

  shipflow::time_point now() override { return inner.now(); }
  void post(handler h) override {
    too_late += gone ? 1 : 0;
    inner.post(std::move(h));
  }
  timer_id call_at(shipflow::time_point at, handler h) override { return inner.call_at(at, std::move(h)); }
  void cancel(timer_id timer) override { inner.cancel(timer); }
  std::uint64_t random() override { return inner.random(); }
};

}  // namespace

TEST_CASE("engine/ending: an answer after the end of the engine does not touch its scheduler") {
  mortal_time time;
  const auto world = std::make_shared<toy_world>();
  const auto toy = std::make_shared<toy_provider>(world, time);
  shipflow::reply kept;
  toy->intercept = [&](const shipflow::request&, shipflow::reply& r) {
    kept = std::move(r);
    return true;
  };
  auto engine =
      std::make_unique<shipflow::engine>(time, shipflow::make_memory_store(), shipflow::engine_options{});
  engine->add(toy).value();
  plan_builder b;
  b.set("api", "api", "2");
  (void)engine->start(b.get(), {"user:dana", {}, "", ""}).value();
  time.inner.run_until([&] { return static_cast<bool>(kept); });
  REQUIRE(static_cast<bool>(kept));
  engine.reset();
  time.gone = true;
  kept(shipflow::answer::done());
  CHECK(time.too_late == 0);
}
