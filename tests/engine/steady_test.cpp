// Slots that a metric source promised to be alike are left out. Whatever is said later must be as if they had been
// looked at.
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct promised {
  rig r;
  std::string run;

  explicit promised(shipflow::duration for_how_long = hours(2)) {
    r.world->values = {{"traffic", "1"}};
    plan_builder b;
    b.set("traffic", "traffic", "2").first_traffic = true;
    b.wait("bake", hours(3), {"traffic"});
    b.trigger("errors", "traffic", "5m");
    if (for_how_long.count() > 0) r.metrics->promise = r.time.now() + for_how_long;
    run = r.start(b);
    pass(hours(2));
    r.metrics->promise.reset();
  }
  void pass(shipflow::duration d) {
    r.time.run_until([] { return false; }, d);
  }
  std::string phase() { return std::string(name_of(r.engine->look(run)->phase)); }
  int verdicts(const std::string& level) {
    int n = 0;
    for (const auto& f : r.store->read_facts(run).value())
      n += f.kind == shipflow::fact_kind::verdict &&
                   f.body.find("\"level\":\"" + level + "\"") != std::string::npos
               ? 1
               : 0;
    return n;
  }
};

}  // namespace

TEST_CASE("engine/steady: what comes after the promise is seen as soon as ever") {
  promised p;
  CHECK(p.r.metrics->looks < 120);
  CHECK(p.phase() == "forward");
  p.r.metrics->fail(0.05);
  const auto since = p.r.time.now();
  REQUIRE(p.r.time.run_until([&] { return p.r.engine->ended(p.run); }, hours(2)));
  CHECK(p.phase() == "rolled_back");
  CHECK(p.r.time.now() - since < minutes(6));
  CHECK(p.r.time.now() - since >= minutes(5) - seconds(10));
}

TEST_CASE(
    "engine/steady: an engine that takes over after the promise sees what it would have seen without one") {
  promised p;
  promised none(shipflow::duration{0});
  for (auto* one : {&p, &none}) {
    one->pass(minutes(3));
    one->r.crash();
    REQUIRE(one->r.engine->resume().has_value());
    REQUIRE(one->r.time.run_until([&] { return one->r.engine->ended(one->run); }, hours(2)));
  }
  CHECK(p.r.metrics->looks < none.r.metrics->looks);
  CHECK(p.phase() == "released");
  CHECK(none.phase() == "released");
  for (const auto* level : {"pass", "alert", "unavailable", "insufficient"})
    CHECK_MESSAGE(p.verdicts(level) == none.verdicts(level), level);
}
