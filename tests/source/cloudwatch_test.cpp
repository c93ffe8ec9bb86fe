#include "asking.hpp"
#include "aws/moto.hpp"

#include <shipflow/sources/cloudwatch.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using tests::ask;
using tests::fixed_server;
using tests::http_response;
using tests::text_of;
using namespace std::chrono_literals;

namespace {

constexpr auto balancer =
    R"({"source":"cloudwatch","ratio":["http_5xx","http_all"],"load_balancer":"app/shop/50dc",
  "target_group":"arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/api/73e2"})";

metric_request question(const std::string& spec, std::vector<std::string> series = {"http_5xx", "http_all"}) {
  return tests::question(spec, std::move(series));
}

std::string refused(const std::string& spec, std::vector<std::string> series, json::object target = {},
                    duration slot = 60s) {
  const auto source = make_cloudwatch_source({});
  auto q = question(spec, std::move(series));
  q.target = std::move(target);
  q.from = time_point{};
  q.until = time_point{slot};
  const auto ok = source->check(q);
  return ok ? "" : ok.error().message;
}

/// One result of GetMetricData; `points` as "seconds after the slot's begin: value".
std::string result_of(const metric_request& q, const std::string& id,
                      const std::vector<std::pair<int, std::string>>& points,
                      const std::string& status = "Complete") {
  std::string times, values;
  for (const auto& [after, number] : points) {
    times += (times.empty() ? "" : ",") + std::to_string(to_ms(q.from) / 1000 + after);
    values += (values.empty() ? "" : ",") + number;
  }
  return R"({"Id":")" + id + R"(","StatusCode":")" + status + R"(","Timestamps":[)" + times +
         R"(],"Values":[)" + values + "]}";
}

std::string answer_to(metric_request q, const std::vector<std::string>& results) {
  std::string all;
  for (const auto& r : results) all += (all.empty() ? "" : ",") + r;
  fixed_server s(http_response(R"({"MetricDataResults":[)" + all + "]}"));
  const auto source = make_cloudwatch_source(tests::place::with_keys(s.server.url("")).options());
  return text_of(ask(*source, std::move(q)));
}

}  // namespace

TEST_CASE(
    "source/cloudwatch: a balancer's counters: what is asked, and that no point is none only beside a "
    "witness") {
  const auto q = question(balancer);
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "3.0"}}), result_of(q, "s1", {{0, "400"}}),
                      result_of(q, "witness", {{0, "2"}})}) == "value 3E0; value 4E2");
  CHECK(answer_to(q, {result_of(q, "s0", {}), result_of(q, "s1", {{0, "400"}}),
                      result_of(q, "witness", {{0, "2"}})}) == "empty; value 4E2");
  CHECK(answer_to(q, {result_of(q, "s0", {}), result_of(q, "s1", {}), result_of(q, "witness", {{0, "2"}})}) ==
        "empty; empty");
  CHECK(answer_to(q, {result_of(q, "s0", {}), result_of(q, "s1", {}), result_of(q, "witness", {})})
            .starts_with("missing: no point for "));
}

TEST_CASE("source/cloudwatch: the request names dimensions, period and statistic") {
  auto q = question(balancer);
  fixed_server s(http_response(R"({"MetricDataResults":[]})"));
  const auto source = make_cloudwatch_source(tests::place::with_keys(s.server.url("")).options());
  q.spec["region"] = "us-west-2";
  CHECK(text_of(ask(*source, q)) ==
        "missing: CloudWatch left it out of its answer; missing: CloudWatch left it out of its answer");
  const auto seen = s.last();
  CHECK(seen.find("/us-west-2/monitoring/aws4_request") != std::string::npos);
  const auto body = parse_json(seen.substr(seen.find("\r\n\r\n") + 4)).value().as_object();
  CHECK(body.at("StartTime") == to_ms(q.from) / 1000);
  CHECK(body.at("EndTime") == to_ms(q.until) / 1000);
  const auto& first = body.at("MetricDataQueries").at(0).at("MetricStat").as_object();
  CHECK(first.at("Period") == 60);
  CHECK(first.at("Stat") == "Sum");
  CHECK(
      json::serialize(first.at("Metric")) ==
      R"({"Namespace":"AWS/ApplicationELB","MetricName":"HTTPCode_Target_5XX_Count","Dimensions":[{"Name":"LoadBalancer","Value":"app/shop/50dc"},{"Name":"TargetGroup","Value":"targetgroup/api/73e2"}]})");
  CHECK(body.at("MetricDataQueries").as_array().size() == 3);
}

