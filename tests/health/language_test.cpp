#include "health/feed.hpp"
#include "health/random_condition.hpp"

#include <cmath>
#include <random>

using namespace shipflow;
using namespace shipflow::test;
using health::outcome;
using health::reason;
using health::slot_sample;

namespace {

metric_table shop_metrics() {
  const auto text = parse_json(R"({
    "errors":  {"source": "lb", "ratio": ["bad", "all"]},
    "latency": {"source": "lb", "quantile": [0.95, "time"], "unit": "ms"},
    "cpu":     {"source": "host", "mean": "cpu"}})");
  return read_metrics(text->as_object()).value();
}

/// A trigger whose inputs are found by arm and series.
class shop {
 public:
  explicit shop(const std::string& alert, const std::string& normal = "") {
    health::trigger_spec s;
    s.id = "t";
    s.alert = alert;
    s.normal = normal;
    s.slot = std::chrono::minutes(1);
    s.metrics = shop_metrics();
    trigger_ = trigger_of(s);
    state_.emplace(trigger_);
    state_->begin(0);
  }

  shop& set(metric_arm arm, const std::string& series, slot_sample s) {
    samples_[{arm, series}] = std::move(s);
    return *this;
  }
  shop& arms(const slot_sample& bad, const slot_sample& all, const slot_sample& bad_before,
             const slot_sample& all_before) {
    set(metric_arm::canary, "bad", bad).set(metric_arm::canary, "all", all);
    return set(metric_arm::baseline, "bad", bad_before).set(metric_arm::baseline, "all", all_before);
  }
  health::trigger_verdict push() {
    std::vector<slot_sample> in;
    for (const auto& key : trigger_->inputs()) in.push_back(samples_[{key.arm, key.series}]);
    return state_->push(next_++, in).value();
  }
  health::atom_finding atom() { return push().alert.value().atoms.at(0); }
  void through_json() {
    const auto kept = parse_json(canonical(state_->to_json())).value();
    state_.emplace(trigger_);
    REQUIRE(state_->from_json(kept));
    CHECK(canonical(state_->to_json()) == canonical(kept));
  }
  [[nodiscard]] const health::trigger& what() const { return *trigger_; }

 private:
  std::shared_ptr<const health::trigger> trigger_;
  std::optional<health::trigger_state> state_;
  std::map<std::pair<metric_arm, std::string>, slot_sample> samples_;
  health::slot_index next_ = 0;
};

slot_sample histogram(const std::vector<std::pair<double, double>>& buckets) {
  double total = 0;
  for (const auto& b : buckets) total += b.second;
  auto out = counted(total);
  for (const auto& b : buckets) out.buckets.push_back({b.first, b.second});
  return out;
}

slot_sample usual(double slow = 0) {
  return histogram({{100, 500}, {200, 400}, {500, 100}, {HUGE_VAL, slow}});
}

}  // namespace

TEST_CASE("health/language: a quantile is read between the ends of its bucket, and says how wide that is") {
  shop s("latency > 500ms");
  s.set(metric_arm::fleet, "time", usual());
  const auto f = s.atom();
  CHECK(f.value.value() == doctest::Approx(350));  // 950 of 1000: half way from 200 to 500
  CHECK(f.resolution.value() == 300);
  CHECK(f.is.t == health::truth::no);
}

TEST_CASE("health/language: a quantile over several slots is that of all their events") {
  shop s("latency over 2m > 500ms");
  s.set(metric_arm::fleet, "time", histogram({{100, 1000}, {200, 0}, {500, 0}, {HUGE_VAL, 0}}));
  CHECK(s.atom().value.value() == doctest::Approx(95));
  s.set(metric_arm::fleet, "time", histogram({{100, 0}, {200, 1000}, {500, 0}, {HUGE_VAL, 0}}));
  CHECK(s.atom().value.value() == doctest::Approx(190));
  s.through_json();
  CHECK(s.atom().value.value() == doctest::Approx(195));
  s.set(metric_arm::fleet, "time", counted(0));
  CHECK(s.atom().value.value() == doctest::Approx(195));
  CHECK(s.atom().is.why == reason::empty);
}

TEST_CASE(
    "health/language: a quantile beyond the last bucket is at least its end, and nothing above it is known") {
  shop low("latency > 400ms");
  CHECK(low.set(metric_arm::fleet, "time", usual(500)).atom().is.t == health::truth::yes);
  shop high("latency > 800ms");
  const auto f = high.set(metric_arm::fleet, "time", usual(500)).atom();
  CHECK(f.value.value() == 500);
  CHECK(f.is.why == reason::invalid);
}

