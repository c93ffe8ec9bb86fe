#include "shopflow.hpp"

#include <shipflow/recording.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace shipflow;

TEST_CASE("rehearsal/shopflow: the production plan leads back from every fault at every step") {
  const auto plan = shipflow_test::shopflow_production();
  rehearsal_options options;
  options.compare_every = 50;
  options.make_world = [&](const std::shared_ptr<world>& where) {
    return make_recorded_world(plan, {}, where).value();
  };
  const auto r = rehearse(plan, options);
  if (!r) FAIL(r.error().text());
  for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, "\n  ", v.replay);
  CHECK(r->undisturbed.lasted > std::chrono::hours(24));
  CHECK(r->rows.size() == plan.steps.size());
  CHECK(r->cells.size() > 150);
  CHECK(r->point_of_no_return.empty());
  // A migration that people use already stays, as the plan says; before that it is taken back.
  const auto migrate =
      std::find_if(r->rows.begin(), r->rows.end(), [](const auto& row) { return row.id == "migrate"; });
  REQUIRE(migrate != r->rows.end());
  CHECK(migrate->undone);
}