TEST_CASE("source/cloudwatch: response times come in milliseconds, as sums and as quantiles") {
  auto q =
      question(R"({"source":"cloudwatch","mean":["time_total","http_all"],"load_balancer":"app/shop/50dc"})",
               {"time_total", "http_all"});
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "12.5"}}), result_of(q, "s1", {{0, "100"}})}) ==
        "value 1.25E4; value 1E2");
  auto p95 = question(R"({"source":"cloudwatch","value":"latency_p95","load_balancer":"app/shop/50dc"})",
                      {"latency_p95"});
  CHECK(answer_to(p95, {result_of(p95, "s0", {{0, "0.25"}})}) == "value 2.5E2");
}

TEST_CASE("source/cloudwatch: duplicates, other times, partial data and forbidden series are never numbers") {
  const auto q = question(R"({"source":"cloudwatch","value":"cpu","cluster":"c","service":"s"})", {"cpu"});
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "41.5"}})}) == "value 4.15E1");
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "41.5"}, {0, "41.5"}})}) == "invalid: 2 points in one slot");
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "41.5"}}), result_of(q, "s0", {{0, "41.5"}})}) ==
        "invalid: 2 points in one slot");
  CHECK(answer_to(q, {result_of(q, "s0", {{-60, "41.5"}})}).starts_with("invalid: a point of "));
  CHECK(answer_to(q, {result_of(q, "s0", {{60, "41.5"}})}).starts_with("invalid: a point of "));
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "\"NaN\""}})}) == "invalid: a value that is no number");
  CHECK(answer_to(q, {result_of(q, "s0", {{0, "41.5"}}, "PartialData")})
            .starts_with("missing: CloudWatch says PartialData"));
  CHECK(
      answer_to(q, {result_of(q, "s0", {}, "Forbidden")}).starts_with("missing: CloudWatch may not read it"));
  CHECK(answer_to(q, {R"({"Id":"s0","Timestamps":[1],"Values":[]})"}) ==
        "invalid: as many times as values are expected");
  CHECK(answer_to(q, {R"({"Id":"s0","Timestamps":["soon"],"Values":[1]})"}) ==
        "invalid: a point without a readable time");
  CHECK(answer_to(q, {result_of(q, "s0", {})}).find("give a `witness` where none means none") !=
        std::string::npos);
}

TEST_CASE("source/cloudwatch: pages are merged, and do not go on for ever") {
  const auto q = question(R"({"source":"cloudwatch","value":"cpu","cluster":"c","service":"s"})", {"cpu"});
  std::atomic<int> asked{0};
  std::atomic<bool> endless{false};
  tests::raw_server server([&](tests::raw_connection& c) {
    while (c.read_request()) {
      const bool first = c.seen.find("NextToken") == std::string::npos;
      ++asked;
      c.say(http_response(
          first || endless
              ? R"({"MetricDataResults":[{"Id":"s0","Timestamps":[],"Values":[]}],"NextToken":"n"})"
              : R"({"MetricDataResults":[)" + result_of(q, "s0", {{0, "7"}}) + "]}"));
    }
  });
  const auto source = make_cloudwatch_source(tests::place::with_keys(server.url("")).options());
  CHECK(text_of(ask(*source, q)) == "value 7E0");
  CHECK(asked == 2);
  endless = true;
  CHECK(text_of(ask(*source, q)).find("more than 20 pages") != std::string::npos);
}

TEST_CASE("source/cloudwatch: refusals, silence and missing keys make the source unavailable") {
  const auto q = question(balancer);
  fixed_server denied(http_response(
      R"({"__type":"AccessDenied","message":"not authorized to perform: cloudwatch:GetMetricData"})",
      "403 No"));
  CHECK(text_of(ask(*make_cloudwatch_source(tests::place::with_keys(denied.server.url("")).options()), q)) ==
        "unavailable: monitoring GetMetricData: AccessDenied: not authorized to perform: "
        "cloudwatch:GetMetricData");
  CHECK(text_of(ask(*make_cloudwatch_source(tests::place{}.options()), q)).find("no AWS credentials") !=
        std::string::npos);
  tests::raw_server slow([](tests::raw_connection& c) { c.hang(); });
  auto hasty = q;
  hasty.spec["timeout"] = "300ms";
  CHECK(text_of(ask(*make_cloudwatch_source(tests::place::with_keys(slow.url("")).options()), hasty))
            .find("no answer within") != std::string::npos);
}