TEST_CASE("health/language: few events say nothing about a quantile, other edges start its window anew") {
  shop s("latency over 10m > 500ms");
  s.set(metric_arm::fleet, "time", histogram({{100, 100}, {HUGE_VAL, 0}}));
  CHECK(s.atom().is.why == reason::low_count);
  CHECK(s.atom().is.t == health::truth::no);
  s.set(metric_arm::fleet, "time", histogram({{150, 100}, {HUGE_VAL, 0}}));
  CHECK(s.atom().events == 100);
  s.set(metric_arm::fleet, "time", counted(100));
  CHECK(s.atom().is.why == reason::invalid);
}

TEST_CASE("health/language: slow counts from the next edge of the buckets, and needs one") {
  shop s("slow(time, > 150ms) > 5%");
  const auto f = s.set(metric_arm::fleet, "time", usual()).atom();
  CHECK(f.value.value() == doctest::Approx(10));
  CHECK(f.is.t == health::truth::yes);
  shop beyond("slow(time, > 2s) > 5%");
  CHECK(beyond.set(metric_arm::fleet, "time", usual()).atom().is.why == reason::invalid);
}

TEST_CASE("health/language: a capped mean takes the middle of buckets and never more than the cap") {
  shop s("mean(time cap 1s) > 500ms");
  s.set(metric_arm::fleet, "time", histogram({{100, 1}, {300, 1}, {HUGE_VAL, 2}}));
  CHECK(s.atom().value.value() == doctest::Approx((50 + 200 + 2000) / 4.0));
  shop gauge("mean(cpu cap 0.9) over 2m > 80%");
  gauge.set(metric_arm::fleet, "cpu", gauged(0.7));
  CHECK(gauge.atom().value.value() == doctest::Approx(70));
  gauge.set(metric_arm::fleet, "cpu", gauged(55));
  CHECK(gauge.atom().value.value() == doctest::Approx(80));
}

TEST_CASE("health/language: a multiple of the baseline compares slots that both arms have") {
  shop s("errors on canary > 2 * errors on baseline");
  auto f = s.arms(counted(30), counted(1000), counted(10), counted(1000)).atom();
  CHECK(f.is.t == health::truth::yes);
  CHECK(f.value.value() == doctest::Approx(3));
  CHECK(f.against.value() == doctest::Approx(2));
  CHECK(s.arms(counted(15), counted(1000), counted(10), counted(1000)).atom().is.t == health::truth::no);
  CHECK(s.arms(counted(1), counted(10), counted(10), counted(1000)).atom().is.why == reason::low_count);
  CHECK(s.arms(counted(30), counted(1000), {}, {}).atom().is.why == reason::missing);
  CHECK(s.arms(counted(30), counted(1000), counted(0), counted(0)).atom().is.why == reason::empty);
  s.through_json();
}

TEST_CASE("health/language: a burn rate needs both windows, enough events and a full short window") {
  const std::string text = "burn(errors, slo 99%, 10x in 6m and 2m)";
  shop s(text);
  const auto slot = [&](double bad, double all) {
    return s.set(metric_arm::fleet, "bad", counted(bad))
        .set(metric_arm::fleet, "all", counted(all))
        .atom()
        .is;
  };
  CHECK(slot(500, 1000).why == reason::coverage);
  CHECK(slot(500, 1000).t == health::truth::yes);
  s.through_json();
  CHECK(slot(0, 1000).t == health::truth::yes);  // 25 % over the short window, 33 % over the long one
  CHECK(slot(0, 1000).t == health::truth::no);
  CHECK(slot(500, 1000).t == health::truth::yes);
  CHECK(slot(0, 0).t == health::truth::yes);
  CHECK(slot(20, 40).why == reason::low_count);
}

TEST_CASE("health/language: worse finds harm, which lasts, and never says that there is none") {
  shop s("worse(errors than baseline, ratio 1.25, alpha 0.1%)");
  for (int i = 0; i < 30; ++i) {
    const auto v = s.arms(counted(6), counted(6000), counted(54), counted(54000)).push();
    CHECK(v.alert->holds.t == health::truth::unknown);
    CHECK(v.is == outcome::pass);
  }
  int needed = 0;
  while (s.arms(counted(60), counted(6000), counted(54), counted(54000)).push().is != outcome::fail) ++needed;
  CHECK(needed <= 6);
  s.through_json();
  CHECK(s.arms(counted(6), counted(6000), counted(54), counted(54000)).push().is == outcome::fail);
}

