// What no real Prometheus would say, and what a mapping may not say.
#include "asking.hpp"

#include <shipflow/sources/prometheus.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using tests::ask;
using tests::fixed_server;
using tests::http_response;
using tests::question;
using tests::text_of;
using namespace std::chrono_literals;

namespace {

std::string spec_for(const std::string& url, const std::string& more = "") {
  return R"({"source":"prometheus","url":")" + url + R"(","value":"a","queries":{"a":"up"})" + more + "}";
}

std::string at(const metric_request& q, duration shift = 0ms) {
  const auto ms = to_ms(q.until + shift);
  return std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
}

std::string success(const std::string& type, const std::string& result, const std::string& more = "") {
  return R"({"status":"success")" + more + R"(,"data":{"resultType":")" + type + R"(","result":)" + result +
         "}}";
}

/// The reading of a server that answers `body`; `T` in it stands for the time that was asked for.
std::string reading_of(std::string body, const std::string& more = "", const std::string& status = "200 OK") {
  auto q = question(spec_for("http://x", more));
  for (auto i = body.find("@T"); i != std::string::npos; i = body.find("@T")) body.replace(i, 2, at(q));
  fixed_server s(http_response(body, status));
  q.spec["url"] = s.server.url("");
  const auto source = make_prometheus_source();
  return text_of(ask(*source, q));
}

std::string vector(const std::string& values) {
  std::string items;
  for (std::size_t i = 0; i < values.size();) {
    const auto end = std::min(values.find(' ', i), values.size());
    items += (items.empty() ? "" : ",") + std::string(R"({"metric":{},"value":[@T,")") +
             values.substr(i, end - i) + "\"]}";
    i = end + 1;
  }
  return success("vector", "[" + items + "]");
}

std::string refused(const std::string& spec, std::vector<std::string> series = {"a"}) {
  const auto source = make_prometheus_source();
  auto q = question(spec, std::move(series));
  q.from = time_point{};
  q.until = time_point{60s};
  const auto ok = source->check(q);
  return ok ? "" : ok.error().message;
}

}  // namespace

TEST_CASE("source/prometheus: a number is read, and nothing else is taken for one") {
  CHECK(reading_of(vector("12.5")) == "value 1.25E1");
  CHECK(reading_of(vector("+7")) == "value 7E0");
  CHECK(reading_of(success("scalar", R"([@T,"3"])")) == "value 3E0");
  CHECK(reading_of(vector("NaN")) == "invalid: the value is NaN");
  CHECK(reading_of(vector("+Inf")) == "invalid: the value is infinite");
  CHECK(reading_of(vector("-Inf")) == "invalid: the value is infinite");
  CHECK(reading_of(vector("1e999")) == "invalid: the value is infinite");
  CHECK(reading_of(vector("")).starts_with("missing: the query has no series"));
  CHECK(reading_of(vector("12 13")) ==
        "invalid: 2 series where one is expected; aggregate them in the query or give `reduce`");
  CHECK(reading_of(vector("twelve")) == "invalid: a sample that is not [time, \"number\"]");
  CHECK(reading_of(success("vector", R"([{"metric":{},"value":[@T,12]}])")) ==
        "invalid: a sample that is not [time, \"number\"]");
  CHECK(reading_of(success("vector", R"([{"metric":{},"histogram":[@T,{}]}])"))
            .starts_with("invalid: a native histogram"));
  CHECK(reading_of(success("string", R"([@T,"3"])")) ==
        "invalid: the query gives a string, wanted numbers at one time");
  CHECK(reading_of(success("matrix", "[]")) ==
        "invalid: the query gives a matrix, wanted numbers at one time");
  CHECK(reading_of(success("vector", "{}")) == "invalid: an answer without a result");
}

TEST_CASE("source/prometheus: several series are one number only when the mapping says how") {
  CHECK(reading_of(vector("1 2 6"), R"(,"reduce":"sum")") == "value 9E0");
  CHECK(reading_of(vector("1 2 6"), R"(,"reduce":"mean")") == "value 3E0");
  CHECK(reading_of(vector("1 2 6"), R"(,"reduce":"min")") == "value 1E0");
  CHECK(reading_of(vector("1 2 6"), R"(,"reduce":"max")") == "value 6E0");
  CHECK(reading_of(vector("1 NaN 6"), R"(,"reduce":"max")") == "invalid: the value is NaN");
}

