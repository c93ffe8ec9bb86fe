// A plan over time, by releases that really ran.
#include "rig.hpp"

#include <shipflow/plan_timeline.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

plan_builder release_of(const std::string& version) {
  plan_builder b;
  b.get().release.version = version;
  b.approval("go", {"qa"});
  b.set("api", "api", version, {"go"});
  b.wait("bake", std::chrono::minutes{10}, {"api"});
  return b;
}

void carry_out(rig& r, const std::string& version, shipflow::duration thought) {
  auto b = release_of(version);
  const auto run = r.start(b);
  r.settle();
  r.time.run_until([] { return false; }, thought);
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  REQUIRE(r.finish(run));
}

}  // namespace

TEST_CASE("engine/timeline: steps last as the median of former releases, waits as the plan says") {
  rig r;
  carry_out(r, "1.0.0", std::chrono::minutes{1});
  carry_out(r, "1.1.0", std::chrono::minutes{3});
  carry_out(r, "1.2.0", std::chrono::minutes{60});
  auto next = release_of("1.3.0");
  const auto known = shipflow::estimates_of(*r.store, next.get()).value();
  CHECK(known.at("go").runs == 3);
  CHECK(known.at("go").lasts >= std::chrono::minutes{3});
  CHECK(known.at("go").lasts < std::chrono::minutes{4});
  const auto text = shipflow::to_timeline(next.get(), known);
  CHECK(has(text, "toy 1.3.0 to test: about 13m"));
  CHECK(has(text, "3 releases"));
  CHECK_MESSAGE(has(text, "10m        the plan"), text);
  auto elsewhere = release_of("1.3.0");
  elsewhere.get().environment = "nowhere";
  CHECK(shipflow::estimates_of(*r.store, elsewhere.get()).value().empty());
}

TEST_CASE("engine/timeline: what nobody knows is called so and counts as nothing") {
  auto b = release_of("1.0.0");
  const auto text = shipflow::to_timeline(b.get(), {});
  CHECK(has(text, "at least 10m, without 2 steps of which nothing is known"));
  CHECK_MESSAGE(has(text, "?          not known"), text);
  CHECK(shipflow::to_timeline({}, {}).find("about 0s") != std::string::npos);
}
