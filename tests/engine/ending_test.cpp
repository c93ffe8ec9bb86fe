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
