#include "health/truth.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shipflow::health;

namespace {
const std::array all{yes(), no(), unknown(reason::empty), unknown(reason::missing)};
}

TEST_CASE("health/truth: Kleene's laws hold for all values, reasons included") {
  for (const auto a : all) {
    CHECK(negate(negate(a)) == a);
    CHECK(both(a, a) == a);
    CHECK(either(a, a) == a);
    CHECK(both(a, yes()) == a);
    CHECK(either(a, no()) == a);
    CHECK(both(a, no()) == no());
    CHECK(either(a, yes()) == yes());
    for (const auto b : all) {
      CHECK(both(a, b) == both(b, a));
      CHECK(either(a, b) == either(b, a));
      CHECK(negate(both(a, b)) == either(negate(a), negate(b)));
      CHECK(negate(either(a, b)) == both(negate(a), negate(b)));
      CHECK(both(a, either(a, b)).t == a.t);
      CHECK(either(a, both(a, b)).t == a.t);
      for (const auto c : all) {
        CHECK(both(a, both(b, c)) == both(both(a, b), c));
        CHECK(either(a, either(b, c)) == either(either(a, b), c));
        CHECK(both(a, either(b, c)).t == either(both(a, b), both(a, c)).t);
      }
    }
  }
}

TEST_CASE("health/truth: of two reasons the weightier one is kept") {
  CHECK(both(unknown(reason::empty), unknown(reason::missing)).why == reason::missing);
  CHECK(either(unknown(reason::invalid), unknown(reason::low_count)).why == reason::invalid);
}
