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

TEST_CASE("rehearsal: what people would be told changes nothing and holds no secret") {
  const auto small = [](bool told) {
    rehearsed_plan b;
    b.approval("go", {"qa"});
    b.set("api", "api", "2", {"go"});
    b.wait("bake", std::chrono::minutes(10), {"api"});
    b.probe("health", "api");
    if (!told) return b.get();
    b.get().channels = {{"ops", "slack", {{"slack", "https://hooks.example.com/${secret:TOKEN}"}}}};
    for (const auto& m : moments())
      b.get().messages.push_back(
          {std::string(m.name), {}, {}, {"ops"}, {{text_piece::kind::moment, "why", "nothing"}}});
    return b.get();
  };
  const auto quiet = rehearse(small(false), {});
  const auto loud = rehearse(small(true), {});
  REQUIRE(quiet.has_value());
  REQUIRE(loud.has_value());
  print(*loud);
  CHECK(loud->violations.empty());
  CHECK(loud->cells.size() == quiet->cells.size());
  CHECK(loud->released == quiet->released);
  CHECK(loud->restored == quiet->restored);
  CHECK(loud->parked == quiet->parked);
}
