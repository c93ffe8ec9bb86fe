// Against a real Prometheus, with history that promtool wrote.
#include "http/certificates.hpp"
#include "real_prometheus.hpp"

#include <shipflow/sources/prometheus.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using tests::text_of;
using namespace std::chrono_literals;

namespace {

/// Half an hour of a shop, six hours ago, a sample every 15 s.
struct history {
  time_point begin = std::chrono::floor<std::chrono::minutes>(tests::now() - 6h);

  [[nodiscard]] std::string text() const {
    std::string ok, bad, cpu, buckets;
    double restarted = 0;
    for (int i = 0; i <= 120; ++i) {
      const auto at = " " + std::to_string(to_ms(begin) / 1000 + 15 * i) + "\n";
      ok += "http_requests_total{code=\"200\",version=\"2.0.0\"} " + std::to_string(100 * i) + at;
      // Ten errors a sample; the process is started again after ten minutes.
      restarted = i == 40 ? 0 : restarted + 10;
      bad += "http_requests_total{code=\"500\",version=\"2.0.0\"} " + std::to_string(restarted) + at;
      if (i < 60) cpu += "cpu_percent{pod=\"a\"} " + std::to_string(i == 20 ? 95 : 40) + at;
      cpu += "cpu_percent{pod=\"b\"} " + std::string(i >= 100 ? "NaN" : "60") + at;
      for (const auto& [le, share] : {std::pair{"0.1", 90}, std::pair{"0.5", 99}, std::pair{"+Inf", 100}})
        buckets += "latency_seconds_bucket{le=\"" + std::string(le) + "\"} " + std::to_string(share * i) + at;
    }
    // All samples of a series stand together.
    std::string a, b;
    for (std::size_t i = 0; i < cpu.size();) {
      const auto end = cpu.find('\n', i) + 1;
      (cpu.compare(i, 19, "cpu_percent{pod=\"a\"}", 0, 19) == 0 ? a : b) += cpu.substr(i, end - i);
      i = end;
    }
    return "# TYPE http_requests counter\n" + ok + bad + "# TYPE cpu_percent gauge\n" + a + b +
           "# TYPE latency_seconds_bucket gauge\n" + sorted(buckets) + "# EOF\n";
  }

 private:
  static std::string sorted(const std::string& text) {
    std::string out;
    for (const auto* le : {"le=\"0.1\"", "le=\"0.5\"", "le=\"+Inf\""})
      for (std::size_t i = 0; i < text.size();) {
        const auto end = text.find('\n', i) + 1;
        if (text.substr(i, end - i).find(le) != std::string::npos) out += text.substr(i, end - i);
        i = end;
      }
    return out;
  }
};

struct prometheus {
  explicit prometheus(const std::string& web_config = "") : server(past.text(), web_config) {}

  /// Asked for the slot that begins `after` the history's begin, as soon as the server is ready.
  metric_answer read(const std::string& kind, json::object queries, duration after, duration slot,
                     const json::object& more = {}, const std::string& scheme = "http") {
    metric_request q = tests::question("{}");
    q.spec = {{"source", "prometheus"}, {"url", server.at(scheme)}, {"queries", queries}};
    for (const auto& m : more) q.spec[m.key()] = m.value();
    q.series.clear();
    json::array names;
    for (const auto& m : queries) {
      q.series.emplace_back(m.key());
      names.push_back(json::string(m.key()));
    }
    q.spec[kind] = names;
    if (names.size() == 1) q.spec[kind] = names[0];
    q.version = "2.0.0";
    q.arm = "canary";
    q.from = past.begin + after;
    q.until = q.from + slot;
    return server.ask_when_ready(*source, q);
  }

  history past;
  tests::real_prometheus server;
  std::shared_ptr<metric_source> source = make_prometheus_source();
};

}  // namespace

