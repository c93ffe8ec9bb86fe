#include "health/bind.hpp"

#include <shipflow/condition.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

metric_table metrics() {
  const auto text = parse_json(R"({
    "errors":  {"source": "load_balancer", "ratio": ["http_5xx", "http_all"]},
    "cpu":     {"source": "host", "value": "cpu", "unit": "%", "arm": "canary"},
    "memory":  {"source": "host", "value": "memory"},
    "latency": {"source": "load_balancer", "mean": ["time_total", "http_all"], "unit": "s", "over": "1m"},
    "db":      {"source": "shop", "per_min": "db_errors"},
    "p95":     {"source": "shop", "quantile": [0.95, "latency"], "unit": "ms"},
    "raw":     {"source": "shop", "series": ["ok", "all"]}})");
  return read_metrics(text->as_object()).value();
}

std::string refusal(const std::string& text, duration slot = std::chrono::seconds(10)) {
  const auto r = check_condition(parse_condition(text).value(), metrics(), slot);
  INFO(text);
  REQUIRE(!r.has_value());
  return r.error().message;
}

health::bound_condition bound(const std::string& text, duration slot = std::chrono::seconds(10)) {
  std::vector<health::series_key> inputs;
  auto b = health::bind_condition(parse_condition(text).value(), health::condition_role::alert, metrics(),
                                  slot, inputs);
  INFO(text);
  REQUIRE_MESSAGE(b.has_value(), b.error().text());
  return *b;
}

double threshold(const std::string& text) { return bound(text).atoms.at(0).low; }
std::int64_t events(const std::string& text) { return bound(text).atoms.at(0).number.min_count; }

std::string metric_refusal(const std::string& spec) {
  const auto r = read_metric("m", parse_json(spec)->as_object());
  INFO(spec);
  REQUIRE(!r.has_value());
  return r.error().message;
}

}  // namespace

TEST_CASE("health/bind: unknown names are refused with the nearest one") {
  CHECK(refusal("erors > 1%") == "there is no metric \"erors\" in the environment; did you mean \"errors\"?");
  CHECK(refusal("sum(http_5x) > 1") ==
        "no metric of the environment reads the series \"http_5x\"; did you mean \"http_5xx\"?");
  CHECK(refusal("ratio(http_5xx, ok) > 1%") == "no metric reads both \"http_5xx\" and \"ok\" in one look");
  CHECK(refusal("raw > 1") == "metric \"raw\" only lists series; write for example sum(ok)");
}

TEST_CASE("health/bind: what has no meaning is refused with the remedy") {
  CHECK(refusal("cpu > 3 * latency") == "cpu > 3 * latency: the two metrics have different units");
  CHECK(refusal("burn(cpu, slo 99.9%, 14.4x in 1h and 5m)").find("a burn rate is that of a ratio") !=
        std::string::npos);
  CHECK(refusal("burn(errors over 5m, slo 99.9%, 14.4x in 1h and 5m)").find("leave out `over`") !=
        std::string::npos);
  CHECK(refusal("worse(db than baseline, ratio 1.25, alpha 0.1%)").find("per_min has no test") !=
        std::string::npos);
  CHECK(refusal("worse(errors than baseline, ratio 1.25, alpha 0.1%, test mann_whitney)")
            .find("there is no test \"mann_whitney\" for ratio") != std::string::npos);
  CHECK(refusal("worse(errors over 5m than baseline, ratio 1.25, alpha 0.1%)").find("leave out `over`") !=
        std::string::npos);
  CHECK(refusal("worse(errors on canary than baseline, ratio 1.25, alpha 0.1%)").find("leave out `on`") !=
        std::string::npos);
  CHECK(refusal("no_worse(errors than baseline, ratio 2, beta 1%, every 15s)")
            .find("not a multiple of the slot") != std::string::npos);
}

