#include "rig.hpp"

#include <shipflow/backtest.hpp>
#include <shipflow/decision.hpp>
#include <shipflow/evidence.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace shipflow_test;
using shipflow::reading;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// Two arms with random requests and errors, a tenth of the traffic on the canary.
class two_arms final : public shipflow::metric_source {
 public:
  two_arms(shipflow::scheduler& time, std::uint64_t seed) : time_(time), numbers_(seed), last_(time.now()) {}
  double canary_errors = 0.002;
  double baseline_errors = 0.002;
  bool canary_silent = false;  ///< its series are gone
  bool baseline_silent = false;

  [[nodiscard]] std::vector<std::string> names() const override { return {"arms"}; }
  void read(shipflow::metric_request q, std::function<void(shipflow::metric_answer)> done) override {
    grow();
    shipflow::metric_answer a;
    const bool canary = q.arm == "canary";
    const auto& counts = canary ? canary_ : baseline_;
    for (const auto& series : q.series) {
      reading r;
      if (canary ? canary_silent : baseline_silent) {
        r.why = "no instance";
      } else {
        r.what = reading::state::value;
        r.number = series == "bad" ? counts.bad : counts.all;
      }
      a.readings.push_back(std::move(r));
    }
    done(std::move(a));
  }

 private:
  struct counters {
    double all = 0, bad = 0;
  };
  void add(counters& to, double requests, double share) {
    to.all += requests;
    to.bad += static_cast<double>(std::poisson_distribution<int>(requests * share)(numbers_));
  }
  void grow() {
    const auto passed = static_cast<double>((time_.now() - last_).count()) / 1000;
    last_ = time_.now();
    if (passed <= 0) return;
    add(canary_, passed * 100, canary_errors);
    add(baseline_, passed * 900, baseline_errors);
  }

  shipflow::scheduler& time_;
  std::mt19937_64 numbers_;
  shipflow::time_point last_;
  counters canary_, baseline_;
};

struct canary {
  explicit canary(std::uint64_t seed) : r(seed), arms(std::make_shared<two_arms>(r.time, seed)) {
    REQUIRE(r.engine->add(arms).has_value());
    r.world->values = {{"traffic", "1"}};
    b.set("shift-10", "traffic", "10").first_traffic = true;
    b.wait("bake-10", minutes(5), {"shift-10"});
    b.set("shift-50", "traffic", "50", {"bake-10"});
    b.wait("bake-50", minutes(5), {"shift-50"});
    b.set("shift-100", "traffic", "100", {"bake-50"});
    guard("worse", "worse(errors than baseline, ratio 1.25, alpha 0.1%)", "");
    guard(
        "errors-silent",
        "absent(\"all\", 1m) on canary or per_min(\"all\") over 1m on canary == 0 and per_min(\"all\") over "
        "1m on baseline > 0",
        "");
    auto& gate = guard("gate", "", "no_worse(errors than baseline, ratio 2, beta 1%)");
    gate.holds = gate.until = *b.get().find("bake-50");
  }

  shipflow::plan_guard& guard(const std::string& id, const std::string& alert, const std::string& normal) {
    auto& g = b.trigger(id, "shift-10", "1m");
    g.alert = alert;
    g.normal = normal;
    g.until = *b.get().find("shift-100");
    g.metrics = {{"errors", {{"source", "arms"}, {"ratio", {"bad", "all"}}}}};
    return g;
  }
  std::string level(const std::string& run, std::size_t guard) {
    return std::string(name_of(r.look(run).guards.at(guard).level));
  }

  rig r;
  std::shared_ptr<two_arms> arms;
  plan_builder b;
};

}  // namespace

TEST_CASE("engine/canary: a healthy canary is certified and promoted, whatever the time of day does") {
  canary c(1);
  const auto run = c.r.start(c.b);
  c.r.time.run_until([] { return false; }, minutes(8));
  // A shared incident: no reason to take anything back.
  c.arms->canary_errors = c.arms->baseline_errors = 0.1;
  c.r.time.run_until([] { return false; }, minutes(3));
  c.arms->canary_errors = c.arms->baseline_errors = 0.002;
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "released");
  CHECK(c.r.world->values["traffic"] == "100");
  const auto record = shipflow::record_decisions(*c.r.store, run).value();
  CHECK(decide_again(record).value().difference == "");
  const auto seen = shipflow::evidence_of(record).value();
  CHECK(seen[0].lines[0].unit == " nats");
  CHECK(seen[0].lines[0].limits[0] == doctest::Approx(6.9078).epsilon(0.001));
}

