// Evidence straight from a store, against that of the record of the same run.
#include "engine/rig.hpp"

#include <shipflow/evidence.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;

namespace {

json::array as_json(const std::vector<shipflow::guard_evidence>& all) {
  json::array out;
  for (const auto& g : all) out.push_back(to_json(g));
  return out;
}

// A watched release with a probe and two triggers, one of which sees trouble.
std::string watched(rig& r) {
  plan_builder b;
  b.set("api", "api", "2").first_traffic = true;
  b.watch("watch", std::chrono::hours(1), {"api"});
  b.probe("health", "api", "SEV3");
  for (const char* id : {"errors", "more-errors"}) {
    auto& g = b.trigger(id, "api", "30s");
    g.severity = "SEV3";
  }
  const auto run = r.start(b);
  r.time.run_until([] { return false; }, std::chrono::minutes(20));
  r.metrics->fail(0.05);
  r.probes->now["health"] = shipflow::look::fail;
  r.time.run_until([] { return false; }, std::chrono::minutes(5));
  r.metrics->fail(0);
  REQUIRE(r.finish(run));
  return run;
}

}  // namespace

TEST_CASE("evidence: straight from the store it is the same as by way of the record, point by point") {
  rig r;
  const auto run = watched(r);
  const auto record = shipflow::record_decisions(*r.store, run).value();
  const auto by_record = shipflow::evidence_of(record).value();
  const auto by_store = shipflow::evidence_of(*r.store, run).value();
  REQUIRE(by_store.size() == 3);
  REQUIRE(by_record.size() == by_store.size());
  CHECK(as_json(by_store) == as_json(by_record));
  CHECK(by_store[1].begins == by_record[1].begins);
  CHECK(by_store[1].lines.at(0).points.size() > 300);
  CHECK(shipflow::decide_again(record).value().difference.empty());
}

TEST_CASE("evidence: a run that is not there, and samples that are not readable, are errors by name") {
  rig r;
  CHECK(shipflow::evidence_of(*r.store, "nobody").error().code == shipflow::errc::not_found);
}
