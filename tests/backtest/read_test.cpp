#include <shipflow/backtest.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>

namespace json = shipflow::json;
using shipflow::metric_arm;
using shipflow::recorded_kind;
using shipflow::release_from_csv;
using shipflow::release_from_prometheus;
using shipflow::release_truth;

namespace {

std::string trouble(std::string_view csv) {
  const auto r = release_from_csv("x", csv);
  return r ? "none" : r.error().text();
}

std::string trouble_of(const json::value& v) {
  const auto r = release_from_prometheus("x", v);
  return r ? "none" : r.error().text();
}

json::value body(const std::string& result) {
  return shipflow::parse_json(R"({"status":"success","data":{"resultType":"matrix","result":[)" + result +
                              "]}}")
      .value();
}

}  // namespace

TEST_CASE("backtest/csv: columns in any order, labels in comments, both forms of time, quotes") {
  const auto r =
      release_from_csv("1.6.0",
                       "# truth: bad\n# begins: 2026-03-03T10:00:00Z\n# bad_since: 1772532060\n# a remark\n"
                       "value,time,\"series\",arm,kind\r\n"
                       "7,1772532000,http_all,canary,growth\n"
                       "\n"
                       "NaN,1772532010.5,http_all,canary,growth\n"
                       ",1772532020,http_all,canary,growth\n"
                       "3,2026-03-03T10:00:00Z,\"a,\"\"b\",,\n")
          .value();
  CHECK(r.truth == release_truth::bad);
  CHECK(shipflow::to_ms(*r.begins) == 1'772'532'000'000);
  CHECK(shipflow::to_ms(*r.bad_since) == 1'772'532'060'000);
  REQUIRE(r.series.size() == 2);
  CHECK(r.series[0].name == "a,\"b");
  CHECK(r.series[0].arm == metric_arm::fleet);
  CHECK(r.series[1].kind == recorded_kind::growth);
  REQUIRE(r.series[1].points.size() == 2);
  CHECK(shipflow::to_ms(r.series[1].points[1].at) == 1'772'532'010'500);
  CHECK(std::isnan(r.series[1].points[1].value));
}

TEST_CASE("backtest/csv: what is wrong is said with its line") {
  const std::string head = "time,series,arm,value\n";
  CHECK(trouble("") == "there is no header `time,series,arm,value`");
  CHECK(trouble("time,series,arm\n") == "line 1: the header has no column `value`");
  CHECK(trouble("time,series,host,value\n").find("line 1: column `host` is none of") == 0);
  CHECK(trouble(head + "1,a,b\n") == "line 2: has 3 fields, the header has 4");
  CHECK(trouble(head + "yesterday,a,canary,1\n").find("line 2: `yesterday` is no time") == 0);
  CHECK(trouble(head + "1,a,green,1\n").find("line 2: arm `green` is none of") == 0);
  CHECK(trouble(head + "1,a,canary,many\n") == "line 2: `many` is no number");
  CHECK(trouble(head + "1,,canary,1\n") == "line 2: the series has no name");
  CHECK(trouble(head + "1,\"a,canary,1\n") == "line 2: a quote is not closed");
  CHECK(trouble(head + "-5,a,canary,1\n").find("line 2: the time lies outside") == 0);
  CHECK(trouble(head + "1e300,a,canary,1\n").find("line 2: the time lies outside") == 0);
  CHECK(trouble("# truth: maybe\n" + head).find("line 1: truth `maybe` is none of") == 0);
  CHECK(trouble(head + "1,a,canary,1\n1,a,canary,2\n").find("a on canary: has two readings of 1970-01-01") ==
        0);
  CHECK(trouble(head + "1,a,canary,1\n1,a,canary,1\n") == "none");
  CHECK(trouble("time,series,value,kind\n1,a,1,counter\n2,a,1,gauge\n") ==
        "line 3: series a is of two kinds");
}

TEST_CASE("backtest/prometheus: series, arms, text values and labels of the release") {
  auto v = body(
      R"({"metric":{"__name__":"http_all","arm":"canary"},"values":[[1772532000,"5"],[1772532010,"NaN"]]},
                   {"metric":{"__name__":"x","series":"cpu"},"values":[[1772532000.5,"+Inf"]]})");
  v.as_object()["release"] = {{"truth", "good"}, {"begins", "1772532005"}};
  for (const auto& form : {v, json::value(json::array{v})}) {
    const auto r = release_from_prometheus("1.5.0", form).value();
    CHECK(r.truth == release_truth::good);
    REQUIRE(r.series.size() == 2);
    CHECK(r.series[0].name == "cpu");
    CHECK(std::isinf(r.series[0].points[0].value));
    CHECK(r.series[1].arm == metric_arm::canary);
    CHECK(std::isnan(r.series[1].points[1].value));
  }
}

TEST_CASE("backtest/prometheus: what is no range query is refused by name") {
  CHECK(trouble_of(json::value(nullptr)).find("this is no answer of a successful range query") == 0);
  CHECK(trouble_of(json::value{{"status", "error"}}).find("this is no answer") == 0);
  CHECK(
      trouble_of(
          shipflow::parse_json(R"({"status":"success","data":{"resultType":"vector","result":[]}})").value())
          .find("`resultType` must be matrix") == 0);
  CHECK(trouble_of(body(R"({"metric":{}})")) == "result 0: needs `metric` and `values`");
  CHECK(trouble_of(body(R"({"metric":{"job":"a"},"values":[]})")).find("result 0: has neither") == 0);
  CHECK(trouble_of(body(R"({"metric":{"__name__":"a","arm":"b"},"values":[]})")).find("a: arm `b`") == 0);
  CHECK(trouble_of(body(R"({"metric":{"__name__":"a"},"values":[[1,2]]})")).find("a: a value must be") == 0);
  CHECK(trouble_of(body(R"({"metric":{"__name__":"a"},"values":[[1,"two"]]})")) == "a: `two` is no number");
}

TEST_CASE("backtest/csv: mutated files never crash") {
  const std::string good = "# truth: bad\ntime,series,arm,value,kind\n1772532000,http_all,canary,7,counter\n";
  std::mt19937_64 numbers(5);
  int readable = 0;
  for (int i = 0; i < 4'000; ++i) {
    auto text = good;
    for (auto k = numbers() % 4; k > 0; --k)
      text[numbers() % text.size()] = static_cast<char>(numbers() % 256);
    readable += release_from_csv("x", text) ? 1 : 0;
  }
  CHECK(readable > 0);
}
