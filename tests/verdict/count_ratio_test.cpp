#include "verdict/paths.hpp"

#include <algorithm>
#include <limits>

using namespace shipflow;
using shipflow::test::fresh_seed;
using shipflow::test::poisson;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

ratio_rule plain(test_side side, double ratio) {
  ratio_rule r;
  r.side = side;
  r.ratio = ratio;
  r.temper = {0, 0, 1};
  r.cap = infinite;
  return r;
}

struct arms {
  double canary = 0, baseline = 0;  // requests a slot
  double rate = 0;                  // of the baseline
  double ratio = 1;
};

test_step push_random(count_ratio& test, const arms& a, std::mt19937_64& random) {
  const tally canary{a.canary, std::min(a.canary, poisson(random, a.canary * a.rate * a.ratio))};
  const std::array<tally, 1> baseline{
      tally{a.baseline, std::min(a.baseline, poisson(random, a.baseline * a.rate))}};
  return test.push({canary, baseline});
}

/// Share of `runs` in which the evidence crosses within `slots`, looked at after every slot.
double crossing(const ratio_rule& rule, const arms& a, double alpha, int runs, int slots,
                std::uint64_t seed) {
  std::mt19937_64 random(seed);
  int crossed = 0;
  for (int r = 0; r < runs; ++r) {
    count_ratio test(rule);
    for (int s = 0; s < slots && !crosses(test.best(), alpha); ++s) push_random(test, a, random);
    crossed += crosses(test.best(), alpha) ? 1 : 0;
  }
  return static_cast<double>(crossed) / runs;
}

}  // namespace

TEST_CASE("verdict/count_ratio: a healthy canary is called worse at most as often as alpha says") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  // 2,000 runs at alpha 2 %: the bound plus four standard errors.
  for (const arms& a : {arms{600, 5400, 0.01, 1}, arms{5000, 5000, 0.01, 1}, arms{100, 900, 0.3, 1}}) {
    CHECK(crossing(plain(test_side::worse, 1), a, 0.02, 2000, 200, seed) < 0.02 + 4 * 0.0032);
    CHECK(crossing(worse_ratio(1, 200), a, 0.02, 500, 200, seed) < 0.02 + 4 * 0.0063);
  }
}

TEST_CASE("verdict/count_ratio: a canary just at the margin is promoted at most as often as beta says") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  CHECK(crossing(plain(test_side::no_worse, 2), {600, 5400, 0.01, 2}, 0.02, 2000, 200, seed) <
        0.02 + 4 * 0.0032);
  CHECK(crossing(no_worse_ratio(2), {600, 5400, 0.01, 2}, 0.02, 500, 200, seed) < 0.02 + 4 * 0.0063);
}

TEST_CASE("verdict/count_ratio: it finds what is worse and promotes what is well") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  CHECK(crossing(worse_ratio(1.25, 200), {6000, 54000, 0.001, 5}, 0.001, 50, 30, seed) > 0.95);
  CHECK(crossing(no_worse_ratio(2), {6000, 54000, 0.001, 1}, 0.01, 50, 60, seed) > 0.9);
}

TEST_CASE("verdict/count_ratio: the expected factor of a slot is at most one at the margin") {
  // Poisson counts with mean m_c, m_b: E[L] summed exactly, with one slot after a fresh start.
  for (const auto side : {test_side::worse, test_side::no_worse})
    for (const double ratio : {1.0, 1.25, 2.0})
      for (const double w : {0.05, 0.3, 0.9}) {
        const double baseline_mean = 3;
        const double canary_mean = ratio * baseline_mean * w / (1 - w);
        const int most = static_cast<int>(canary_mean + 12 * std::sqrt(canary_mean) + 30);
        double sum = 0;
        for (int c = 0; c < most; ++c)
          for (int b = 0; b < 40; ++b) {
            count_ratio test(plain(side, ratio));
            const std::array<tally, 1> baseline{tally{1e6 * (1 - w), static_cast<double>(b)}};
            test.push({{1e6 * w, static_cast<double>(c)}, baseline});
            sum +=
                std::exp(test.log_evidence() + c * std::log(canary_mean) - canary_mean - std::lgamma(c + 1) +
                         b * std::log(baseline_mean) - baseline_mean - std::lgamma(b + 1));
          }
        CHECK(sum < 1 + 1e-9);
        CHECK(sum > 0.9);
      }
}

TEST_CASE("verdict/count_ratio: more errors of the canary are more evidence, more of the baseline are less") {
  const auto evidence = [](double canary, double baseline) {
    auto rule = plain(test_side::worse, 1.25);
    rule.spread_slots = 100;
    count_ratio test(rule);
    const std::array<tally, 1> b{tally{9000, baseline}};
    for (int i = 0; i < 5; ++i) test.push({{1000, canary}, b});
    return test.log_evidence();
  };
  for (int errors = 0; errors < 40; ++errors) {
    CHECK(evidence(errors + 1, 18) >= evidence(errors, 18));
    CHECK(evidence(10, errors + 1) <= evidence(10, errors));
  }
}

