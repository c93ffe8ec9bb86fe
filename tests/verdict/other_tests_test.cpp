#include "verdict/paths.hpp"

#include <array>
#include <functional>
#include <limits>

using namespace shipflow;
using shipflow::test::fresh_seed;
using shipflow::test::poisson;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// Lognormal response times around 100 ms in buckets a factor of 1.3 apart.
std::vector<double> latencies(std::mt19937_64& random, int requests, double factor) {
  std::vector<double> bins(16);
  std::normal_distribution<double> log_time(std::log(100 * factor), 0.6);
  for (int i = 0; i < requests; ++i) {
    const double place = (log_time(random) - std::log(30.0)) / std::log(1.3);
    bins[static_cast<std::size_t>(std::clamp(place, 0.0, 15.0))] += 1;
  }
  return bins;
}

value_sums values(std::mt19937_64& random, int count, double mean) {
  value_sums out;
  out.squares = 0;
  for (int i = 0; i < count; ++i) {
    const double v = std::min(1.0, std::uniform_real_distribution<double>(0, 2 * mean)(random));
    out.count += 1;
    out.sum += v;
    *out.squares += v * v;
  }
  return out;
}

template <class Test, class Push>
double crossing(const Test& fresh, Push push, double alpha, int runs, int slots, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  int crossed = 0;
  for (int r = 0; r < runs; ++r) {
    auto test = fresh;
    for (int s = 0; s < slots && !crosses(test.best(), alpha); ++s) push(test, random);
    crossed += crosses(test.best(), alpha) ? 1 : 0;
  }
  return static_cast<double>(crossed) / runs;
}

ratio_rule uncapped(double ratio) {
  auto r = worse_ratio(ratio, 0);
  r.cap = infinite;
  return r;
}

template <class Test>
void survives_json(const Test& fresh, const Test& used, const std::function<void(Test&)>& push) {
  auto again = fresh;
  REQUIRE(again.from_json(*parse_json(canonical(used.to_json()))));
  CHECK(again == used);
  auto one = used;
  push(one);
  push(again);
  CHECK(again == one);
  const auto good = used.to_json().as_object();
  for (const auto& member : good) {
    auto cut = good;
    cut.erase(member.key());
    CHECK(again.from_json(cut).error().code == errc::corrupt);
    cut[member.key()] = "?";
    CHECK_FALSE(again.from_json(cut));
  }
  CHECK_FALSE(again.from_json(nullptr));
  CHECK(again == one);
}

}  // namespace

TEST_CASE("verdict/bucket_ratio: equal response times are called slower at most as often as alpha says") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  const auto push = [](bucket_ratio& t, std::mt19937_64& random) {
    t.push({latencies(random, 100, 1), latencies(random, 600, 1)});
  };
  CHECK(crossing(bucket_ratio(uncapped(1)), push, 0.02, 300, 60, seed) < 0.02 + 4 * 0.0081);
}

TEST_CASE("verdict/bucket_ratio: slower ones are found, the sooner the slower") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const auto slots_needed = [&](double factor) {
    bucket_ratio t(worse_ratio(1.25, 100));
    while (!crosses(t.log_evidence(), 0.001) && t.slots() < 100)
      t.push({latencies(random, 1000, factor), latencies(random, 3000, 1)});
    return t.slots();
  };
  CHECK(slots_needed(1.5) <= 6);
  CHECK(slots_needed(1.2) <= 60);
}

TEST_CASE("verdict/bucket_ratio: edges come from the first requests of the baseline and stay") {
  std::mt19937_64 random(7);
  bucket_ratio t(worse_ratio(1.25, 100));
  CHECK(t.edges().empty());
  t.push({latencies(random, 100, 1), latencies(random, 400, 1)});
  CHECK(t.edges().empty());
  t.push({latencies(random, 100, 1), latencies(random, 400, 1)});
  const std::vector<std::uint32_t> edges(t.edges().begin(), t.edges().end());
  CHECK(edges.size() >= 5);
  CHECK(t.slots() == 0);
  t.push({latencies(random, 100, 1), latencies(random, 400, 3)});
  CHECK(std::equal(edges.begin(), edges.end(), t.edges().begin(), t.edges().end()));
  CHECK(t.slots() == 1);
}

