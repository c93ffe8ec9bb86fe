#include "rig.hpp"

#include <shipflow/decision.hpp>
#include <shipflow/evidence.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace shipflow_test;
using shipflow::duration;
using shipflow::metric_history;
using shipflow::reading;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// Six instances of the stable fleet and one canary, 1000 requests a slot each; what an instance does in a slot depends
// on the seed, the instance and the slot alone, so that the past that is told is the past that was.
class noisy_fleet final : public shipflow::metric_source {
 public:
  explicit noisy_fleet(std::uint64_t seed) : seed_(seed) {}
  double noise = 0;              ///< coefficient of variation of an instance's rate
  duration lasts = minutes(10);  ///< for which it stays
  double canary_ratio = 1;
  std::string forgetful;   ///< why it tells no past
  bool mute = false;       ///< does not answer for the past at all
  bool one_piece = false;  ///< does not tell instances apart
  int pasts = 0;

  [[nodiscard]] std::vector<std::string> names() const override { return {"fleet"}; }
  void read(shipflow::metric_request q, std::function<void(shipflow::metric_answer)> done) override {
    shipflow::metric_answer a;
    a.kind = shipflow::series_kind::delta;
    a.readings = of_slot(q, q.from, q.until);
    done(std::move(a));
  }
  void history(shipflow::metric_request q, duration slot, std::function<void(metric_history)> done) override {
    ++pasts;
    if (mute) return;
    metric_history h;
    h.kind = shipflow::series_kind::delta;
    h.why = forgetful;
    for (auto t = q.from; t < q.until && forgetful.empty(); t += slot)
      h.slots.push_back(of_slot(q, t, t + slot));
    done(std::move(h));
  }

 private:
  [[nodiscard]] double level(int instance, shipflow::time_point t) const {
    if (noise <= 0) return 1;
    std::mt19937_64 dice(seed_ * 7919 + static_cast<std::uint64_t>(instance) * 104'729 +
                         static_cast<std::uint64_t>(t.time_since_epoch() / lasts));
    dice.discard(3);
    const double shape = 1 / (noise * noise);
    return std::gamma_distribution<double>(shape, 1 / shape)(dice);
  }
  [[nodiscard]] double bad(int instance, shipflow::time_point t, double ratio) const {
    std::mt19937_64 dice(seed_ * 31 + static_cast<std::uint64_t>(instance) * 15'485'863 +
                         static_cast<std::uint64_t>(shipflow::to_ms(t)));
    dice.discard(3);
    return std::min(
        1000.0, static_cast<double>(std::poisson_distribution<int>(5 * ratio * level(instance, t))(dice)));
  }
  [[nodiscard]] std::vector<reading> of_slot(const shipflow::metric_request& q, shipflow::time_point from,
                                             shipflow::time_point /*until*/) const {
    const bool canary = q.arm == "canary";
    std::vector<reading> out;
    for (const auto& series : q.series) {
      reading r;
      r.what = reading::state::value;
      for (int i = canary ? 6 : 0; i < (canary ? 7 : 6); ++i) {
        const double n = series == "bad" ? bad(i, from, canary ? canary_ratio : 1) : 1000;
        r.number += n;
        if (!one_piece) r.instances.push_back({"pod-" + std::to_string(i), n});
      }
      out.push_back(std::move(r));
    }
    return out;
  }

  std::uint64_t seed_;
};

struct calibrated_canary {
  explicit calibrated_canary(std::uint64_t seed) : r(seed), fleet(std::make_shared<noisy_fleet>(seed)) {
    REQUIRE(r.engine->add(fleet).has_value());
    r.world->values = {{"traffic", "1"}};
    b.set("shift", "traffic", "10").first_traffic = true;
    b.wait("bake", hours(2), {"shift"});
    b.set("all", "traffic", "100", {"bake"});
    auto& g = b.trigger("worse", "shift", "1m");
    g.alert = "worse(errors than baseline, ratio 1.25, alpha 0.1%)";
    g.calibrate = hours(24);
    g.metrics = {{"errors", {{"source", "fleet"}, {"ratio", {"bad", "all"}}}}};
    g.until = *b.get().find("all");
  }
  void come_back() {
    r.crash();
    REQUIRE(r.engine->add(fleet).has_value());
    REQUIRE(r.engine->resume().has_value());
  }
  void pass(duration d) {
    r.time.run_until([] { return false; }, d);
  }
  shipflow::json::object found(const std::string& run) {
    const auto c = r.look(run).guards[0].calibration;
    return c.is_null() ? shipflow::json::object{} : c.at("found").as_object().begin()->value().as_object();
  }
  std::string why(const std::string& run) { return std::string(found(run)["why"].as_string()); }
  shipflow::decision_record record(const std::string& run) {
    return shipflow::record_decisions(*r.store, run).value();
  }

  rig r;
  std::shared_ptr<noisy_fleet> fleet;
  plan_builder b;
};