TEST_CASE("health/language: no_worse promotes only on evidence, and silence is none") {
  shop s("worse(errors than baseline, ratio 1.25, alpha 0.1%)",
         "no_worse(errors than baseline, ratio 2, beta 1%)");
  auto v = s.arms(counted(6), counted(6000), counted(54), counted(54000)).push();
  CHECK(v.is == outcome::insufficient);
  CHECK(v.why == reason::undecided);
  CHECK(health::describe(s.what(), v).find("nats") != std::string::npos);
  CHECK(s.arms({}, {}, counted(54), counted(54000)).push().is == outcome::unavailable);
  CHECK(s.arms({}, {}, {}, {}).push().is == outcome::unavailable);
  CHECK(s.arms(counted(0), counted(0), counted(54), counted(54000)).push().is == outcome::insufficient);
  for (int i = 0; i < 60; ++i) v = s.arms(counted(6), counted(6000), counted(54), counted(54000)).push();
  CHECK(v.is == outcome::pass);
  const auto body = health::to_json(s.what(), v);
  CHECK(body.at("normal").at("atoms").at(0).at("evidence").at("needed").as_double() ==
        doctest::Approx(std::log(100.0)));
}

TEST_CASE("health/language: evidence begins with the release") {
  const auto t = trigger_of([] {
    auto s = minute_spec("", "worse(errors than baseline, ratio 1.25, alpha 0.1%)");
    return s;
  }());
  health::trigger_state state(t);
  std::vector<slot_sample> bad;
  for (const auto& key : t->inputs())
    bad.push_back(counted(key.series == "all" ? 6000 : key.arm == metric_arm::canary ? 600 : 6));
  for (int k = 0; k < 10; ++k) CHECK(state.push(k, bad)->why == reason::before_release);
  state.begin(10);
  CHECK(state.push(10, bad)->is == outcome::pass);
}

TEST_CASE("health/language: instances of the baseline tell how much they differ without a release") {
  const auto with_instances = [](double bad, double all, bool even) {
    auto b = counted(bad);
    auto a = counted(all);
    for (int i = 0; i < 9; ++i) {
      const auto name = "pod-" + std::to_string(i);
      b.instances.push_back({name, even ? bad / 9 : i == 0 ? bad : 0});
      a.instances.push_back({name, all / 9});
    }
    return std::pair(b, a);
  };
  const auto evidence = [&](bool even) {
    shop s("worse(errors than baseline, ratio 1.25, alpha 0.1%)");
    const auto [bad, all] = with_instances(54, 54000, even);
    for (int i = 0; i < 20; ++i) s.arms(counted(10), counted(6000), bad, all).push();
    return s.arms(counted(10), counted(6000), bad, all).atom().test->evidence;
  };
  CHECK(evidence(true) > evidence(false));
}

TEST_CASE("health/language: worse on a quantile compares the buckets of both arms") {
  shop s("worse(latency than baseline, ratio 1.25, alpha 0.1%)");
  CHECK(s.what().alert()->atoms[0].test->kind == health::test_kind::bucket_ratio);
  const auto slower = histogram({{100, 300}, {200, 400}, {500, 300}, {HUGE_VAL, 0}});
  for (int i = 0; i < 20; ++i) {
    s.set(metric_arm::canary, "time", usual()).set(metric_arm::baseline, "time", usual());
    CHECK(s.push().is == outcome::pass);
  }
  s.through_json();
  int needed = 0;
  do {
    s.set(metric_arm::canary, "time", slower);
    ++needed;
  } while (s.push().is != outcome::fail && needed < 20);
  CHECK(needed <= 6);
}

TEST_CASE("health/language: other buckets than before are invalid for a test, not evidence") {
  shop s("worse(latency than baseline, ratio 1.25, alpha 0.1%)");
  s.set(metric_arm::canary, "time", usual()).set(metric_arm::baseline, "time", usual());
  s.push();
  s.set(metric_arm::canary, "time", histogram({{150, 900}, {HUGE_VAL, 100}}));
  CHECK(s.push().is == outcome::unavailable);
}

TEST_CASE("health/language: worse on a capped mean compares the middles of buckets") {
  shop s("worse(mean(time cap 1s) than baseline, ratio 1.1, alpha 1%, every 1m)",
         "no_worse(mean(time cap 1s) than baseline, ratio 3, beta 5%)");
  const auto slower = histogram({{100, 100}, {200, 200}, {500, 700}, {HUGE_VAL, 0}});
  auto v = s.push();
  for (int i = 0; i < 40; ++i) {
    s.set(metric_arm::canary, "time", usual()).set(metric_arm::baseline, "time", usual());
    v = s.push();
  }
  CHECK(v.is == outcome::pass);
  s.through_json();
  for (int i = 0; i < 40; ++i) v = s.set(metric_arm::canary, "time", slower).push();
  CHECK(v.is == outcome::fail);
}