TEST_CASE("engine/canary: a subtly worse canary is taken back, from the start or late") {
  canary c(2);
  const auto run = c.r.start(c.b);
  SUBCASE("from the start") {}
  SUBCASE("in the second stage") {
    c.r.time.run_until([] { return false; }, minutes(7));
  }
  c.arms->canary_errors = 0.01;
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "rolled_back");
  CHECK(c.r.look(run).reason.find("SEV1: worse: ") == 0);
  CHECK(c.r.world->values["traffic"] == "1");
  CHECK(decide_again(shipflow::record_decisions(*c.r.store, run).value()).value().difference == "");
}

TEST_CASE("engine/canary: a takeover in the middle keeps the evidence") {
  canary c(3);
  const auto run = c.r.start(c.b);
  c.arms->canary_errors = 0.006;
  for (int i = 0; i < 6 && c.r.phase(run) == "forward"; ++i) {
    c.r.time.run_until([] { return false; }, seconds(47));
    c.r.crash();
    REQUIRE(c.r.engine->add(c.arms).has_value());
    REQUIRE(c.r.engine->resume().has_value());
  }
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "rolled_back");
  CHECK(decide_again(shipflow::record_decisions(*c.r.store, run).value()).value().difference == "");
}

TEST_CASE("engine/canary: a canary at exactly the bad ratio is hardly ever promoted") {
  int promoted = 0;
  for (std::uint64_t seed = 100; seed < 110; ++seed) {
    CAPTURE(seed);
    canary c(seed);
    c.b.get().guards.erase(c.b.get().guards.begin());  // the gate alone
    c.arms->canary_errors = 0.004;
    const auto run = c.r.start(c.b);
    c.r.time.run_until([&] { return c.r.engine->ended(run); }, hours(2));
    promoted += c.r.phase(run) == "released" ? 1 : 0;
  }
  CHECK(promoted <= 1);
}

TEST_CASE("engine/canary: silent while the baseline reports is a failure, silence of both is a hold") {
  canary c(4);
  const auto run = c.r.start(c.b);
  c.r.time.run_until([] { return false; }, minutes(2));
  c.arms->canary_silent = true;
  SUBCASE("the canary alone") {
    REQUIRE(c.r.finish(run));
    CHECK(c.r.phase(run) == "rolled_back");
    CHECK(c.r.look(run).reason.find("SEV1: errors-silent: ") == 0);
  }
  SUBCASE("both") {
    c.arms->baseline_silent = true;
    c.r.time.run_until([] { return false; }, hours(10));
    CHECK(c.r.phase(run) == "forward");
    CHECK_FALSE(c.r.look(run).parked.empty());
    CHECK(c.r.world->values["traffic"] != "100");
  }
}

TEST_CASE("engine/canary: without a baseline nothing is certified and nothing is blamed") {
  canary c(5);
  c.arms->baseline_silent = true;
  const auto run = c.r.start(c.b);
  c.r.time.run_until([] { return false; }, hours(3));
  CHECK(c.r.phase(run) == "forward");
  CHECK(c.r.world->values["traffic"] != "100");
}

TEST_CASE(
    "engine/canary: what own runs saw is past releases, and the same rules decide the same at the same "
    "time") {
  std::vector<shipflow::past_release> past;
  shipflow::plan rules;
  shipflow::time_point aborted{};
  shipflow::time_point began{};
  for (const bool bad : {false, true}) {
    canary c(bad ? 7 : 6);
    const auto run = c.r.start(c.b);
    if (bad) c.arms->canary_errors = 0.012;
    REQUIRE(c.r.finish(run));
    CHECK(c.r.phase(run) == (bad ? "rolled_back" : "released"));
    const auto record = shipflow::record_decisions(*c.r.store, run).value();
    past.push_back(shipflow::release_from_record(record).value());
    past.back().truth = bad ? shipflow::release_truth::bad : shipflow::release_truth::good;
    rules = c.b.get();
    if (!bad) continue;
    for (const auto& d : record.guards[0].decisions)
      if (d.level == "alert") aborted = d.at;
    began = *past.back().begins;
  }
  REQUIRE(aborted != shipflow::time_point{});
  const auto report = shipflow::backtest(shipflow::trigger_rules(rules), past, {}).value();
  const auto& worse = report.rules.at(0);
  CHECK(worse.false_aborts == 0);
  CHECK(worse.missed == 0);
  CHECK(worse.skipped == 0);
  // To the slot: the decision of the run came right after it.
  CHECK(aborted - (began + worse.outcomes.at(1).took) < seconds(10));
  CHECK(aborted >= began + worse.outcomes.at(1).took);
  const auto& gate = report.rules.at(2);
  CHECK_FALSE(gate.aborts);
  CHECK(gate.false_aborts + gate.missed == 0);
  // A stricter rule of another name is tried on the same numbers.
  auto other = shipflow::trigger_rules(rules).at(0);
  other.guard = "threshold";
  other.alert = "errors on canary > 0.8%";
  const auto again = shipflow::backtest({other}, past, {}).value();
  CHECK(again.rules.at(0).skipped == 0);
  CHECK(again.rules.at(0).missed == 0);
}