TEST_CASE("source/prometheus: what several series said each is kept, by pod, instance or all labels") {
  auto q = question(spec_for("http://x", R"(,"reduce":"mean")"));
  fixed_server s(
      http_response(success("vector", R"([{"metric":{"pod":"a","instance":"i"},"value":[)" + at(q) +
                                          R"(,"1"]},{"metric":{"instance":"i"},"value":[)" + at(q) +
                                          R"(,"2"]},{"metric":{"x":"y"},"value":[)" + at(q) + R"(,"6"]}])")));
  q.spec["url"] = s.server.url("");
  const auto source = make_prometheus_source();
  const auto a = ask(*source, q);
  REQUIRE(text_of(a) == "value 3E0");
  REQUIRE(a.readings[0].instances.size() == 3);
  CHECK(a.readings[0].instances[0] == instance_reading{"a", 1});
  CHECK(a.readings[0].instances[1] == instance_reading{"i", 2});
  CHECK(a.readings[0].instances[2] == instance_reading{R"({"x":"y"})", 6});
}

TEST_CASE("source/prometheus: series with `le` are the buckets of one histogram") {
  const auto buckets = [](const std::vector<std::pair<std::string, std::string>>& all) {
    std::string items;
    for (const auto& [le, count] : all)
      items += (items.empty() ? "" : ",") + std::string(R"({"metric":{"le":")") + le + R"("},"value":[@T,")" +
               count + "\"]}";
    return success("vector", "[" + items + "]");
  };
  const std::string counted = R"(,"kind":"delta")";
  CHECK(reading_of(buckets({{"0.5", "99"}, {"0.1", "90"}, {"+Inf", "100"}}), counted) == "value 1E2");
  CHECK(reading_of(buckets({{"0.5", "99"}, {"0.1", "90"}}), counted) ==
        "invalid: a histogram without its bucket +Inf");
  CHECK(reading_of(buckets({{"0.5", "99"}, {"0.50", "9"}, {"+Inf", "100"}}), counted)
            .starts_with("invalid: several histograms"));
  CHECK(reading_of(buckets({{"half", "99"}, {"+Inf", "100"}}), counted) ==
        "invalid: a bucket without a readable `le`");
  CHECK(reading_of(buckets({{"0.5", "NaN"}, {"+Inf", "100"}}), counted) == "invalid: the value is NaN");
  CHECK(
      reading_of(buckets({{"0.5", "9"}, {"+Inf", "100"}})).starts_with("invalid: a histogram, which counts"));
}

TEST_CASE("source/prometheus: an answer for another time is invalid") {
  auto q = question(spec_for("http://x"));
  fixed_server s(http_response(success("vector", R"([{"metric":{},"value":[)" + at(q, -1h) + R"(,"1"]}])")));
  q.spec["url"] = s.server.url("");
  const auto source = make_prometheus_source();
  CHECK(text_of(ask(*source, q)).starts_with("invalid: answered for "));
}

TEST_CASE("source/prometheus: a range is read point by point, in order and without large gaps") {
  auto q = question(spec_for("http://x", R"(,"points":"max","step":"10s")"));
  const auto matrix = [&](const std::vector<std::pair<duration, std::string>>& points) {
    std::string items;
    for (const auto& [shift, number] : points)
      items += (items.empty() ? "" : ",") + std::string("[") + at(q, shift) + ",\"" + number + "\"]";
    fixed_server s(http_response(success("matrix", R"([{"metric":{},"values":[)" + items + "]}]")));
    auto copy = q;
    copy.spec["url"] = s.server.url("");
    const auto source = make_prometheus_source();
    const auto text = text_of(ask(*source, copy));
    CHECK(s.last().find("/api/v1/query_range?start=" + at(q, -50s).substr(0, 10)) != std::string::npos);
    CHECK(s.last().find("&step=10&") != std::string::npos);
    return text;
  };
  CHECK(matrix({{-40s, "1"}, {-30s, "9"}, {-20s, "2"}, {-10s, "3"}, {0s, "4"}}) == "value 9E0");
  CHECK(matrix({{-10s, "3"}, {0s, "4"}}) == "missing: gaps: 2 of 6 points");
  CHECK(matrix({{-20s, "2"}, {-20s, "3"}, {-10s, "3"}, {0s, "4"}}) ==
        "invalid: points that are not in order of time");
  CHECK(matrix({{-10s, "2"}, {-20s, "3"}, {-5s, "3"}, {0s, "4"}}) ==
        "invalid: points that are not in order of time");
  CHECK(matrix({{-20s, "2"}, {-10s, "NaN"}, {0s, "4"}}) == "invalid: the value is NaN");
  CHECK(matrix({{-20s, "2"}, {-10s, "1"}, {1h, "4"}}).starts_with("invalid: answered for "));
}

