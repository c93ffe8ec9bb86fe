#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using std::chrono::hours;

namespace {

std::string finished(rig& r) {
  plan_builder b;
  b.make("build");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  return run;
}

}  // namespace

TEST_CASE("engine/retention: journals go after 90 days, lines of the history after a year") {
  rig r;
  const auto old = finished(r);
  plan_builder b;
  b.approval("go", {"qa"});
  const auto waiting = r.start(b);
  r.settle();
  const auto days = [&](int n) { return r.time.now() + hours(24 * n); };
  CHECK(*shipflow::purge_old(*r.store, {}, days(89)) == 0);
  CHECK_FALSE(r.store->read_facts(old)->empty());
  CHECK(*shipflow::purge_old(*r.store, {}, days(91)) == 1);
  CHECK(r.store->read_facts(old)->empty());
  REQUIRE(r.store->get_run(old).has_value());
  for (const auto& error :
       {shipflow::verify_audit(*r.store, old).error(), shipflow::load_run(*r.store, old).error()}) {
    CHECK(error.code == shipflow::errc::not_found);
    CHECK(error.message.find("a purge deletes them") != std::string::npos);
  }
  CHECK(shipflow::load_plan(*r.store, r.store->get_run(old)->plan_digest)->name == "toy");
  CHECK(*shipflow::purge_old(*r.store, {}, days(366)) == 1);
  CHECK_FALSE(r.store->get_run(old).has_value());
  CHECK_FALSE(r.store->read_facts(waiting)->empty());
}

TEST_CASE("engine/retention: a policy that makes no sense is refused and deletes nothing") {
  rig r;
  const auto run = finished(r);
  const auto later = r.time.now() + hours(24 * 1'000);
  CHECK(shipflow::purge_old(*r.store, {hours(48), hours(24)}, later).error().code ==
        shipflow::errc::invalid_argument);
  CHECK(shipflow::purge_old(*r.store, {-hours(1), hours(24)}, later).error().code ==
        shipflow::errc::invalid_argument);
  CHECK_FALSE(r.store->read_facts(run)->empty());
}