TEST_CASE("health/bind: certain wants a share or a capped mean, and a limit it can miss") {
  CHECK(refusal("certain(cpu > 80%, beta 1%)").find("certain needs a ratio") != std::string::npos);
  CHECK(refusal("certain(errors over 5m > 80%, beta 1%)").find("leave out `over`") != std::string::npos);
  CHECK(refusal("certain(errors > 100%, beta 1%)").find("can never be certain") != std::string::npos);
  CHECK(refusal("certain(errors > 5s, beta 1%)").find("a share compares with") != std::string::npos);
  CHECK(refusal("certain(mean(cpu cap 90%) < 95%, beta 1%)").find("the cap") != std::string::npos);
  CHECK(bound("certain(errors < 5%, beta 1%)").atoms[0].gate->limit == 0.05);
}

TEST_CASE("health/bind: what can never be true is refused") {
  CHECK(refusal("errors > 100%") == "errors > 100% can never be true: a share lies between 0% and 100%");
  CHECK(refusal("errors > 5") == "errors > 5 can never be true: a share lies between 0% and 100%");
  CHECK(refusal("errors < 0%").find("can never be true") != std::string::npos);
  CHECK(refusal("burn(errors, slo 90%, 14.4x in 1h and 5m)").find("can never be true") != std::string::npos);
  CHECK(bound("errors >= 100%").atoms[0].low == 1);
}

TEST_CASE("health/bind: tests read the canary and its baseline, at the recommended pace or the one given") {
  const auto worse = bound("worse(errors than baseline, ratio 1.25, alpha 0.1%)").atoms.at(0);
  REQUIRE(worse.test.has_value());
  CHECK(worse.test->alpha == 0.001);
  REQUIRE(worse.test->lanes.size() == 2);
  CHECK(worse.test->lanes[1].slots == 6);
  CHECK(worse.test->canary.first != worse.test->baseline.first);
  const auto given = bound("worse(errors than baseline, ratio 3, alpha 1%, every 30s)").atoms.at(0);
  REQUIRE(given.test->lanes.size() == 1);
  CHECK(given.test->lanes[0].slots == 3);
  CHECK(given.test->lanes[0].rule.ratio == 3);
  const auto well = bound("no_worse(errors than baseline, ratio 2, beta 1%)").atoms.at(0);
  CHECK(well.test->lanes[0].slots == 6);
  CHECK(well.test->lanes[0].rule.side == test_side::no_worse);
}

TEST_CASE("health/bind: a quantile wants ten events beyond it, a burn rate ten at the pace it looks for") {
  const auto number = [](const std::string& text) { return bound(text).atoms.at(0).number; };
  CHECK(number("p95 over 5m > 500ms").min_count == 200);
  CHECK(number("quantile(0.99, latency) over 5m > 500ms").min_count == 1000);
  CHECK(number("p95 over 5m > 500ms min_count 50").min_count == 50);
  CHECK(number("slow(latency, > 500ms) > 5%").limit.value() == 500);
  CHECK(bound("burn(errors, slo 99.9%, 14.4x in 1h and 5m)").atoms.at(0).other->min_count == 695);
}

TEST_CASE("health/bind: thresholds are in the unit of the readings") {
  CHECK(threshold("errors > 1%") == 0.01);
  CHECK(threshold("errors > 0.01") == 0.01);
  CHECK(threshold("cpu > 80%") == 80);
  CHECK(threshold("cpu > 80") == 80);
  CHECK(threshold("memory > 85%") == 0.85);
  CHECK(threshold("latency > 2s") == 2);
  CHECK(threshold("latency > 500ms") == 0.5);
  CHECK(threshold("latency > 3") == 3);
  CHECK(threshold("db > 10") == 10);
  CHECK(refusal("errors > 5s").find("a share compares with") != std::string::npos);
  CHECK(refusal("cpu > 5s").find("a share compares with") != std::string::npos);
  CHECK(refusal("db > 5%").find("is a number of events") != std::string::npos);
  CHECK(refusal("db > 5s").find("compares with a plain number") != std::string::npos);
  CHECK(refusal("latency > 5%").find("the metric is a time") != std::string::npos);
}