TEST_CASE("source/prometheus: a partial answer is missing unless the mapping accepts it") {
  const auto body =
      success("vector", R"([{"metric":{},"value":[@T,"1"]}])", R"(,"warnings":["store a is down"])");
  CHECK(reading_of(body) == "missing: a partial answer: store a is down");
  CHECK(reading_of(body, R"(,"warnings":"accept")") == "value 1E0");
}

TEST_CASE("source/prometheus: what is no answer of Prometheus makes the source unavailable, and says why") {
  CHECK(reading_of(R"({"status":"error","errorType":"bad_data","error":"parse error"})", "",
                   "400 Bad Request") == "unavailable: prometheus: bad_data: parse error");
  CHECK(reading_of("{}").find("does not answer as Prometheus does") != std::string::npos);
  CHECK(reading_of("<html>").find("does not answer as Prometheus does") != std::string::npos);
  CHECK(reading_of("busy", "", "503 Busy").find("answered 503: busy") != std::string::npos);
  CHECK(reading_of("", "", "401 No").find("answered 401: the credentials are not accepted") !=
        std::string::npos);
  CHECK(reading_of("", "", "404 No").find("answered 404: there is nothing at this address") !=
        std::string::npos);
  CHECK(reading_of(std::string(70, '[')).find("does not answer as Prometheus does") != std::string::npos);
}

TEST_CASE("source/prometheus: down, slow, redirected, too long, cut off and not trusted are unavailable") {
  const auto source = make_prometheus_source();
  const auto at_url = [&](const std::string& url, const std::string& more = "") {
    return text_of(ask(*source, question(spec_for(url, more))));
  };
  CHECK(at_url("http://127.0.0.1:" + std::to_string(tests::free_port())).starts_with("unavailable: "));
  fixed_server away(http_response("", "302 Found", "Location: http://127.0.0.1:1/login?token=x\r\n"));
  CHECK(
      at_url(away.server.url("")).find("to http://127.0.0.1:1/login?token=***; redirects are not followed") !=
      std::string::npos);
  fixed_server huge(http_response(std::string(std::size_t{5} << 20U, ' ')));
  CHECK(at_url(huge.server.url("")).starts_with("unavailable: "));
  fixed_server cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
  CHECK(at_url(cut.server.url(""), R"(,"timeout":"300ms")").starts_with("unavailable: "));
  tests::raw_server slow([](tests::raw_connection& c) { c.hang(); });
  CHECK(at_url(slow.url(""), R"(,"timeout":"200ms")").starts_with("unavailable: "));
  fixed_server plain(http_response("{}"));
  CHECK(at_url("https://127.0.0.1:" + std::to_string(plain.server.port)).starts_with("unavailable: "));
}

TEST_CASE(
    "source/prometheus: one series in trouble makes the look unavailable, one without data only itself "
    "missing") {
  auto q = question(
      R"({"source":"prometheus","url":"http://x","ratio":["bad","all"],"queries":{"bad":"b","all":"a"}})",
      {"bad", "all"});
  const auto number = success("vector", R"([{"metric":{},"value":[)" + at(q) + R"(,"5"]}])");
  std::atomic<bool> fails{false};
  tests::raw_server server([&](tests::raw_connection& c) {
    while (c.read_request()) {
      const bool bad = c.seen.find("query=b ") != std::string::npos;
      c.say(!bad    ? http_response(number)
            : fails ? http_response("x", "500 No")
                    : http_response(success("vector", "[]")));
    }
  });
  q.spec["url"] = server.url("");
  const auto source = make_prometheus_source();
  const auto a = ask(*source, q);
  CHECK(a.kind == series_kind::delta);
  CHECK(text_of(a).starts_with("missing: the query has no series"));
  CHECK(text_of(a).ends_with("; value 5E0"));
  fails = true;
  CHECK(text_of(ask(*source, q)).starts_with("unavailable: "));
}

