#include "plans.hpp"

#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>

using namespace shipflow_test;
using namespace shipflow;

namespace {

void print(const rehearsal_report& r) {
  for (const auto& v : r.violations) std::cout << v.check << ": " << v.what << "\n    " << v.replay << '\n';
}

}  // namespace

TEST_CASE("rehearsal: every fault at every step of a release leads back or on") {
  rehearsed_plan b;
  rehearsal_options options;
  const auto r = rehearse(b.shop().get(), options);
  if (!r) FAIL(r.error().text());
  print(*r);
  CHECK(r->violations.empty());
  CHECK(r->undisturbed.outcome == rehearsed::released);
  CHECK(r->undisturbed.lasted > std::chrono::hours(24));
  CHECK(r->cells.size() > 100);
  CHECK(r->restored > 20);
  // Nothing of the catalogue is there in name only.
  for (const auto& kind : fault_catalogue()) {
    CAPTURE(kind.name);
    CHECK(std::any_of(r->columns.begin(), r->columns.end(),
                      [&](const auto& c) { return c.name == kind.name; }));
  }
  CHECK(r->released > 20);
}