TEST_CASE("verdict/bucket_ratio: bad input changes nothing and says why") {
  std::mt19937_64 random(7);
  bucket_ratio t(worse_ratio(1.25, 100));
  for (int i = 0; i < 4; ++i) t.push({latencies(random, 300, 1), latencies(random, 600, 1)});
  const auto before = t;
  const std::vector<double> none(16);
  auto bad = latencies(random, 100, 1);
  CHECK(t.push({none, bad}).use == slot_use::no_traffic);
  CHECK(t.push({bad, none}).use == slot_use::no_traffic);
  CHECK(t.push({bad, std::vector<double>(15, 1)}).use == slot_use::invalid);
  CHECK(t.push({{}, {}}).use == slot_use::invalid);
  for (const double v : {not_a_number, infinite, -1.0}) {
    bad[3] = v;
    CHECK(t.push({bad, none}).use == slot_use::invalid);
  }
  const std::vector<double> huge(16, 1e308);
  CHECK(t.push({huge, huge}).use == slot_use::invalid);
  CHECK(t == before);
  const std::vector<double> busy(16, 6e7);
  CHECK(std::isfinite(t.push({busy, busy}).log_evidence));
}

TEST_CASE("verdict/bucket_ratio: the state survives JSON") {
  std::mt19937_64 random(7);
  const bucket_ratio fresh(worse_ratio(1.25, 100));
  auto used = fresh;
  const auto learning = latencies(random, 300, 1);
  used.push({learning, learning});
  survives_json<bucket_ratio>(fresh, used, [&](bucket_ratio& t) { t.push({learning, learning}); });
  for (int i = 0; i < 5; ++i) used.push({latencies(random, 300, 1.1), latencies(random, 600, 1)});
  survives_json<bucket_ratio>(fresh, used, [&](bucket_ratio& t) { t.push({learning, learning}); });
}

TEST_CASE(
    "verdict/peer_rank: one of the fleet is called worse at most as often as alpha says, whatever the "
    "noise") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  const auto push = [](peer_rank& t, std::mt19937_64& random) {
    // Bursts of a heavy tail, and ties.
    std::array<double, 4> v{};
    for (auto& x : v) x = std::floor(std::exp(2 * std::normal_distribution<double>(0, 1)(random)));
    t.push({v[0], std::span(v).subspan(1)});
  };
  CHECK(crossing(peer_rank({1, 0, 5}), push, 0.02, 2000, 100, seed) < 0.02 + 4 * 0.0032);
  CHECK(crossing(peer_rank({1, 100, 5}), push, 0.02, 2000, 100, seed) < 0.02 + 4 * 0.0032);
}

TEST_CASE("verdict/peer_rank: the worst of ten is found after four slots, of three after nine") {
  const auto slots_needed = [](std::size_t peers) {
    peer_rank t({1.25, 0, 1});
    const std::vector<double> others(peers, 1);
    while (!crosses(t.log_evidence(), 0.001)) t.push({2, others});
    return t.slots();
  };
  CHECK(slots_needed(9) <= 5);
  CHECK(slots_needed(2) <= 10);
}

TEST_CASE("verdict/peer_rank: a higher number of the canary is never less evidence") {
  const std::array<double, 5> others{1, 2, 3, 4, 5};
  double before = -infinite;
  for (double own = 0; own < 8; own += 0.5) {
    peer_rank t({1, 0, 3});
    t.push({own, others});
    CHECK(t.log_evidence() >= before - 1e-12);
    if (own != std::floor(own)) before = t.log_evidence();
  }
}

TEST_CASE("verdict/peer_rank: bad input changes nothing and says why") {
  peer_rank t({1.25, 10, 1});
  const auto before = t;
  const std::array<double, 2> others{1, not_a_number};
  CHECK(t.push({1, {}}).use == slot_use::no_traffic);
  CHECK(t.push({1, others}).use == slot_use::invalid);
  CHECK(t.push({-1, std::span(others).first(1)}).use == slot_use::invalid);
  CHECK(t.push({infinite, std::span(others).first(1)}).use == slot_use::invalid);
  CHECK(t.push({1, std::vector<double>(1001)}).use == slot_use::invalid);
  CHECK(t == before);
  CHECK(median({}) == 0);
  CHECK(median(std::array<double, 4>{4, 1, 3, 2}) == 2.5);
  CHECK(median(std::array<double, 3>{9, 1, 3}) == 3);
}

