// deployment-specifications with every fault at every step, over the models of ECS, RDS, S3, CloudFront and programs.
#include "documents.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

using namespace tests;

namespace {

void has_no_violation(const std::string& environment, rehearsal_options options) {
  const auto what = compiled_for(environment);
  options.compare_every = 50;
  options.watch = std::chrono::minutes(1);  // a day of probes shows nothing that a minute does not
  options.make_world = [&](const std::shared_ptr<world>& w) {
    return make_recorded_world(what, recording{}, w).value();
  };
  const auto report = rehearse(what, options);
  REQUIRE_MESSAGE(report.has_value(), report.error().message);
  CHECK(report->runs >= 50);
  CHECK(report->restored > 0);
  MESSAGE(environment, ": runs ", report->runs, ", released ", report->released, ", restored ",
          report->restored, ", parked ", report->parked);
  for (const auto& v : report->violations) FAIL_CHECK(v.check, ": ", v.what, "  ", v.replay);
}

/// A share of all faults, by a seed; all of them with SHIPFLOW_REHEARSE=all.
rehearsal_options some_faults() {
  rehearsal_options options;
  if (std::getenv("SHIPFLOW_REHEARSE") != nullptr) return options;
  options.mode = rehearsal_mode::swarm;
  options.runs = 50;
  options.seed = std::random_device{}();
  MESSAGE("seed ", options.seed);
  return options;
}

/// Every fault at every step takes minutes in a build that is not optimised.
rehearsal_options as_many_as_fit() {
#ifdef NDEBUG
  return {};
#else
  return some_faults();
#endif
}

}  // namespace

TEST_CASE("coordinated: deployment-specifications is rehearsed for testing without a violation") {
  has_no_violation("testing", as_many_as_fit());
}
TEST_CASE("coordinated: deployment-specifications is rehearsed for production without a violation") {
  has_no_violation("production", some_faults());
}