TEST_CASE("health/bind: windows are slots") {
  CHECK(bound("errors > 1%").atoms[0].number.window == 1);
  CHECK(bound("errors over 5m > 1%").atoms[0].number.window == 30);
  CHECK(bound("latency > 1s").atoms[0].number.window == 6);
  CHECK(bound("latency over slot > 1s").atoms[0].number.window == 1);
  CHECK(bound("errors over start > 1%").atoms[0].number.window == 0);
  CHECK(refusal("errors over 15s > 1%").find("the window 15s is not a multiple of the slot 10s") !=
        std::string::npos);
  CHECK(refusal("errors over 7d > 1%").find("more than 10000 slots") != std::string::npos);
  CHECK(bound("errors > 1% for 25s").need == 3);
  CHECK(bound("errors > 1% max_gap 25s").longest_gap == 2);
  CHECK(bound("errors > 1% for 1m").longest_gap == 2);
}

TEST_CASE("health/bind: one event alone never decides a ratio unless the document says so") {
  CHECK(events("errors > 5%") == 20);
  CHECK(events("errors >= 5%") == 21);
  CHECK(events("errors > 1%") == 100);
  CHECK(events("errors > 3%") == 34);
  CHECK(events("errors < 95%") == 20);
  CHECK(events("errors <= 95%") == 21);
  CHECK(events("errors < 0.1%") == 2);
  CHECK(events("errors > 0%") == 1);
  CHECK(events("not errors < 1%") == 101);
  CHECK(events("errors outside [0, 1%]") == 100);
  CHECK(events("errors outside [90%, 95%]") == 10);
  CHECK(events("errors > 1% min_count 7") == 7);
  CHECK(events("cpu > 80% min_count 7") == 0);
  CHECK(events("latency > 1s min_count 7") == 7);
}

TEST_CASE("health/bind: the metrics a condition needs") {
  const auto c = parse_condition("errors > 1% or ratio(ok, all) < 95% or absent(db_errors, 1m)").value();
  CHECK(metrics_needed(c, metrics()) == std::vector<std::string>{"db", "errors", "raw"});
}

TEST_CASE("health/metric: a mapping that cannot work is refused naming metric and member") {
  CHECK(metric_refusal(R"({"ratio": ["a", "b"]})") == "metric \"m\": source is needed");
  CHECK(metric_refusal(R"({"source": "s"})").find("exactly one of value, ratio") != std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "value": "a", "mean": "b"})").find("exactly one of") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "ratio": ["a"]})") ==
        "metric \"m\": ratio needs 2 names of series");
  CHECK(metric_refusal(R"({"source": "s", "ratio": ["a", "a"]})") ==
        "metric \"m\": the two series must differ");
  CHECK(metric_refusal(R"({"source": "s", "value": ""})") == "metric \"m\": value must hold names of series");
  CHECK(metric_refusal(R"({"source": "s", "value": "a", "unit": "kg"})").find("unit is") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "ratio": ["a","b"], "unit": "%"})").find("no meaning") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "value": "a", "over": "5"})").find("has no unit") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "value": "a", "arm": "x"})").find("arm is canary") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "value": "a", "min_count": 0})").find("min_count") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": 5, "value": "a"})") == "metric \"m\": source must be a string");
  CHECK(metric_refusal(R"({"source": "s", "slow": ["a"]})") == "metric \"m\": slow must be [series, 500ms]");
  CHECK(metric_refusal(R"({"source": "s", "slow": ["a", "soon"]})").find("slow must be") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "mean": ["a", "b"], "cap": "2s"})").find("cap belongs to") !=
        std::string::npos);
  CHECK(metric_refusal(R"({"source": "s", "mean": "a", "cap": "-2s"})").find("cap must be") !=
        std::string::npos);
  const auto slow =
      read_metric("m", parse_json(R"({"source": "s", "slow": ["a", "500ms"]})")->as_object()).value();
  CHECK(print(*slow.what) == "slow(a, > 500ms)");
  const auto capped =
      read_metric("m", parse_json(R"({"source": "s", "mean": "a", "cap": "2s"})")->as_object()).value();
  CHECK(print(*capped.what) == "mean(a cap 2s)");
  const auto not_mapping = read_metrics(parse_json(R"({"m": 5})")->as_object());
  REQUIRE(!not_mapping.has_value());
  CHECK(not_mapping.error().message == "metric \"m\" must be a mapping");
}