std::size_t calibrations(rig& r, const std::string& run) {
  std::size_t n = 0;
  for (const auto& f : r.store->read_facts(run).value())
    n += f.kind == shipflow::fact_kind::note && f.body.find("\"calibration\"") != std::string::npos ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("engine/calibrate: a calm fleet keeps the recommended lanes, a bad canary is found by them") {
  calibrated_canary c(21);
  const auto run = c.r.start(c.b);
  c.pass(seconds(25));
  auto found = c.found(run);
  REQUIRE(found["lanes"].as_array().size() == 2);
  CHECK(found["lanes"].at(0).at("ratio").to_number<double>() == 2);
  CHECK(found["lanes"].at(1).at("slots") == 6);
  CHECK(c.fleet->pasts == 1);
  c.fleet->canary_ratio = 4;
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "rolled_back");
  CHECK(c.r.look(run).reason.find("SEV1: worse: ") == 0);
}

TEST_CASE("engine/calibrate: noise of ten minutes gets slower lanes, and a healthy canary is left alone") {
  calibrated_canary c(22);
  c.fleet->noise = 0.6;
  const auto run = c.r.start(c.b);
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "released");
  const auto found = c.found(run);
  CHECK(found.at("fast").as_array().size() > 1);
  CHECK(found.at("slow").as_array().size() > 1);
  // What was chosen and why is part of the rule, and the rule is what is evaluated again.
  const auto record = c.record(run);
  CHECK(record.guards[0].rule.calibration.at("found").as_object().size() == 1);
  const auto text = shipflow::json::serialize(to_json(record));
  const auto again = shipflow::decisions_from_json(shipflow::parse_json(text).value()).value();
  CHECK(decide_again(again).value().difference == "");
  const auto seen = shipflow::evidence_of(again).value();
  CHECK(shipflow::evidence_text(again, seen, 100).find("calibration of worse(errors than baseline") !=
        std::string::npos);
  CHECK(shipflow::evidence_html(again, seen).find("slow lane") != std::string::npos);
  CHECK(to_json(seen[0]).at("calibration").at("found").is_object());
  auto forged = again;
  forged.guards[0].rule.calibration = nullptr;
  CHECK(decide_again(forged).error().message.find("not those of the rule") != std::string::npos);
}

TEST_CASE("engine/calibrate: without a past the lanes stay as recommended, and it is said why") {
  calibrated_canary c(23);
  std::string why;
  SUBCASE("the source keeps none") {
    c.fleet->forgetful = "source \"fleet\" does not keep the past";
    why = "not calibrated, as recommended: source \"fleet\" does not keep the past";
  }
  SUBCASE("it does not answer") {
    c.fleet->mute = true;
    why = "not calibrated, as recommended: the source did not tell the past in 1m";
  }
  SUBCASE("instances are not told apart") {
    c.fleet->one_piece = true;
    why = "not calibrated, as recommended: a calibration needs at least three instances of the stable fleet";
  }
  SUBCASE("it is too short") {
    c.b.get().guards[0].calibrate = minutes(20);
    why = "not calibrated, as recommended: a calibration needs at least 30 minutes of slots";
  }
  const auto run = c.r.start(c.b);
  c.pass(minutes(3));
  CHECK(c.why(run) == why);
  CHECK_FALSE(c.found(run).contains("lanes"));
  c.fleet->canary_ratio = 6;
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "rolled_back");
  CHECK(decide_again(c.record(run)).value().difference == "");
}

TEST_CASE(
    "engine/calibrate: what was seen while it went on is judged afterwards, and a crash loses no choice") {
  calibrated_canary c(24);
  c.fleet->canary_ratio = 8;
  const auto run = c.r.start(c.b);
  SUBCASE("the past comes late") {
    c.fleet->mute = true;
    c.pass(seconds(55));
    CHECK(c.r.look(run).guards[0].level == shipflow::guard_level::none);
    c.pass(seconds(20));
    // Five slots were held; they alone suffice.
    CHECK(c.r.look(run).reason.find("SEV1: worse: ") == 0);
  }
  SUBCASE("a crash before it is made makes it again") {
    c.fleet->mute = true;
    c.pass(seconds(35));
    CHECK(calibrations(c.r, run) == 0);
    c.fleet->mute = false;
    c.come_back();
    c.pass(minutes(5));
    CHECK(calibrations(c.r, run) == 1);
    CHECK(c.found(run).contains("lanes"));
  }
  SUBCASE("a crash after it goes on with what was chosen") {
    c.fleet->canary_ratio = 1;
    c.pass(minutes(2));
    REQUIRE(calibrations(c.r, run) == 1);
    const int pasts = c.fleet->pasts;
    c.come_back();
    c.fleet->canary_ratio = 8;
    c.pass(minutes(10));
    CHECK(c.fleet->pasts == pasts);
    CHECK(calibrations(c.r, run) == 1);
  }
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "rolled_back");
  CHECK(decide_again(c.record(run)).value().difference == "");
}

TEST_CASE("engine/calibrate: where no pace can be trusted nothing is judged and nothing is promoted") {
  calibrated_canary c(25);
  c.fleet->noise = 4;
  c.fleet->lasts = hours(6);
  const auto run = c.r.start(c.b);
  c.pass(hours(3));
  CHECK(c.found(run).at("lanes").as_array().empty());
  CHECK(c.why(run).find("slow lane off") != std::string::npos);
  CHECK(c.r.look(run).guards[0].level == shipflow::guard_level::insufficient);
  CHECK(c.r.look(run).guards[0].reason.find("untrusted") != std::string::npos);
  CHECK(c.r.phase(run) == "forward");
  CHECK(c.r.world->values["traffic"] == "10");
  CHECK(decide_again(c.record(run)).value().difference == "");
}
