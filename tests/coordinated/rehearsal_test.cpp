// deployment-specifications with every fault at every step, over the models of ECS, CloudFront and programs.
#include "documents.hpp"

#include <doctest/doctest.h>

using namespace tests;

TEST_CASE("coordinated: the process of deployment-specifications is rehearsed without a violation") {
  const auto what = compiled_for("testing", documents{}, {});
  rehearsal_options options;
  options.compare_every = 50;
  options.make_world = [&](const std::shared_ptr<world>& w) {
    return make_recorded_world(what, recording{}, w).value();
  };
  const auto report = rehearse(what, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  CHECK(report->runs > 100);
  CHECK(report->restored > 0);
  MESSAGE("runs ", report->runs, ", released ", report->released, ", restored ", report->restored,
          ", parked ", report->parked);
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, "  ", v.replay);
}
