#include "verdict/paths.hpp"

#include <shipflow/verdict/calibration.hpp>
#include <shipflow/verdict/forecast.hpp>

#include <algorithm>

using namespace shipflow;
using shipflow::test::fresh_seed;
using shipflow::test::poisson;

namespace {

forecast_question promote(double requests_per_minute) {
  forecast_question q;
  q.lanes = {{no_worse_ratio(2), 1, 1}};
  q.alpha = 0.01;
  q.requests_per_minute = requests_per_minute;
  q.true_ratio = 1;
  q.instances = 9;
  return q;
}

std::vector<fleet_slot> day_of(std::mt19937_64& random, int slots, double noise, int noise_slots) {
  std::vector<fleet_slot> out;
  std::array<double, 6> level{};
  for (int k = 0; k < slots; ++k) {
    if (k % noise_slots == 0)
      for (auto& l : level) l = std::max(0.0, 1 + noise * std::normal_distribution<double>(0, 1)(random));
    fleet_slot s;
    s.index = k;
    for (const double l : level) s.instances.push_back({1000, std::min(1000.0, poisson(random, 5 * l))});
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace

TEST_CASE("verdict/forecast: the more traffic, the better the chance, and the answer is always the same") {
  double before = -1;
  for (const double traffic : {600.0, 6000.0, 60000.0}) {
    const auto a = forecast(promote(traffic)).value();
    CHECK(a.chance >= before);
    before = a.chance;
    CHECK(forecast(promote(traffic)).value().chance == a.chance);
  }
  const auto small = forecast(promote(600)).value();
  CHECK(small.canary_requests == doctest::Approx(600));
  CHECK(small.chance == 0);
  CHECK(describe(promote(600), small)
            .find("10% of 600 requests a minute for 10m sees 600 requests: certifies") == 0);
}

TEST_CASE("verdict/forecast: its median is that of releases with other random numbers, within a quarter") {
  const auto seed = fresh_seed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  auto q = promote(60000);
  q.bake_ms = 3'600'000;
  const auto expected = static_cast<double>(forecast(q).value().median_ms) / 60'000;
  std::vector<int> needed;
  for (int r = 0; r < 201; ++r) {
    count_ratio t(no_worse_ratio(2));
    int slots = 0;
    for (; !crosses(t.log_evidence(), 0.01) && slots < 200; ++slots) {
      std::vector<tally> baseline(9);
      for (auto& b : baseline) b = {6000, poisson(random, 6)};
      t.push({{6000, poisson(random, 6)}, baseline});
    }
    needed.push_back(slots);
  }
  std::sort(needed.begin(), needed.end());
  CHECK(needed[100] >= expected * 0.75);
  CHECK(needed[100] <= expected * 1.25);
}

TEST_CASE("verdict/forecast: what the bake would find is said in one line with numbers") {
  forecast_question q;
  q.lanes = worse_lanes(1.25, 10'000);
  q.slot_ms = 10'000;
  q.requests_per_minute = 3000;
  q.bad_share = 0.01;
  q.true_ratio = 10;
  const auto a = forecast(q).value();
  CHECK(a.chance > 0.9);
  CHECK(a.median_ms > 0);
  CHECK(describe(q, a).find(
            "10% of 3000 requests a minute for 10m sees 3000 requests: finds 10 times 1% errors with") == 0);
  q.true_ratio = 1.3;
  CHECK(describe(q, forecast(q).value()).find("and not in 16 times the time either") != std::string::npos);
}

TEST_CASE("verdict/forecast: a question that makes no sense names the member") {
  const auto refusal = [](auto change) {
    auto q = promote(600);
    change(q);
    const auto a = forecast(q);
    REQUIRE(!a.has_value());
    CHECK(a.error().code == errc::invalid_argument);
    return a.error().message.substr(0, 5);
  };
  CHECK(refusal([](auto& q) { q.lanes.clear(); }) == "lanes");
  CHECK(refusal([](auto& q) { q.alpha = 0; }) == "alpha");
  CHECK(refusal([](auto& q) { q.bake_ms = 1; }) == "bake_");
  CHECK(refusal([](auto& q) { q.slot_ms = 0; }) == "bake_");
  CHECK(refusal([](auto& q) { q.requests_per_minute = 0; }) == "reque");
  CHECK(refusal([](auto& q) { q.canary_share = 1; }) == "canar");
  CHECK(refusal([](auto& q) { q.bad_share = std::nan(""); }) == "bad_s");
  CHECK(refusal([](auto& q) { q.true_ratio = -1; }) == "true_");
  CHECK(refusal([](auto& q) { q.instances = 0; }) == "insta");
}

TEST_CASE(
    "verdict/calibration: a calm fleet keeps the fast and the short, a noisy one gets what it can bear") {
  std::mt19937_64 random(11);
  const auto calm = calibrate({}, day_of(random, 2000, 0, 1)).value();
  REQUIRE(calm.lanes.size() == 2);
  CHECK(calm.lanes[0].rule.ratio == 2);
  CHECK(calm.lanes[1].slots == 6);
  CHECK(calm.dispersion < 1.2);
  CHECK(calm.instances == 6);
  const auto noisy = calibrate({}, day_of(random, 2000, 0.7, 60)).value();
  CHECK(noisy.dispersion > 3);
  CHECK(noisy.slow.size() > 1);
  CHECK_FALSE(noisy.slow.front().accepted);
  CHECK(noisy.why.find("slow lane") != std::string::npos);
  const auto text = to_json(noisy);
  CHECK(text.at("slow").as_array().size() == noisy.slow.size());
  CHECK(text.at("why").as_string() == json::string_view(noisy.why));
}

TEST_CASE("verdict/calibration: too little, out of order or unreadable is said, bad slots are left out") {
  std::mt19937_64 random(11);
  auto day = day_of(random, 200, 0, 1);
  day[5].instances[2].bad = -1;
  day[6].instances[2].bad = std::nan("");
  CHECK(calibrate({}, day).value().slots == 198);
  CHECK(calibrate({}, std::span(day).first(100)).error().message.find("30 minutes") != std::string::npos);
  CHECK(calibrate({}, {}).error().message.find("three instances") != std::string::npos);
  CHECK(calibrate({0, 0.001, 1.25}, day).error().code == errc::invalid_argument);
  std::swap(day[20], day[21]);
  CHECK(calibrate({}, day).error().message.find("order of time") != std::string::npos);
}

TEST_CASE("verdict/calibration: in steps it is the same, one instance at a time") {
  std::mt19937_64 random(12);
  const auto day = day_of(random, 1000, 0.7, 60);
  auto work = calibrating::begin({}, day).value();
  int steps = 1;
  while (work.step()) ++steps;
  const auto whole = calibrate({}, day).value();
  CHECK(to_json(work.found()) == to_json(whole));
  CHECK(steps >= static_cast<int>(whole.fast.size() + whole.slow.size()));
  CHECK_FALSE(work.step());
}

TEST_CASE(
    "verdict/calibration: the fast lane is never below the ratio asked for, slots of a minute have none") {
  std::mt19937_64 random(13);
  const auto day = day_of(random, 400, 0, 1);
  calibration_question q;
  q.ratio = 4;
  CHECK(calibrate(q, day).value().lanes.front().rule.ratio == 5);
  q.ratio = 20;
  CHECK(calibrate(q, day).value().lanes.front().rule.ratio == 20);
  const auto slow = calibrate({60'000, 0.001, 1.25}, day).value();
  CHECK(slow.fast.empty());
  REQUIRE(slow.lanes.size() == 1);
  CHECK(slow.lanes[0].weight == 1);
  CHECK(slow.why.starts_with("slow lane"));
}

TEST_CASE("verdict/calibration: of a thousand instances some dozens play the canary") {
  std::vector<fleet_slot> day;
  std::mt19937_64 random(14);
  for (int k = 0; k < 180; ++k) {
    fleet_slot s{k, {}};
    for (int i = 0; i < 1000; ++i) s.instances.push_back({100, std::min(100.0, poisson(random, 0.1))});
    day.push_back(std::move(s));
  }
  auto work = calibrating::begin({}, day).value();
  std::size_t steps = 1;
  while (work.step()) ++steps;
  CHECK(steps <= 2 * most_placebos);
  CHECK(work.found().instances == 1000);
}

TEST_CASE("verdict/calibration: its lanes are read back, and nothing else is") {
  std::mt19937_64 random(15);
  const auto found = calibrate({}, day_of(random, 400, 0, 1)).value();
  CHECK(lanes_from_json(to_json(found), 10'000).value() == found.lanes);
  for (const auto* text :
       {"1", "{}", R"({"lanes": 3})", R"({"lanes": [1]})", R"({"lanes": [{"ratio": 2, "slots": 1}]})",
        R"({"lanes": [{"ratio": 0, "slots": 1, "weight": 1}]})",
        R"({"lanes": [{"ratio": 2, "slots": 0, "weight": 1}]})",
        R"({"lanes": [{"ratio": 2, "slots": 1e9, "weight": 1}]})",
        R"({"lanes": [{"ratio": 2, "slots": 1, "weight": -1}]})"}) {
    CAPTURE(text);
    CHECK(lanes_from_json(parse_json(text).value(), 10'000).error().code == errc::corrupt);
  }
}
