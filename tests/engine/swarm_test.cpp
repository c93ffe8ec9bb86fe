#include "rig.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace shipflow_test;
using shipflow::answer;
using shipflow::verb;

namespace {

// One random plan in a world of eight resources.
plan_builder random_plan(std::mt19937_64& random) {
  plan_builder b;
  const auto count = 2 + random() % 8;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> needs;
    for (std::size_t k = 0; k < i; ++k)
      if (random() % 3 == 0) needs.push_back("s" + std::to_string(k));
    const auto id = "s" + std::to_string(i);
    if (random() % 4 == 0) {
      b.make(id, needs);
    } else {
      auto& s =
          b.set(id, "r" + std::to_string(random() % 8), "new" + std::to_string(i), needs, random() % 2 == 0);
      s.retry = {3, shipflow::duration{100}, shipflow::duration{1'000}};
    }
  }
  return b;
}

// Trouble at random: effects that are carried out and not heard of, answers that never come, failures.
bool trouble(rig& r, std::mt19937_64& random, int& left, std::vector<shipflow::reply>& held,
             const shipflow::request& q, shipflow::reply& reply) {
  if (left == 0 || random() % 4 != 0) return false;
  --left;
  switch (random() % 4) {
    case 0:
      reply(answer::failed(shipflow::make_error(shipflow::errc::unavailable, "try later")));
      return true;
    case 1: reply(answer::unknown("cut")); return true;
    case 2: held.push_back(std::move(reply)); return true;
    default:
      if (q.what == verb::apply && q.action == "make") {
        ++r.world->effects[q.effect_key];
        held.push_back(std::move(reply));
        return true;
      }
      reply(answer::failed(shipflow::make_error(shipflow::errc::failed, "no room left")));
      return true;
  }
}

}  // namespace

TEST_CASE("engine/swarm: whatever goes wrong, a run ends released, restored, or parked with a command") {
  int released = 0;
  int restored = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    rig r(seed);
    for (int i = 0; i < 8; i += 2) r.world->values["r" + std::to_string(i)] = "old";
    const auto before = r.world->values;
    auto b = random_plan(random);
    int left = static_cast<int>(random() % 6);
    std::vector<shipflow::reply> held;
    const auto disturb = [&](const shipflow::request& q, shipflow::reply& reply) {
      return trouble(r, random, left, held, q, reply);
    };
    r.toy->intercept = disturb;
    const auto run = r.start(b);
    for (int crashes = static_cast<int>(random() % 3); crashes > 0; --crashes) {
      r.time.run_until([] { return false; }, shipflow::duration{static_cast<int>(random() % 2'000)});
      held.clear();
      r.crash();
      r.toy->intercept = disturb;
      REQUIRE(r.engine->resume().has_value());
    }
    r.finish(run);
    const auto state = r.look(run);
    REQUIRE((is_terminal(state.phase) || !state.parked_command.empty()));
    CHECK(shipflow::verify_audit(*r.store, run).has_value());
    for (const auto& [key, times] : r.world->effects) {
      CAPTURE(key);
      // Setting a value is declared repeatable; making something is not.
      if (!r.world->operations.contains(key)) CHECK(times <= 3);
    }
    if (state.phase == shipflow::phase::rolled_back || state.phase == shipflow::phase::failed) {
      CHECK(r.world->values == before);
      ++restored;
    }
    if (state.phase == shipflow::phase::released) ++released;
  }
  CHECK(released > 50);
  CHECK(restored > 20);
}