TEST_CASE("health/language: worse on a gauge ranks the canary among the instances of the baseline") {
  const std::string text = "worse(cpu than baseline, ratio 1.1, alpha 0.1%)";
  shop s(text);
  auto peers = gauged(0.5);
  for (int i = 0; i < 9; ++i) peers.instances.push_back({"pod-" + std::to_string(i), 0.45 + i * 0.01});
  s.set(metric_arm::baseline, "cpu", peers).set(metric_arm::canary, "cpu", gauged(0.9));
  s.push();
  s.through_json();
  int needed = 1;
  while (s.push().is != outcome::fail && needed < 20) ++needed;
  CHECK(needed <= 5);
  shop whole(text);
  whole.set(metric_arm::baseline, "cpu", gauged(0.5)).set(metric_arm::canary, "cpu", gauged(0.9));
  for (int i = 0; i < 30; ++i) CHECK(whole.atom().is.why == reason::empty);
}

TEST_CASE("health/language: a stored state of a test that does not fit is refused") {
  for (const char* text :
       {"worse(errors than baseline, ratio 2, alpha 1%)", "worse(latency than baseline, ratio 2, alpha 1%)",
        "worse(cpu than baseline, ratio 2, alpha 1%)"}) {
    auto spec = minute_spec("", text);
    spec.metrics = shop_metrics();
    const auto t = trigger_of(spec);
    auto kept = health::trigger_state(t).to_json();
    for (const char* member : {"test", "slots", "group", "sums"}) {
      auto broken = kept;
      auto& test = broken.at("alert").at("atoms").at(0).at("test").as_object();
      if (!test.contains(member)) continue;
      test[member] = "?";
      health::trigger_state state(t);
      CHECK(state.from_json(broken).error().code == errc::corrupt);
    }
  }
}

TEST_CASE(
    "health/language: random conditions are bound or refused in one line, and random samples never break "
    "them") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  condition_maker maker(seed);
  auto metrics = shop_metrics();
  int bound = 0;
  for (int i = 0; i < 400; ++i) {
    auto text = print(maker.make());
    // Names of the shop in place of random ones, so that some can be bound.
    for (const auto* name : {"errors", "_x", "x"}) {
      const std::string with = maker.coin() ? "bad" : "time";
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + with.size()))
        text.replace(at, std::string_view(name).size(), with);
    }
    CAPTURE(text);
    health::trigger_spec s;
    s.id = "t";
    s.alert = text;
    s.slot = std::chrono::milliseconds(500);
    s.metrics = metrics;
    const auto t = health::make_trigger(s);
    if (!t) {
      REQUIRE(t.error().message.find('\n') == std::string::npos);
      continue;
    }
    ++bound;
    health::trigger_state state(*t);
    state.begin(0);
    for (int k = 0; k < 5; ++k) {
      std::vector<slot_sample> in;
      for (std::size_t j = 0; j < (*t)->inputs().size(); ++j)
        in.push_back(maker.coin()   ? usual(maker.pick(0, 50))
                     : maker.coin() ? gauged(maker.pick(-5, 5))
                                    : slot_sample{});
      REQUIRE(state.push(k, in).has_value());
    }
  }
  CAPTURE(bound);
}

TEST_CASE("health/language: certain holds on enough evidence only, on either side, and lasts") {
  shop good("", "certain(ratio(bad, all) < 5%, beta 1%)");
  const auto slot = [](shop& s, double bad, double all) {
    return s.set(metric_arm::fleet, "bad", counted(bad))
        .set(metric_arm::fleet, "all", counted(all))
        .push()
        .is;
  };
  CHECK(slot(good, 0, 0) == outcome::insufficient);
  CHECK(slot(good, 0, 125) == outcome::insufficient);
  good.through_json();
  CHECK(slot(good, 0, 1) == outcome::pass);
  CHECK(slot(good, 50, 100) == outcome::pass);
  shop bad("certain(ratio(bad, all) >= 5%, beta 0.1%)");
  CHECK(slot(bad, 5, 100) == outcome::pass);
  CHECK(slot(bad, 40, 100) == outcome::fail);
  shop silent("", "certain(ratio(bad, all) < 5%, beta 1%)");
  CHECK(silent.push().is == outcome::unavailable);
}

TEST_CASE("health/language: certain on a capped mean") {
  shop s("", "certain(mean(time cap 1s) < 500ms, beta 1%)");
  s.set(metric_arm::fleet, "time", usual());
  auto v = s.push();
  CHECK(v.is == outcome::pass);  // a thousand requests of about 130 ms
  shop slow("", "certain(mean(time cap 1s) < 100ms, beta 1%)");
  slow.set(metric_arm::fleet, "time", usual());
  for (int i = 0; i < 20; ++i) v = slow.push();
  CHECK(v.is == outcome::insufficient);
}