TEST_CASE("verdict/peer_rank: the state survives JSON") {
  const peer_rank fresh({1.25, 10, 9});
  auto used = fresh;
  const std::array<double, 3> others{1, 1, 2};
  for (int i = 0; i < 5; ++i) used.push({1, others});
  survives_json<peer_rank>(fresh, used, [&](peer_rank& t) { t.push({1.25, others}); });
}

TEST_CASE(
    "verdict/bounded_mean: equal means are called worse, and margins promoted, at most as often as allowed") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  const auto at = [](double ratio, bool squares) {
    return [=](bounded_mean& t, std::mt19937_64& random) {
      const double level = std::uniform_real_distribution<double>(0.15, 0.25)(random);  // drifts for both
      auto c = values(random, 50, level * ratio);
      auto b = values(random, 200, level);
      if (!squares) c.squares = b.squares = std::nullopt;
      t.push({c, b});
    };
  };
  const mean_rule worse{test_side::worse, 1, 1, infinite, 0};
  const mean_rule well{test_side::no_worse, 1.5, 1, infinite, 0};
  CHECK(crossing(bounded_mean(worse), at(1, true), 0.02, 400, 60, seed) < 0.02 + 4 * 0.007);
  CHECK(crossing(bounded_mean(worse), at(1, false), 0.02, 400, 60, seed) < 0.02 + 4 * 0.007);
  CHECK(crossing(bounded_mean(well), at(1.5, true), 0.02, 400, 60, seed) < 0.02 + 4 * 0.007);
  CHECK(crossing(bounded_mean(worse), at(1.5, true), 0.02, 30, 60, seed) > 0.9);
  CHECK(crossing(bounded_mean(well), at(1, true), 0.02, 30, 60, seed) > 0.9);
}

TEST_CASE("verdict/bounded_mean: bad input changes nothing and says why") {
  bounded_mean t({test_side::worse, 1.1, 2, 3, 0});
  t.push({{10, 5, 4}, {100, 50, 40}});
  const auto before = t;
  CHECK(t.push({{0, 0, 0}, {100, 50, 40}}).use == slot_use::no_traffic);
  CHECK(t.push({{10, 5, 4}, {0, 0, 0}}).use == slot_use::no_traffic);
  CHECK(t.push({{10, 21, 4}, {100, 50, 40}}).use == slot_use::invalid);  // above the cap
  CHECK(t.push({{10, 5, 41}, {100, 50, 40}}).use == slot_use::invalid);
  CHECK(t.push({{10, -5, 4}, {100, 50, 40}}).use == slot_use::invalid);
  CHECK(t.push({{not_a_number, 5, 4}, {100, 50, 40}}).use == slot_use::invalid);
  CHECK(t.push({{10, infinite, 4}, {100, 50, 40}}).use == slot_use::invalid);
  CHECK(t == before);
  // One baseline value against a million of the canary: the bets must stay below one.
  CHECK(std::isfinite(t.push({{6e7, 6e7, {}}, {1, 0, {}}}).log_evidence));
}

TEST_CASE("verdict/bounded_mean: the state survives JSON") {
  const bounded_mean fresh({test_side::worse, 1.1, 2, 3, 50});
  auto used = fresh;
  for (int i = 0; i < 3; ++i) used.push({{10, 6, 5}, {100, 50, 40}});
  survives_json<bounded_mean>(fresh, used, [](bounded_mean& t) { t.push({{10, 7, 6}, {100, 50, 40}}); });
}

TEST_CASE(
    "verdict/share_gate: a share just at the limit is certified or refuted at most as often as allowed") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  int certified = 0;
  int refuted = 0;
  for (int r = 0; r < 1000; ++r) {
    share_gate g(0.9);
    bool over = false;
    bool under = false;
    for (int i = 0; i < 300; ++i) {
      g.push({1, std::bernoulli_distribution(0.9)(random) ? 1.0 : 0.0});
      over = over || crosses(g.log_evidence_for(), 0.02);
      under = under || crosses(g.log_evidence_against(), 0.02);
    }
    certified += over ? 1 : 0;
    refuted += under ? 1 : 0;
  }
  CHECK(certified < 20 + 4 * 5);
  CHECK(refuted < 20 + 4 * 5);
}