TEST_CASE("source/prometheus: a real one: growth, restarts, several series, gaps, NaN, staleness") {
  if (!tests::has_prometheus()) return;
  prometheus p;
  const std::string errors =
      R"(sum(increase(http_requests_total{code=~"5..",version="${version}"}[${slot}])))";
  const std::string all = R"(sum(increase(http_requests_total{version="${version}"}[${slot}])))";

  const auto two = p.read("ratio", {{"bad", errors}, {"all", all}}, 5min, 1min);
  CHECK(two.kind == series_kind::delta);
  REQUIRE(two.readings.size() == 2);
  CHECK(two.readings[0].number == doctest::Approx(40));
  CHECK(two.readings[1].number == doctest::Approx(440));

  // Ten minutes in the counter fell from 400 to 0: that is a restart and no negative number.
  const auto restart = p.read("sum", {{"bad", errors}}, 9min + 30s, 1min);
  REQUIRE(restart.readings.size() == 1);
  CHECK(restart.readings[0].what == reading::state::value);
  CHECK(restart.readings[0].number >= 20);
  CHECK(restart.readings[0].number <= 50);

  const json::object cpu{{"cpu", "cpu_percent"}};
  CHECK(text_of(p.read("value", cpu, 4min, 1min)).starts_with("invalid: 2 series where one is expected"));
  CHECK(text_of(p.read("value", cpu, 9min, 1min, {{"reduce", "mean"}})) == "value 5E1");
  CHECK(text_of(p.read("value", {{"cpu", R"(cpu_percent{pod="a"})"}}, 4min + 30s, 1min,
                       {{"points", "max"}, {"step", "5s"}})) == "value 9.5E1");
  CHECK(text_of(p.read("value", {{"cpu", R"(cpu_percent{pod="b"})"}}, 26min, 1min)) ==
        "invalid: the value is NaN");
  CHECK(text_of(p.read("value", {{"cpu", R"(cpu_percent{pod="c"})"}}, 4min, 1min))
            .starts_with("missing: the query has no series"));
  // Its last sample is from 14m45s; a bare selector would take it for the present for five minutes.
  const json::object gone{{"cpu", R"(cpu_percent{pod="a"})"}};
  const json::object fresh{{"cpu", R"(last_over_time(cpu_percent{pod="a"}[${slot}]))"}};
  CHECK(text_of(p.read("value", fresh, 13min, 1min)) == "value 4E1");
  CHECK(text_of(p.read("value", fresh, 17min, 1min)).starts_with("missing: the query has no series"));
  CHECK(text_of(p.read("value", gone, 17min, 1min, {{"lookback", "5m"}})) == "value 4E1");
  CHECK(text_of(p.read("value", {{"cpu", R"(last_over_time(cpu_percent{pod="a"}[15s]))"}}, 14min, 4min,
                       {{"points", "last"}, {"step", "10s"}}))
            .starts_with("missing: gaps: "));
  const auto p95 = p.read(
      "value", {{"p95", "histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[1m]))) * 1000"}},
      6min, 1min, {{"unit", "ms"}});
  REQUIRE(p95.readings.size() == 1);
  CHECK(p95.readings[0].number == doctest::Approx(322.2).epsilon(0.01));

  const auto histogram =
      p.read("series", {{"latency", "sum by (le) (increase(latency_seconds_bucket[${slot}]))"}}, 6min, 1min,
             {{"kind", "delta"}});
  REQUIRE(histogram.readings.size() == 1);
  REQUIRE(histogram.readings[0].buckets.size() == 3);
  CHECK(histogram.readings[0].number == doctest::Approx(400));
  CHECK(histogram.readings[0].buckets[0].upper == 0.1);
  CHECK(histogram.readings[0].buckets[0].count == doctest::Approx(360));
  const auto pods = p.read("value", cpu, 9min, 1min, {{"reduce", "max"}});
  REQUIRE(pods.readings[0].instances.size() == 2);
  CHECK(pods.readings[0].instances[0] == instance_reading{"a", 40});

  CHECK(text_of(p.read("value", {{"cpu", "sum(("}}, 4min, 1min))
            .starts_with("unavailable: prometheus: bad_data: "));
  CHECK(text_of(p.read("value", {{"cpu", "cpu_percent[1m]"}}, 4min, 1min))
            .starts_with("invalid: the query gives a matrix"));
  CHECK(text_of(p.read("value", {{"cpu", "vector(1/0)"}}, 4min, 1min)) == "invalid: the value is infinite");
  CHECK(text_of(p.read("value", {{"cpu", "scalar(vector(3))"}}, 4min, 1min)) == "value 3E0");
}

TEST_CASE("source/prometheus: a real one behind TLS and a password") {
  if (!tests::has_prometheus()) return;
  const tests::temporary_directory keys;
  const auto authority = tests::make_certificate({.name = "test authority"}, nullptr);
  const auto ca = (keys.path / "ca.pem").string();
  const auto pem = (keys.path / "server.pem").string();
  tests::write_pem(ca, authority, false);
  tests::write_pem(pem, tests::make_certificate({.name = "prometheus"}, &authority), true);
  // The hash is of "s3cret".
  prometheus p(
      "tls_server_config: { cert_file: " + pem + ", key_file: " + pem +
      " }\nbasic_auth_users: { shop: $2b$04$IjVN4pH8Z/dYAGVVamzT/uCCOEMdzd2a0kMaJGGXU1nyprB/8Gi8a }\n");
  const json::object one{{"x", "vector(1)"}};
  const json::object good{{"ca", ca}, {"basic", {{"user", "shop"}, {"password", "s3cret"}}}};
  CHECK(text_of(p.read("value", one, 4min, 1min, good, "https")) == "value 1E0");
  auto wrong = good;
  wrong["basic"] = {{"user", "shop"}, {"password", "guess"}};
  CHECK(text_of(p.read("value", one, 4min, 1min, wrong, "https"))
            .find("answered 401: the credentials are not accepted") != std::string::npos);
  auto untrusted = good;
  untrusted.erase("ca");
  CHECK(text_of(p.read("value", one, 4min, 1min, untrusted, "https")).find("certificate not accepted") !=
        std::string::npos);
  CHECK(text_of(p.read("value", one, 4min, 1min, good, "http")).starts_with("unavailable: "));
}
