#include "health/probe_health.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace shipflow;
using health::probe_health;
using state = probe_health::state;

namespace {

// p: pass, f: fail, u: unavailable. The states after each look as U, ^ (up) and v (down).
std::string states(int rise, int fall, const std::string& looks) {
  probe_health h(rise, fall);
  std::string out;
  std::int64_t ms = 0;
  for (const char c : looks) {
    const auto seen = c == 'p' ? look::pass : c == 'f' ? look::fail : look::unavailable;
    const auto s = h.push(seen, from_ms(++ms));
    out += s == state::up ? '^' : s == state::down ? 'v' : 'U';
  }
  return out;
}

}  // namespace

TEST_CASE("health/probe_health: rise passes make it up, fall failures make it down") {
  struct row {
    int rise, fall;
    const char* looks;
    const char* after;
  };
  const row rows[] = {{2, 3, "pp", "U^"},           {2, 3, "pfpp", "UUU^"},        {2, 3, "fff", "UUv"},
                      {2, 3, "ppffpff", "U^^^^^^"}, {2, 3, "ppfffpp", "U^^^vv^"},  {1, 1, "pfp", "^v^"},
                      {2, 3, "puuup", "UUUU^"},     {2, 3, "ppfufuf", "U^^^^^v"},  {2, 3, "uuuu", "UUUU"},
                      {0, -1, "pf", "^v"},          {2, 2, "ppfupfuf", "U^^^^^^v"}};
  for (const auto& r : rows) {
    CAPTURE(r.looks);
    const auto got = states(r.rise, r.fall, r.looks);
    CHECK(got == r.after);
  }
}

TEST_CASE("health/probe_health: what could not be seen changes nothing, whatever came before") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    const int rise = 1 + static_cast<int>(random() % 4);
    const int fall = 1 + static_cast<int>(random() % 4);
    probe_health with(rise, fall);
    probe_health without(rise, fall);
    for (int i = 0; i < 60; ++i) {
      const auto seen = static_cast<look>(random() % 3);
      with.push(seen, from_ms(i));
      if (seen != look::unavailable) without.push(seen, from_ms(i));
      REQUIRE(with.now() == without.now());
      REQUIRE(with.since() == without.since());
    }
  }
}

TEST_CASE("health/probe_health: it tells since when, and for how long it has been blind") {
  probe_health h(2, 2);
  h.push(look::pass, from_ms(10));
  CHECK(h.since() == time_point{});
  h.push(look::pass, from_ms(20));
  h.push(look::pass, from_ms(30));
  h.push(look::unavailable, from_ms(40));
  h.push(look::unavailable, from_ms(50));
  CHECK(h.now() == state::up);
  CHECK(h.since() == from_ms(20));
  CHECK(h.last_seen() == from_ms(30));
  CHECK(h.blind() == 2);
}
