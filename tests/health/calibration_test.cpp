#include "health/calibration.hpp"

#include "health/trigger.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace shipflow;
using namespace shipflow::health;

namespace {

std::shared_ptr<const trigger> worse_trigger(std::map<std::string, std::vector<lane>> lanes = {},
                                             const std::string& alert =
                                                 "worse(errors than baseline, ratio 1.25, "
                                                 "alpha 0.1%)") {
  trigger_spec s;
  s.id = "worse";
  s.alert = alert;
  s.metrics = read_metrics({{"errors", {{"source", "x"}, {"ratio", {"bad", "all"}}}},
                            {"slow", {{"source", "x"}, {"slow", {"latency", "500ms"}}, {"unit", "ms"}}}})
                  .value();
  s.lanes = std::move(lanes);
  return make_trigger(s).value();
}

const std::string text = "worse(errors than baseline, ratio 1.25, alpha 0.1%)";

slot_sample events(double n) {
  return {n > 0 ? slot_state::value : slot_state::empty, series_kind::counter, n, std::llround(n),
          missing_cause::source};
}

/// The slot in which a canary with ten times the errors was called worse, or -1.
int found_after(const std::shared_ptr<const trigger>& t) {
  trigger_state state(t);
  state.begin(0);
  for (int k = 0; k < 400; ++k) {
    std::vector<slot_sample> samples;
    for (const auto& key : t->inputs()) {
      const bool canary = key.arm == metric_arm::canary;
      samples.push_back(events(key.series == "all" ? (canary ? 1000 : 9000) : (canary ? 10 : 9)));
    }
    if (state.push(k, samples)->is == outcome::fail) return k;
  }
  return -1;
}

reading counted(std::vector<instance_reading> instances) {
  reading r;
  r.what = reading::state::value;
  for (const auto& i : instances) r.number += i.number;
  r.instances = std::move(instances);
  return r;
}

}  // namespace

TEST_CASE("health/calibration: other lanes are another rule with another pace") {
  const auto usual = worse_trigger();
  const auto slow = worse_trigger({{text, {{worse_ratio(1.25, 288), 30, 1}}}});
  CHECK(usual->digest() != slow->digest());
  CHECK(found_after(usual) < 30);
  CHECK(found_after(slow) >= 59);
  CHECK(worse_trigger({{"worse of something else", {}}})->alert()->atoms[0].test->lanes.size() == 2);
}

TEST_CASE("health/calibration: a test without a lane is not trusted: no alert and no pass") {
  const auto t = worse_trigger({{text, {}}});
  trigger_state state(t);
  state.begin(0);
  std::vector<slot_sample> samples(t->inputs().size(), events(5));
  const auto v = state.push(0, samples).value();
  CHECK(v.is == outcome::insufficient);
  CHECK(v.why == reason::untrusted);
  CHECK(found_after(t) == -1);
  trigger_state again(t);
  REQUIRE(again.from_json(state.to_json()).has_value());
  CHECK(same_decision(*again.push(1, samples), *state.push(1, samples)));
}

TEST_CASE("health/calibration: wished for are the ratios of `worse`, each once, from the stable fleet") {
  const auto t =
      worse_trigger({}, text + " or not (" + text + ") and worse(slow than baseline, ratio 2, alpha 1%)");
  const auto wishes = wishes_of(*t);
  REQUIRE(wishes.size() == 1);
  CHECK(wishes[0].text == text);
  CHECK(wishes[0].question.alpha == doctest::Approx(0.001));
  CHECK(wishes[0].question.ratio == 1.25);
  CHECK(wishes[0].question.slot_ms == 10'000);
  const auto& look = t->looks().at(wishes[0].look);
  CHECK(look.arm == metric_arm::baseline);
  CHECK(look.series.at(wishes[0].bad) == "bad");
  CHECK(look.series.at(wishes[0].all) == "all");
}

TEST_CASE("health/calibration: the fleet comes from growth of counters; gaps and nonsense are left out") {
  calibration_wish w;
  w.bad = 0;
  w.all = 1;
  metric_history past;
  past.kind = series_kind::counter;
  const auto slot = [&](double a, double b, double errors) {
    past.slots.push_back({counted({{"a", errors}}), counted({{"b", b}, {"a", a}})});
  };
  slot(100, 200, 1);
  slot(110, 220, 3);
  slot(120, 5, 4);           // b was started again
  past.slots.push_back({});  // nothing was told
  slot(200, 50, 9);
  slot(210, 60, 9);
  past.slots.push_back({reading{}, counted({{"a", 220}, {"b", 70}})});  // no errors told: none there
  past.slots.back()[0].what = reading::state::invalid;
  const auto fleet = fleet_of(w, past, 1000);
  REQUIRE(fleet.size() == 3);
  CHECK(fleet[0].index == 1001);
  CHECK(fleet[0].instances == std::vector<tally>{{10, 2}, {20, 0}});
  CHECK(fleet[1].instances == std::vector<tally>{{10, 1}, {5, 0}});
  CHECK(fleet[2].index == 1005);
  CHECK(fleet_of(w, {}, 0).empty());
}

TEST_CASE("health/calibration: what a note keeps is read, and a damaged one is refused") {
  CHECK(lanes_of(nullptr, duration{10'000}).value().empty());
  const auto kept = parse_json(R"({"found": {"a": {"lanes": [{"ratio": 2, "slots": 1, "weight": 0.5}]},
                                             "b": {"why": "not calibrated"}, "c": {"lanes": []}}})")
                        .value();
  const auto lanes = lanes_of(kept, duration{10'000}).value();
  CHECK(lanes.size() == 2);
  CHECK(lanes.at("a").front().rule == worse_ratio(2, 8640));
  CHECK(lanes.at("c").empty());
  for (const auto* bad : {"3", "{}", R"({"found": []})", R"({"found": {"a": {"lanes": 7}}})"})
    CHECK(lanes_of(parse_json(bad).value(), duration{10'000}).error().code == errc::corrupt);
}
