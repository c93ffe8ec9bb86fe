// Verdicts and a calibration from what a real Prometheus remembers of a canary and its fleet.
#include "health/calibration.hpp"
#include "health/slot_maker.hpp"
#include "real_prometheus.hpp"

#include <shipflow/sources/prometheus.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <random>

using namespace shipflow;
using namespace std::chrono_literals;

namespace {

constexpr int pods = 6;
constexpr int samples = 12 * 60 * 2;  // two hours, one every five seconds

/// Six pods of version 1.0.0 and one of 2.0.0 for two hours, three hours ago. The new one answers a fifth slower and
/// fails five times as often, as the old ones do by chance; its last hour counts.
struct fleet_history {
  time_point begin = std::chrono::floor<std::chrono::minutes>(tests::now() - 3h);

  [[nodiscard]] std::string text() const {
    std::string requests = "# TYPE http_requests counter\n";
    std::string times = "# TYPE latency_ms_bucket gauge\n";
    std::string load = "# TYPE busy gauge\n";
    std::mt19937_64 dice(5);
    for (int pod = 0; pod <= pods; ++pod) {
      const bool canary = pod == pods;
      const auto labels =
          "pod=\"p" + std::to_string(pod) + "\",version=\"" + (canary ? "2.0.0" : "1.0.0") + "\"";
      std::string good, bad, busy;
      std::array<std::string, 4> buckets;
      std::array<double, 4> below{};
      double failed = 0;
      std::poisson_distribution<int> errors(canary ? 12.5 : 2.5);
      for (int i = 0; i <= samples; ++i) {
        const auto at = " " + std::to_string(to_ms(begin) / 1000 + 5L * i) + "\n";
        failed += errors(dice);
        good += "http_requests_total{code=\"200\"," + labels + "} " + std::to_string(500 * i) + at;
        bad += "http_requests_total{code=\"500\"," + labels + "} " +
               std::to_string(static_cast<int>(failed)) + at;
        busy +=
            "busy{" + labels + "} " + std::to_string((canary ? 60 : 40) + static_cast<int>(dice() % 10)) + at;
        const std::array<double, 4> shares =
            canary ? std::array{250.0, 400.0, 470.0, 500.0} : std::array{320.0, 450.0, 490.0, 500.0};
        for (std::size_t b = 0; b < 4; ++b) {
          below[b] += b == 3 ? 500 : std::min(499.0, shares[b] + static_cast<double>(dice() % 9));
          const std::array<const char*, 4> le{"100", "200", "400", "+Inf"};
          buckets[b] += "latency_ms_bucket{le=\"" + std::string(le[b]) + "\"," + labels + "} " +
                        std::to_string(static_cast<std::int64_t>(below[b])) + at;
        }
      }
      requests += good + bad;
      load += busy;
      for (const auto& b : buckets) times += b;
    }
    return requests + times + load + "# EOF\n";
  }
};

json::object metrics_at(const std::string& url) {
  const auto increase = [](const std::string& what) {
    return "sum by (pod) (increase(http_requests_total{" + what + "version=\"${version}\"}[${slot}]))";
  };
  return {{"errors",
           {{"source", "prometheus"},
            {"url", url},
            {"ratio", {"bad", "all"}},
            {"reduce", "sum"},
            {"queries", {{"bad", increase("code=\"500\",")}, {"all", increase("")}}}}},
          {"slow",
           {{"source", "prometheus"},
            {"url", url},
            {"quantile", {0.95, "times"}},
            {"unit", "ms"},
            {"queries",
             {{"times", "sum by (le) (increase(latency_ms_bucket{version=\"${version}\"}[${slot}]))"}}}}},
          {"busy",
           {{"source", "prometheus"},
            {"url", url},
            {"value", "busy"},
            {"unit", "%"},
            {"reduce", "mean"},
            {"queries", {{"busy", "busy{version=\"${version}\"}"}}}}}};
}

struct judged_fleet {
  judged_fleet() : server(past.text()) {}