TEST_CASE("verdict/share_gate: so many results without a failure certify, one fewer does not") {
  CHECK(clean_results_needed(0.95, 0.01) == 126);
  CHECK(clean_results_needed(0.99, 0.01) == 645);
  CHECK(clean_results_needed(0.999, 0.01) == 6473);
  CHECK(clean_results_needed(0.95, 0) == -1);
  for (const double share : {0.8, 0.95, 0.99}) {
    const auto n = static_cast<double>(clean_results_needed(share, 0.01));
    share_gate enough(share);
    enough.push({n, n});
    share_gate few(share);
    few.push({n - 1, n - 1});
    CHECK(crosses(enough.log_evidence_for(), 0.01));
    CHECK_FALSE(crosses(few.log_evidence_for(), 0.01));
  }
}

TEST_CASE("verdict/share_gate: batches give what single results give, and nothing gives nothing") {
  share_gate one(0.95);
  share_gate many(0.95);
  CHECK(many.push({0, 0}).use == slot_use::no_traffic);
  CHECK(many.log_evidence_for() == 0);
  for (int i = 0; i < 40; ++i) one.push({1, i % 10 == 0 ? 0.0 : 1.0});
  many.push({40, 36});
  CHECK(one.log_evidence_for() == doctest::Approx(many.log_evidence_for()));
  CHECK(many.push({10, 11}).use == slot_use::invalid);
  CHECK(many.push({10, -1}).use == slot_use::invalid);
  CHECK(many.push({not_a_number, 0}).use == slot_use::invalid);
  CHECK(many.push({infinite, 0}).use == slot_use::invalid);
  CHECK(many == one);
  share_gate again(0.95);
  REQUIRE(again.from_json(many.to_json()));
  CHECK(again == many);
  CHECK_FALSE(again.from_json(json::object{{"total", 5}, {"good", 6}}));
  share_gate broken(0.95);
  broken.push({200, 100});
  CHECK(crosses(broken.log_evidence_against(), 0.001));
  CHECK(broken.at_least(0.01) > 0.3);
  CHECK(broken.at_least(0.01) < 0.5);
  CHECK(share_gate(0.95).at_least(0.01) == 0);
}

TEST_CASE(
    "verdict/mean_gate: under two seconds is certified when it is, and at the limit at most as often as "
    "allowed") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const auto run = [&](double mean) {
    mean_gate g(2, 10);
    bool below = false;
    bool above = false;
    for (int i = 0; i < 100; ++i) {
      auto v = values(random, 20, mean / 10);
      v.sum *= 10;
      v.squares = *v.squares * 100;
      g.push(v);
      below = below || crosses(g.log_evidence_for(), 0.02);
      above = above || crosses(g.log_evidence_against(), 0.02);
    }
    return std::pair(below, above);
  };
  int below = 0;
  int above = 0;
  for (int r = 0; r < 300; ++r) {
    const auto [b, a] = run(2);
    below += b ? 1 : 0;
    above += a ? 1 : 0;
  }
  CHECK(below < 6 + 4 * 3);
  CHECK(above < 6 + 4 * 3);
  CHECK(run(1).first);
  CHECK(run(4).second);
}

TEST_CASE("verdict/mean_gate: bad input changes nothing, the state survives JSON") {
  const mean_gate fresh(2, 10);
  auto used = fresh;
  used.push({10, 15, 30});
  const auto before = used;
  CHECK(used.push({0, 0, 0}).use == slot_use::no_traffic);
  CHECK(used.push({1, 11, 20}).use == slot_use::invalid);
  CHECK(used.push({-1, 0, 0}).use == slot_use::invalid);
  CHECK(used.push({1, not_a_number, 0}).use == slot_use::invalid);
  CHECK(used == before);
  survives_json<mean_gate>(fresh, used, [](mean_gate& g) { g.push({10, 12, {}}); });
}