TEST_CASE("verdict/count_ratio: a larger share of traffic in between changes no ratio") {
  // The ramp from 5 to 50 % while errors triple in both arms: pooled over time that looks three times as bad.
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  int crossed = 0;
  for (int r = 0; r < 300; ++r) {
    count_ratio test(plain(test_side::worse, 1));
    for (int s = 0; s < 200; ++s)
      push_random(test, s < 100 ? arms{500, 9500, 0.01, 1} : arms{5000, 5000, 0.03, 1}, random);
    crossed += crosses(test.best(), 0.01) ? 1 : 0;
  }
  CHECK(crossed <= 3 + 4 * 2);
}

TEST_CASE("verdict/count_ratio: what cannot be compared changes nothing and says why") {
  count_ratio test(worse_ratio(1.25, 100));
  const auto before = test;
  const auto use = [&](const tally& canary, const std::vector<tally>& baseline) {
    const auto step = test.push({canary, baseline});
    CHECK(test == before);
    CHECK(step.gain == 0);
    return step.use;
  };
  CHECK(use({0, 0}, {{100, 1}}) == slot_use::no_traffic);
  CHECK(use({100, 1}, {{0, 0}, {0, 0}}) == slot_use::no_traffic);
  CHECK(use({100, 1}, {}) == slot_use::no_traffic);
  CHECK(use({100, not_a_number}, {{100, 1}}) == slot_use::invalid);
  CHECK(use({infinite, 1}, {{100, 1}}) == slot_use::invalid);
  CHECK(use({100, -1}, {{100, 1}}) == slot_use::invalid);
  CHECK(use({-100, 1}, {{100, 1}}) == slot_use::invalid);
  CHECK(use({100, 1}, {{100, 1}, {100, not_a_number}}) == slot_use::invalid);
  CHECK(use({100, 101}, {{100, 1}}) == slot_use::invalid);
  CHECK(use({100, 1}, {{1e308, 1}, {1e308, 1}}) == slot_use::invalid);
}

TEST_CASE("verdict/count_ratio: exposure may be smaller than the events in it") {
  auto rule = worse_ratio(1, 100);
  rule.of = denominator::exposure;
  count_ratio test(rule);
  const std::array<tally, 1> baseline{tally{9, 40}};
  CHECK(test.push({{1, 60}, baseline}).use == slot_use::counted);
  CHECK(test.log_evidence() > 0);
}

TEST_CASE("verdict/count_ratio: extreme traffic and rules keep the evidence finite") {
  for (const auto side : {test_side::worse, test_side::no_worse})
    for (const double ratio : {0.0, -3.0, not_a_number, 1e-300, 1.0, 1e300}) {
      auto rule = plain(side, ratio);
      rule.temper = {not_a_number, -1, 0};
      count_ratio test(rule);
      for (int i = 0; i < 100; ++i) {
        const std::array<tally, 2> baseline{tally{5.4e7, i % 2 == 0 ? 5.4e7 : 0}, tally{1e15, 0}};
        const auto step = test.push({{6e7, i % 3 == 0 ? 6e7 : 0}, baseline});
        REQUIRE(std::isfinite(step.log_evidence));
        REQUIRE(step.dispersion >= 1);
      }
    }
}

TEST_CASE("verdict/count_ratio: no slot adds more than the cap, the last prior of the spread aside") {
  count_ratio test(worse_ratio(1.25, 0));
  const std::array<tally, 1> baseline{tally{9000, 0}};
  for (int i = 1; i <= 10; ++i) CHECK(test.push({{1000, 1000}, baseline}).gain <= 3 + 1e-12);
}

TEST_CASE("verdict/count_ratio: bursts in the baseline make its errors count less") {
  const auto dispersion = [](double first, double second) {
    count_ratio test(worse_ratio(1.25, 100));
    const std::array<tally, 2> baseline{tally{1000, first}, tally{1000, second}};
    for (int i = 0; i < 200; ++i) test.push({{100, 1}, baseline});
    return test.dispersion();
  };
  CHECK(dispersion(10, 10) == 1);
  CHECK(dispersion(20, 0) > 10);
}

TEST_CASE("verdict/count_ratio: a regression after a long healthy time is found about as soon") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  count_ratio test(worse_ratio(1.25, 1440));
  for (int s = 0; s < 720; ++s) push_random(test, {6000, 54000, 0.001, 1}, random);
  int needed = 0;
  while (!crosses(test.log_evidence(), 0.001) && needed < 60) {
    push_random(test, {6000, 54000, 0.001, 5}, random);
    ++needed;
  }
  CHECK(needed <= 15);
}

TEST_CASE("verdict/count_ratio: the state survives JSON and goes on bit by bit") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  count_ratio one(worse_ratio(1.25, 100));
  for (int s = 0; s < 50; ++s) push_random(one, {600, 5400, 0.01, 1.2}, random);
  count_ratio two(worse_ratio(1.25, 100));
  REQUIRE(two.from_json(*parse_json(canonical(one.to_json()))));
  CHECK(one == two);
  auto other = random;
  for (int s = 0; s < 50; ++s) {
    push_random(one, {600, 5400, 0.01, 1.2}, random);
    push_random(two, {600, 5400, 0.01, 1.2}, other);
  }
  CHECK(one == two);
}