TEST_CASE("source/cloudwatch: a wrong mapping is refused before anything runs, by member") {
  const json::object ecs{{"cluster", "c"}, {"service", "s"}};
  CHECK(refused(balancer, {"http_5xx", "http_all"}) == "");
  CHECK(refused(R"({"source":"cloudwatch","value":"cpu"})", {"cpu"}, ecs) == "");
  CHECK(refused(R"({"source":"cloudwatch","value":"cpu"})", {"cpu"}) ==
        "the series cpu needs `cluster`, in the metric or in the component's binding");
  CHECK(
      refused(R"({"source":"cloudwatch","ratio":["http_5xx","http_all"]})", {"http_5xx", "http_all"}, ecs) ==
      "the series http_5xx needs `load_balancer`, in the metric or in the component's binding");
  CHECK(refused(R"({"source":"cloudwatch","value":"orders"})", {"orders"})
            .starts_with("the series orders needs an entry in `queries`; known by name are http_all"));
  const auto one = [](const std::string& query) {
    return R"({"source":"cloudwatch","value":"x","queries":{"x":)" + query + "}}";
  };
  CHECK(refused(one(R"({"namespace":"Shop","metric":"X","stat":"Average"})"), {"x"}, {}, 10s) == "");
  CHECK(refused(one(R"({"namespace":"Shop","metric":"X"})"), {"x"}) == "`queries.x.stat` is needed");
  CHECK(refused(one(R"({"namespace":"Shop","metric":"X","stat":"p 95"})"), {"x"})
            .starts_with("`queries.x.stat` is Sum, "));
  CHECK(refused(one(R"({"namespace":"Shop","metric":"X","stat":"Sum","dimensions":{"A":1}})"), {"x"}) ==
        "`queries.x.dimensions` must map names to texts");
  CHECK(refused(one(R"({"namespace":"Shop","metric":"X","stat":"Sum","period":60})"), {"x"})
            .starts_with("`queries.x.period` is not known here"));
  CHECK(
      refused(one(R"({"namespace":"Shop","metric":"X","stat":"Sum","dimensions":{"V":"${verison}"}})"), {"x"})
          .starts_with("`${verison}` is not known"));
  CHECK(refused(one("7"), {"x"}) == "`queries` must hold mappings");
  CHECK(refused(balancer, {"http_5xx", "latency_p95"}) ==
        "`queries` mix counts (Sum, SampleCount) with gauges in one metric");
  CHECK(refused(balancer, {"http_5xx", "http_all"}, {}, 10s) ==
        "CloudWatch counts per minute, slots of 10s have no numbers; give the trigger `slot: 60s`");
  CHECK(refused(R"({"source":"cloudwatch","value":"cpu","arms":{"old":{}}})", {"cpu"}, ecs) ==
        "`arms` must map canary, baseline or fleet to mappings");
  CHECK(refused(R"({"source":"cloudwatch","value":"cpu","endpoint_url":"x"})", {"cpu"}, ecs)
            .starts_with("`endpoint_url` cannot be used"));
  CHECK(refused(R"({"source":"cloudwatch","value":"cpu","regoin":"x"})", {"cpu"}, ecs)
            .starts_with("`regoin` is not known here"));
}

TEST_CASE("source/cloudwatch: numbers arrive two minutes late unless the mapping says otherwise") {
  const auto source = make_cloudwatch_source({});
  CHECK(source->lag({}) == 2min);
  CHECK(source->lag({{"lag", "5m"}}) == 5min);
}

TEST_CASE("source/cloudwatch: moto: what was put is read, per arm, signed") {
  if (tests::moto_program().empty()) return;
  const tests::moto server;
  aws::client client(server.keys.options());
  auto q = question(R"({"source":"cloudwatch","ratio":["bad","all"],"witness":"all","queries":{
      "bad":{"namespace":"Shop","metric":"Bad","stat":"Sum","dimensions":{"Version":"${version}"}},
      "all":{"namespace":"Shop","metric":"All","stat":"Sum","dimensions":{"Version":"${version}"}}}})",
                    {"bad", "all"});
  const auto put = [&](const std::string& metric, const std::string& version, double number) {
    const json::object point{{"MetricName", metric},
                             {"Dimensions", {{{"Name", "Version"}, {"Value", version}}}},
                             {"Timestamp", to_ms(q.from) / 1000 + 30},
                             {"Value", number}};
    static_cast<void>(tests::moto::call(client, aws::cloudwatch, "PutMetricData",
                                        {{"Namespace", "Shop"}, {"MetricData", {point}}}));
  };
  put("Bad", "2.0.0", 3);
  put("Bad", "2.0.0", 4);
  put("All", "2.0.0", 100);
  put("All", "1.0.0", 900);
  const auto source = make_cloudwatch_source(server.keys.options());
  q.arm = "canary";
  q.version = "2.0.0";
  CHECK(text_of(ask(*source, q)) == "value 7E0; value 1E2");
  q.arm = "baseline";
  q.version = "1.0.0";
  CHECK(text_of(ask(*source, q)) == "empty; value 9E2");
  q.version = "0.9.0";
  CHECK(text_of(ask(*source, q)).starts_with("missing: no point for "));
  auto forged = server.keys;
  forged.variables["AWS_SECRET_ACCESS_KEY"] += "x";
  CHECK(text_of(ask(*make_cloudwatch_source(forged.options()), q))
            .starts_with("unavailable: monitoring GetMetricData: "));
}