TEST_CASE("source/prometheus: placeholders, credentials, headers and the slot are in the request") {
  fixed_server s(http_response("{}"));
  const auto source = make_prometheus_source();
  auto q = question(spec_for(s.server.url("/prom/"),
                             R"(,"bearer":"t0ken","headers":{"X-Scope-OrgID":"7"},"lookback":"90s")"));
  q.spec["queries"] = {{"a", "sum(increase(x{version=\"${version}\",arm=\"${arm}\"}[${slot}]))"}};
  q.version = "1.2.3+b";
  q.arm = "canary";
  static_cast<void>(ask(*source, q));
  const auto seen = s.last();
  CHECK(seen.starts_with("GET /prom/api/v1/query?time=" + at(q).substr(0, 10) +
                         "&lookback_delta=90&query=sum%28increase"
                         "%28x%7Bversion%3D%221.2.3%2Bb%22%2Carm%3D%22canary%22%7D%5B60s%5D%29%29 HTTP/1.1"));
  CHECK(seen.find("Authorization: Bearer t0ken\r\n") != std::string::npos);
  CHECK(seen.find("X-Scope-OrgID: 7\r\n") != std::string::npos);
  q.spec.erase("bearer");
  q.spec["basic"] = {{"user", "shop"}, {"password", "p:w"}};
  static_cast<void>(ask(*source, q));
  CHECK(s.last().find("Authorization: Basic c2hvcDpwOnc=\r\n") != std::string::npos);
  q.version = "1\"} or up{a=\"";
  CHECK(text_of(ask(*source, q)).find("characters that cannot stand in a query") != std::string::npos);
  q.version.clear();
  q.arm = "fleet";
  CHECK(text_of(ask(*source, q)) == "unavailable: there is no version behind the arm fleet");
}

TEST_CASE("source/prometheus: a wrong mapping is refused before anything runs, by member") {
  CHECK(refused(spec_for("http://p:9090")) == "");
  CHECK(refused(spec_for("http://p:9090", R"(,"bearer":"${secret:TOKEN}")")) == "");
  CHECK(refused(R"({"source":"prometheus","value":"a","queries":{"a":"up"}})") ==
        "`url` is missing, the URL to ask");
  CHECK(refused(spec_for("ftp://p")).starts_with("`url` cannot be used: "));
  CHECK(refused(spec_for("http://p/?x=1")) == "`url` is the server's address, without a query");
  CHECK(
      refused(R"({"source":"prometheus","url":"http://p","value":"a"})").starts_with("`queries` is missing"));
  CHECK(refused(spec_for("http://p"), {"a", "b"}) == "`queries` has no PromQL for the series b");
  CHECK(refused(R"({"source":"prometheus","url":"http://p","value":"a","queries":{"a":"${versoin}"}})")
            .starts_with("`queries.a`: `${versoin}` is not known here"));
  CHECK(refused(spec_for("http://p", R"(,"kind":"rate")")) == "`kind` is delta, counter or gauge");
  CHECK(refused(spec_for("http://p", R"(,"reduce":"last")")) == "`reduce` is sum, mean, min or max");
  CHECK(refused(spec_for("http://p", R"(,"points":"avg")")) == "`points` is sum, mean, min, max or last");
  CHECK(refused(spec_for("http://p", R"(,"points":"max","kind":"delta")")) == "`points` are for gauges");
  CHECK(refused(spec_for("http://p", R"(,"points":"max","step":"2m")")) ==
        "`step` is longer than the slot of 1m");
  CHECK(refused(spec_for("http://p", R"(,"step":"2s")")) == "`step` needs `points`");
  CHECK(refused(spec_for("http://p", R"(,"warnings":"ignore")")) == "`warnings` is refuse or accept");
  CHECK(refused(spec_for("http://p", R"(,"method":"POST")")) == "`method` has no meaning for Prometheus");
  CHECK(refused(spec_for("http://p", R"(,"bearer":"a","basic":{"user":"b","password":"c"})")) ==
        "`basic` and `bearer` exclude each other");
  CHECK(refused(spec_for("http://p", R"(,"basic":{"password":"c"})")) ==
        "`basic.user` is needed, without a colon");
  CHECK(refused(spec_for("http://p", R"(,"bearer":"a","headers":{"authorization":"b"})")) ==
        "`headers` hold an Authorization beside `bearer` or `basic`");
  CHECK(refused(spec_for("http://p", R"(,"querys":{})")).starts_with("`querys` is not known here"));
  CHECK(refused(spec_for("http://p", R"(,"timeout":"soon")")).starts_with("`timeout` must be a time"));
  const auto long_query = std::string(9000, 'x');
  CHECK(refused(R"({"source":"prometheus","url":"http://p","value":"a","queries":{"a":")" + long_query +
                "\"}}") == "`queries` has more than 8192 bytes for the series a");
}

TEST_CASE("source/prometheus: a source that goes away answers what it was asked") {
  tests::raw_server slow([](tests::raw_connection& c) { c.hang(); });
  auto source = make_prometheus_source();
  auto answer = tests::start(*source, question(spec_for(slow.url(""))));
  source.reset();
  REQUIRE(answer.wait_for(20s) == std::future_status::ready);
  CHECK(text_of(answer.get()).starts_with("unavailable: "));
}