TEST_CASE("verdict/count_ratio: a damaged state is refused and changes nothing") {
  count_ratio test(worse_ratio(1.25, 100));
  const auto before = test;
  const auto good = test.to_json().as_object();
  for (const auto& member : good) {
    auto cut = good;
    cut.erase(member.key());
    CHECK(test.from_json(cut).error().code == errc::corrupt);
    cut[member.key()] = "?";
    CHECK_FALSE(test.from_json(cut));
    cut[member.key()] = -1;
    const bool may_be_below_zero = member.key() == "best";
    CHECK(test.from_json(cut).has_value() == may_be_below_zero);
    test = before;
  }
  for (const json::value& v : {json::value(nullptr), json::value(1), json::value(json::array{})})
    CHECK_FALSE(test.from_json(v));
  CHECK(test == before);
}

TEST_CASE("verdict/lanes: merged slots give what their sum gives") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const auto rule = worse_ratio(1.25, 100);
  count_lanes merged(std::vector<lane>{{rule, 6, 1}});
  count_ratio summed(rule);
  for (int group = -5; group < 20; ++group) {
    tally canary;
    std::array<tally, 2> baseline{};
    for (int i = 0; i < 6; ++i) {
      const tally c{100, poisson(random, 2)};
      const std::array<tally, 2> b{tally{400, poisson(random, 4)}, tally{500, poisson(random, 5)}};
      merged.push(group * 6 + i, {c, b});
      canary = {canary.total + c.total, canary.bad + c.bad};
      for (std::size_t s = 0; s < 2; ++s)
        baseline[s] = {baseline[s].total + b[s].total, baseline[s].bad + b[s].bad};
    }
    summed.push({canary, baseline});
    CHECK(merged.part(0) == summed);
  }
}

TEST_CASE("verdict/lanes: a group with holes is taken when a later one begins") {
  count_lanes lanes(std::vector<lane>{{worse_ratio(1.25, 100), 6, 1}});
  const std::array<tally, 1> baseline{tally{900, 1}};
  lanes.push(3, {{100, 5}, baseline});
  CHECK(lanes.part(0).slots() == 0);
  lanes.push(9, {{100, 5}, baseline});
  CHECK(lanes.part(0).slots() == 1);
  CHECK(lanes.push(10, {{100, not_a_number}, baseline}).use == slot_use::invalid);
  lanes.push(11, {{100, 5}, baseline});
  CHECK(lanes.part(0).slots() == 2);
}

TEST_CASE("verdict/lanes: the recommended ones are fast for the bad and slow for the subtle") {
  const auto seconds = worse_lanes(1.25, 10'000);
  REQUIRE(seconds.size() == 2);
  CHECK(seconds[0].slots == 1);
  CHECK(seconds[0].rule.ratio == 2);
  CHECK(seconds[0].rule.spread_slots == 8640);
  CHECK(seconds[1].slots == 6);
  CHECK(seconds[1].rule.ratio == 1.25);
  CHECK(seconds[1].rule.spread_slots == 1440);
  REQUIRE(worse_lanes(1.25, 60'000).size() == 1);
  CHECK(worse_lanes(1.25, 60'000)[0].rule.ratio == 1.25);
  CHECK(worse_lanes(3, 10'000)[0].rule.ratio == 3);
}

TEST_CASE("verdict/lanes: the state survives JSON in the middle of a group") {
  count_lanes one(worse_lanes(1.25, 10'000));
  const std::array<tally, 2> baseline{tally{900, 3}, tally{800, 1}};
  for (int k = 0; k < 20; ++k) one.push(k, {{100, 2}, baseline});
  count_lanes two(worse_lanes(1.25, 10'000));
  REQUIRE(two.from_json(*parse_json(canonical(one.to_json()))));
  CHECK(one == two);
  CHECK_FALSE(two.from_json(json::object{{"lanes", json::array{}}, {"best", 0}}));
  CHECK_FALSE(two.from_json(nullptr));
  CHECK(sizeof(count_ratio) * 2 + 2 * sizeof(tally) * 10 < 2048);
}

TEST_CASE("verdict/evidence: a weighted average is at most the best of its parts and heeds the weights") {
  const std::array<weighted_evidence, 2> even{weighted_evidence{0, 1}, weighted_evidence{2, 1}};
  CHECK(combined(even) == doctest::Approx(std::log((1 + std::exp(2.0)) / 2)));
  const std::array<weighted_evidence, 2> huge{weighted_evidence{600, 0.5}, weighted_evidence{-600, 0.5}};
  CHECK(combined(huge) == doctest::Approx(600 - std::log(2.0)));
  const std::array<weighted_evidence, 2> none{weighted_evidence{5, 0}, weighted_evidence{5, -1}};
  CHECK(combined(none) == 0);
  CHECK(combined({}) == 0);
  CHECK(crosses(std::log(1000.0), 0.001));
  CHECK_FALSE(crosses(std::log(999.0), 0.001));
  CHECK_FALSE(crosses(700, 0));
  CHECK_FALSE(crosses(700, std::numeric_limits<double>::quiet_NaN()));
}
