// Random plans with random faults. SHIPFLOW_TEST_SEEDS sets how many plans, SHIPFLOW_TEST_FIRST_SEED the first.
#include "plans.hpp"

#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <random>

using namespace shipflow;
using shipflow_test::rehearsed_plan;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::string> random_needs(std::mt19937_64& random, std::size_t before) {
  std::vector<std::string> needs;
  for (std::size_t k = 0; k < before; ++k)
    if (random() % 3 == 0) needs.push_back("s" + std::to_string(k));
  return needs;
}

void add_action(rehearsed_plan& b, std::mt19937_64& random, const std::string& id,
                const std::vector<std::string>& needs) {
  const auto repeat = static_cast<effect_class>(random() % 4);
  auto& s = repeat == effect_class::creates ? b.make(id, needs)
                                            : b.set(id, "r" + std::to_string(random() % 6), id, needs);
  s.repeat = repeat;
  // Actions of one name have one class.
  s.action += "_" + std::string(name_of(repeat));
  s.retry = {1 + static_cast<int>(random() % 3), duration{500}, duration{5'000}};
  s.rank = static_cast<restore_rank>(random() % 4);
  if (random() % 3 == 0) s.inputs["token"] = "${secret:TOKEN}";
  if (random() % 6 == 0) s.first_traffic = true;
  if (random() % 8 == 0) s.timeout = duration{20'000};
  s.after = static_cast<after_traffic>(random() % 3);
}

rehearsed_plan random_plan(std::mt19937_64& random) {
  rehearsed_plan b;
  const auto count = 2 + random() % 8;
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = "s" + std::to_string(i);
    const auto needs = random_needs(random, i);
    switch (random() % 8) {
      case 0: b.approval(id, {"qa"}, needs).on_expiry = random() % 2 == 0 ? "reject" : "hold"; break;
      case 1: b.wait(id, std::chrono::minutes(3), needs); break;
      default: add_action(b, random, id, needs);
    }
  }
  const auto last = "s" + std::to_string(count - 1);
  if (random() % 2 == 0) b.watch("watch", std::chrono::hours(2), {last});
  constexpr std::array<const char*, 3> severities{"SEV1", "SEV2", "SEV3"};
  if (random() % 2 == 0) b.probe("health", "s0", severities.at(random() % 3));
  auto& rollback = b.get().rollback;
  rollback.severities["SEV2"] = {
      "ask", {"lead"}, std::chrono::minutes(15), random() % 2 == 0 ? "rollback" : "hold"};
  rollback.unavailable_then = random() % 2 == 0 ? "hold" : "rollback";
  return b;
}

}  // namespace

TEST_CASE("rehearsal/swarm: random plans with random faults end as they should") {
  const auto first = number_from("SHIPFLOW_TEST_FIRST_SEED", 1);
  const auto plans = number_from("SHIPFLOW_TEST_SEEDS", 250);
  std::size_t runs = 0;
  std::size_t released = 0;
  std::size_t restored = 0;
  std::size_t parked = 0;
  for (auto seed = first; seed < first + plans; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    auto b = random_plan(random);
    rehearsal_options options;
    options.mode = rehearsal_mode::swarm;
    options.seed = seed;
    options.runs = 4;
    const auto r = rehearse(b.get(), options);
    // Steps beside each other that change the same thing meet a conflict even in fair weather.
    if (!r && r.error().code == errc::unsupported) continue;
    if (!r) FAIL(r.error().text());
    for (const auto& v : r->violations) FAIL_CHECK(v.check, ": ", v.what, "\n  plan ", seed, ": ", v.replay);
    runs += r->runs;
    released += r->released;
    restored += r->restored;
    parked += r->parked;
  }
  MESSAGE("plans ", plans, " from seed ", first, ", runs ", runs, ": released ", released, ", restored ",
          restored, ", parked ", parked);
  CHECK(released > runs / 8);
  CHECK(restored > runs / 20);
}