  std::shared_ptr<const health::trigger> rule(const std::string& alert) {
    health::trigger_spec s;
    s.id = "worse";
    s.alert = alert;
    s.slot = 10s;
    s.metrics = read_metrics(metrics_at(server.at())).value();
    return health::make_trigger(s).value();
  }
  metric_request question(const health::trigger_look& l, time_point from, time_point until) {
    metric_request q;
    q.source = l.source;
    q.metric = l.metric;
    q.series = l.series;
    q.arm = std::string(name_of(l.arm));
    q.version = l.arm == metric_arm::canary ? "2.0.0" : "1.0.0";
    q.spec = l.spec;
    q.from = from;
    q.until = until;
    q.deadline = tests::now() + 60s;
    return q;
  }
  /// Slots until the canary of the second hour is called worse; at most `most`.
  int slots_until_worse(const std::string& alert, int most) {
    const auto t = rule(alert);
    health::slot_maker maker(t);
    health::trigger_state state(t);
    const auto first = health::slot_of(past.begin + 1h, t->slot());
    state.begin(first);
    for (int k = 0; k < most; ++k) {
      const auto from = health::slot_begin(first + k, t->slot());
      for (std::size_t i = 0; i < t->looks().size(); ++i)
        maker.answer(i, server.ask_when_ready(*source, question(t->looks()[i], from, from + t->slot())));
      const auto v = state.push(first + k, maker.close(first + k));
      if (v->is == health::outcome::fail) return k + 1;
    }
    return most + 1;
  }
  metric_history history(const health::trigger_look& l, time_point from, time_point until) {
    std::promise<metric_history> told;
    static_cast<void>(server.ask_when_ready(*source, question(l, until - 10s, until)));
    source->history(question(l, from, until), 10s, [&](metric_history h) { told.set_value(std::move(h)); });
    return told.get_future().get();
  }

  fleet_history past;
  tests::real_prometheus server;
  std::shared_ptr<metric_source> source = make_prometheus_source();
};

}  // namespace

TEST_CASE("source/prometheus: a real one: buckets, instances and counts give verdicts of every test") {
  if (!tests::has_prometheus()) return;
  judged_fleet f;
  CHECK(f.slots_until_worse("worse(errors than baseline, ratio 1.25, alpha 0.1%)", 12) <= 12);
  // The first slot teaches the edges.
  CHECK(f.slots_until_worse("worse(slow than baseline, ratio 1.25, alpha 0.1%)", 8) <= 8);
  // Seven instances: log(0.95 * 7) nats a slot at most.
  CHECK(f.slots_until_worse("worse(busy than baseline, ratio 1.05, alpha 1%, every 10s)", 8) <= 8);
  CHECK(f.slots_until_worse("worse(busy than baseline, ratio 2, alpha 1%, every 10s)", 8) == 9);
}

TEST_CASE("source/prometheus: a real one: the fleet's past, pod by pod, calibrates the paces") {
  if (!tests::has_prometheus()) return;
  judged_fleet f;
  const auto t = f.rule("worse(errors than baseline, ratio 1.25, alpha 0.1%)");
  const auto wish = health::wishes_of(*t).at(0);
  const auto& look = t->looks().at(wish.look);
  const auto past = f.history(look, f.past.begin, f.past.begin + 1h);
  REQUIRE(past.why == "");
  REQUIRE(past.slots.size() == 360);
  const auto fleet = health::fleet_of(wish, past, health::slot_of(f.past.begin, 10s));
  REQUIRE(fleet.size() >= 350);
  REQUIRE(fleet.back().instances.size() == pods);
  CHECK(fleet.back().instances[0].total == doctest::Approx(1005).epsilon(0.05));
  const auto found = calibrate(wish.question, fleet).value();
  CHECK(found.lanes.size() == 2);
  CHECK(found.dispersion < 1.5);
  // Before it scraped anything there is no past; that is said, slot by slot.
  const auto before = f.history(look, f.past.begin - 2h, f.past.begin - 1h);
  CHECK(before.why == "");
  CHECK(health::fleet_of(wish, before, 0).empty());
  // More than Prometheus gives in one answer.
  CHECK(f.history(look, f.past.begin - 48h, f.past.begin).why.find("prometheus: bad_data: ") == 0);
}
