#include <shipflow/backtest.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

namespace json = shipflow::json;
using shipflow::duration;
using shipflow::metric_arm;
using shipflow::past_release;
using shipflow::recorded_kind;
using shipflow::release_truth;

namespace {

constexpr std::int64_t noon = 1'772'532'000;

shipflow::decision_rule rule(const std::string& alert, const std::string& normal = "", int seconds = 10) {
  shipflow::decision_rule r;
  r.guard = "errors";
  r.severity = "SEV1";
  r.alert = alert;
  r.normal = normal;
  r.slot = duration{seconds * 1'000};
  r.metrics = {
      {"errors", json::object{{"source", "any"}, {"ratio", json::array{"bad", "all"}}, {"arm", "canary"}}},
      {"cpu", json::object{{"source", "any"}, {"value", "cpu"}, {"unit", "%"}}}};
  return r;
}

/// Counters read every ten seconds: 100 requests each, of which `share(i)` are errors.
past_release release(const std::string& name, release_truth truth, int slots, double (*share)(int)) {
  past_release r{
      name, truth, {}, {}, {{"all", metric_arm::canary, {}, {}}, {"bad", metric_arm::canary, {}, {}}}, {}};
  double all = 5'000, bad = 40;
  for (int i = 0; i <= slots; ++i) {
    const auto at = shipflow::from_ms((noon + i * 10) * 1'000);
    r.series[0].points.push_back({at, all});
    r.series[1].points.push_back({at, bad});
    all += 100;
    bad += std::round(100 * share(i));
  }
  return r;
}

double healthy(int) { return 0.01; }
double broken(int) { return 0.2; }
double broken_later(int i) { return i < 30 ? 0.01 : 0.2; }
double spike(int i) { return i == 10 ? 0.5 : 0.0; }

const shipflow::rule_report one(const shipflow::decision_rule& r, const std::vector<past_release>& past,
                                duration slot = duration{0}) {
  return shipflow::backtest({r}, past, {slot}).value().rules.at(0);
}

}  // namespace

TEST_CASE("backtest: false aborts, misses and times to decide are counted per rule") {
  std::vector<past_release> past{
      release("good", release_truth::good, 60, healthy), release("spike", release_truth::good, 60, spike),
      release("bad", release_truth::bad, 60, broken), release("later", release_truth::bad, 60, broken_later),
      release("unsure", release_truth::unknown, 60, broken)};
  past[3].bad_since = shipflow::from_ms((noon + 300) * 1'000);
  SUBCASE("patient") {
    const auto r = one(rule("errors > 5% for 1m"), past);
    CHECK(r.good == 2);
    CHECK(r.bad == 2);
    CHECK(r.unlabelled == 1);
    CHECK(r.false_aborts == 0);
    CHECK(r.missed == 0);
    CHECK(r.outcomes[3].took == duration{60'000});
    // The counters' first reading opens the first slot that can be seen.
    CHECK(r.outcomes[2].took <= duration{80'000});
    CHECK(r.outcomes[2].reason.find("errors > 5%") != std::string::npos);
    CHECK(*r.median <= *r.longest);
  }
  SUBCASE("hasty: the spike is a false abort") {
    const auto r = one(rule("errors > 5%"), past);
    CHECK(r.false_aborts == 1);
    CHECK(r.outcomes[1].wrong);
    CHECK(r.outcomes[3].took == duration{10'000});
  }
  SUBCASE("too lax: both are missed") {
    const auto r = one(rule("errors > 50% for 1m"), past);
    CHECK(r.missed == 2);
    CHECK_FALSE(r.median);
  }
}

TEST_CASE("backtest: an abort before a release was bad is a false one") {
  auto r = release("later", release_truth::bad, 60, broken);
  r.bad_since = shipflow::from_ms((noon + 400) * 1'000);
  const auto report = one(rule("errors > 5% for 1m"), {r});
  CHECK(report.false_aborts == 1);
  CHECK(report.missed == 0);
  CHECK(report.outcomes[0].took == duration{0});
}

TEST_CASE("backtest: a rule without an alert is a gate") {
  const auto r = one(rule("", "errors < 5%"), {release("good", release_truth::good, 60, healthy),
                                               release("bad", release_truth::bad, 60, broken),
                                               release("later", release_truth::bad, 60, broken_later)});
  CHECK_FALSE(r.aborts);
  CHECK(r.false_aborts == 0);
  CHECK(r.missed == 0);
  CHECK(r.outcomes[0].decided);
  CHECK_FALSE(r.outcomes[2].decided);
}

TEST_CASE("backtest: gaps, NaN, resets and silence neither abort nor pass") {
  auto r = release("odd", release_truth::good, 60, healthy);
  for (auto& s : r.series) {
    s.points.erase(s.points.begin() + 20, s.points.begin() + 30);
    s.points[35].value = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 40; i < s.points.size(); ++i) s.points[i].value -= s.points[39].value;  // restart
  }
  const auto report = one(rule("errors > 5%"), {r});
  CHECK(report.false_aborts == 0);
  CHECK(report.outcomes[0].undecided >= 11);
}

TEST_CASE("backtest: what cannot be tried is said, and counts as neither right nor wrong") {
  const auto good = release("good", release_truth::good, 60, healthy);
  SUBCASE("no such series") {
    const auto r = one(rule("cpu > 80%"), {good});
    CHECK(r.skipped == 1);
    CHECK(r.outcomes[0].skipped == "nothing is recorded of cpu on fleet");
  }
  SUBCASE("recorded too coarsely") {
    const auto r = one(rule("errors > 5%", "", 5), {good});
    CHECK(r.outcomes[0].skipped == "bad is recorded every 10s, the rule looks every 5s");
    CHECK(one(rule("errors > 5%", "", 5), {good}, duration{10'000}).skipped == 0);
  }
  SUBCASE("nothing at all") { CHECK(one(rule("errors > 5%"), {past_release{}}).skipped == 1); }
  SUBCASE("a rule that cannot be evaluated") {
    const auto r = shipflow::backtest({rule("errors >> 5%")}, {good}, {});
    CHECK(r.error().message.find("errors") != std::string::npos);
  }
}

TEST_CASE("backtest: growth per interval and gauges give what counters and readings give") {
  auto counted = release("x", release_truth::bad, 60, broken_later);
  auto grown = counted;
  for (auto& s : grown.series) {
    s.kind = recorded_kind::growth;
    for (std::size_t i = s.points.size() - 1; i > 0; --i) s.points[i].value -= s.points[i - 1].value;
    s.points.erase(s.points.begin());
  }
  const auto a = one(rule("errors > 5% for 1m"), {counted}), b = one(rule("errors > 5% for 1m"), {grown});
  CHECK(a.outcomes[0].decided == b.outcomes[0].decided);
  past_release hot{"hot", release_truth::bad, {}, {}, {{"cpu", metric_arm::fleet, {}, {}}}, {}};
  for (int i = 0; i < 30; ++i)
    hot.series[0].points.push_back({shipflow::from_ms((noon + i * 10) * 1'000), 93.0});
  CHECK(one(rule("cpu > 80% for 1m"), {hot}).outcomes[0].took == duration{60'000});
}

TEST_CASE("backtest: random releases give counts that add up, and the same twice") {
  std::mt19937_64 numbers(42);
  std::vector<past_release> past;
  for (int i = 0; i < 40; ++i) {
    auto r = release("r" + std::to_string(i), static_cast<release_truth>(numbers() % 3), 50,
                     i % 2 ? healthy : broken);
    for (auto& s : r.series)
      for (auto& p : s.points)
        if (numbers() % 9 == 0) p.value = numbers() % 2 ? std::numeric_limits<double>::infinity() : -1;
    past.push_back(std::move(r));
  }
  const auto r = one(rule("errors > 5% 2 of 3 slots", "errors < 5%"), past);
  INFO("seed 42");
  CHECK(r.good + r.bad + r.unlabelled + r.skipped == past.size());
  std::size_t wrong = 0;
  for (const auto& o : r.outcomes) wrong += o.wrong ? 1 : 0;
  CHECK(wrong == r.false_aborts + r.missed);
  const auto again = one(rule("errors > 5% 2 of 3 slots", "errors < 5%"), past);
  CHECK(json::serialize(to_json(shipflow::backtest_report{{r}})) ==
        json::serialize(to_json(shipflow::backtest_report{{again}})));
}

TEST_CASE("backtest: the report as text and page names releases, verdicts and draws them") {
  const auto report = shipflow::backtest({rule("errors > 5% for 1m")},
                                         {release("1.5.0", release_truth::good, 60, healthy),
                                          release("<b>", release_truth::bad, 60, broken_later)},
                                         {})
                          .value();
  const auto text = shipflow::backtest_text(report, 80);
  CHECK(text.find("errors SEV1: alert `errors > 5% for 1m`, slots of 10s") == 0);
  CHECK(text.find("1 good release: 0 false aborts") != std::string::npos);
  CHECK(text.find("1.5.0  good    no abort") != std::string::npos);
  CHECK(text.find("abort after 6m") != std::string::npos);
  CHECK(text.find("█") != std::string::npos);
  const auto page = shipflow::backtest_html(report);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("<svg") != std::string::npos);
  CHECK(shipflow::backtest_text({}, 80) == "there is no trigger to try\n");
}
