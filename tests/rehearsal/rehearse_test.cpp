#include "plans.hpp"

#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

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
  CHECK(r->released > 20);
}
