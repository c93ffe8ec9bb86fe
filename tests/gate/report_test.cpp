#include <shipflow/gate.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace shipflow;

namespace {

std::string numbers(report_kind k, std::string_view text, const std::vector<std::string>& pointers = {}) {
  const auto r = read_report(k, text, pointers);
  if (!r) return r.error().message;
  std::string out;
  for (const auto& [name, value] : r->numbers) {
    auto digits = std::to_string(value);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    out += (out.empty() ? "" : " ") + name + "=" + digits;
  }
  return out;
}

constexpr std::string_view junit = R"(<?xml version="1.0"?>
<!DOCTYPE testsuites [<!ENTITY big "x">]>
<testsuites><testsuite name="outer" tests="4" failures="1" errors="0"><testsuite name="inner" failures="1" errors="1">
<testcase classname="a" name="one" time="0.5"/>
<testcase classname="a" name="two" time="1.25"><failure message="2 &lt; 3">trace</failure></testcase>
<testcase classname="a" name="three"><skipped/></testcase>
<testcase classname="a" name="four"><error message="boom"/></testcase>
</testsuite></testsuite></testsuites>)";

constexpr std::string_view sarif =
    R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "bandit", "rules": [
 {"id": "B1", "defaultConfiguration": {"level": "error"}, "properties": {"security-severity": "9.8"}},
 {"id": "B2", "properties": {"security-severity": "5.0"}}]}},
 "invocations": [{"executionSuccessful": true}],
 "results": [
  {"ruleId": "B1", "message": {"text": "shell=True"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}}}]},
  {"ruleId": "B2", "message": {"text": "x"}}, {"ruleIndex": 1, "level": "note", "message": {"text": "y"}},
  {"ruleId": "B1", "kind": "pass", "message": {"text": "fine"}},
  {"ruleId": "B1", "level": "none"},
  {"ruleId": "B1", "suppressions": [{"kind": "inSource"}]},
  {"ruleId": "B1", "level": "error", "suppressions": [{"kind": "external", "status": "rejected"}]}]}]})";

constexpr std::string_view k6_export = R"k6({"metrics": {
 "http_reqs": {"count": 711, "rate": 23.6},
 "http_req_failed": {"passes": 7, "fails": 704, "value": 0.01, "thresholds": {"rate<0.05": false}},
 "checks": {"passes": 515, "fails": 6, "value": 0.98},
 "http_req_duration": {"avg": 140.4, "min": 1, "med": 141.5, "max": 690, "p(90)": 200, "p(95)": 300.5,
  "thresholds": {"p(95)<200": true}}}})k6";
constexpr std::string_view k6_handled = R"k6({"metrics": {
 "http_reqs": {"type": "counter", "values": {"count": 45, "rate": 6.5}},
 "http_req_failed": {"type": "rate", "values": {"rate": 0.2, "passes": 9, "fails": 36},
  "thresholds": {"rate<0.01": {"ok": false}}},
 "http_req_duration": {"type": "trend", "values": {"avg": 10, "p(99)": 12},
  "thresholds": {"p(99)<20": {"ok": true}}}}})k6";

constexpr std::string_view locust_csv =
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max "
    "Response Time,"
    "Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\r\n"
    "GET,\"/a,\"\"b\"\"\",90,2,10,12.5,1,99,10,1,0,10,11,12,13,14,15,16,17,18,19,99\r\n"
    ",Aggregated,200,10,20,25.5,1,900,10,1,0,20,21,22,23,40,50,60,70,80,90,900\r\n";
constexpr std::string_view locust_json = R"([
 {"name": "/a", "num_requests": 90, "num_failures": 9, "total_response_time": 900, "max_response_time": 30, "response_times": {"10": 80, "30": 10}},
 {"name": "/b", "num_requests": 10, "num_failures": 0, "total_response_time": 2000, "max_response_time": 250, "response_times": {"200": 10}}])";

constexpr std::string_view lcov =
    "TN:\nSF:a.cpp\nFNF:4\nFNH:3\nBRF:10\nBRH:4\nLF:80\nLH:60\nend_of_record\nSF:b.cpp\r\nDA:1,1\nDA:2,0\nDA:"
    "3,5,abc\nDA:4,-1\nend_of_record\n";

}  // namespace

TEST_CASE("gate/report: numbers of each kind of report") {
  CHECK(numbers(report_kind::junit, junit) == "errors=1 failures=1 passed=1 skipped=1 tests=4 time=1750");
  CHECK(
      numbers(
          report_kind::cobertura,
          "<coverage line-rate=\"0.784\" branch-rate=\"0.5\" lines-valid=\"1000\" branches-valid=\"0\"/>") ==
      "lines=78.4");
  CHECK(numbers(report_kind::cobertura, "<coverage line-rate=\"1\" branch-rate=\"0.5\"/>") ==
        "branches=50 lines=100");
  CHECK(numbers(report_kind::lcov, lcov) == "branches=40 functions=75 lines=73.809524");
  CHECK(numbers(report_kind::sarif, sarif) ==
        "critical=2 error=2 high=0 low=0 medium=2 note=1 suppressed=1 warning=1");
  CHECK(numbers(report_kind::k6, k6_export) ==
        "checks=98 max=690 mean=140.4 median=141.5 p90=200 p95=300.5 requests=711 success=99 thresholds=1");
  CHECK(numbers(report_kind::k6, k6_handled) == "mean=10 p99=12 requests=45 success=80 thresholds=1");
  CHECK(numbers(report_kind::locust, locust_csv) ==
        "max=900 mean=25.5 median=20 p90=40 p95=50 p99=70 requests=200 success=95");
  CHECK(numbers(report_kind::locust, locust_json) ==
        "max=250 mean=29 median=10 p90=30 p95=200 p99=200 requests=100 success=91");
  CHECK(numbers(report_kind::json, R"({"a": {"b": [1, 2.5]}, "c": 3})", {"/a/b/1", "/c", "/nowhere"}) ==
        "/a/b/1=2.5 /c=3");
}

TEST_CASE("gate/report: what counted against it is named, in one printable line each") {
  const auto r = read_report(report_kind::junit, junit).value();
  CHECK(r.findings == std::vector<std::string>{"a.two: 2 < 3", "a.four: boom"});
  CHECK(read_report(report_kind::sarif, sarif).value().findings.front() == "error B1 a.py: shell=True");
  const auto hostile = read_report(
      report_kind::junit,
      "<testsuite><testcase name=\"a&#10;b&#27;[31m\"><failure message=\"\"/></testcase></testsuite>");
  CHECK(hostile.value().findings.front() == ".a b [31m: ");
}

TEST_CASE("gate/report: a suite that admits more than its cases show is believed") {
  CHECK(numbers(report_kind::junit, "<testsuite tests=\"9\" failures=\"2\" errors=\"1\"/>") ==
        "errors=1 failures=2 passed=0 skipped=0 tests=0 time=0");
}

TEST_CASE("gate/report: what stands above the suites is believed as well, and nonsense is no number") {
  CHECK(numbers(report_kind::junit,
                "<testsuites failures=\"3\"><testsuite failures=\"1\"><testcase name=\"a\"/></testsuite>"
                "<testsuite failures=\"1\"/></testsuites>") ==
        "errors=0 failures=3 passed=0 skipped=0 tests=1 time=0");
  CHECK(numbers(report_kind::junit,
                "<testsuites><testsuite failures=\"1\"/><testsuite failures=\"1\"/></testsuites>") ==
        "errors=0 failures=2 passed=0 skipped=0 tests=0 time=0");
  CHECK(
      numbers(report_kind::junit,
              "<testsuite failures=\"-3\" errors=\"lots\"><testcase name=\"a\" time=\"-5\"/></testsuite>") ==
      "errors=0 failures=0 passed=1 skipped=0 tests=1 time=0");
  // A billion tests that nobody lists are none; a number without an end is as many as there can be.
  CHECK(numbers(report_kind::junit, "<testsuite tests=\"1000000000\"/>") ==
        "errors=0 failures=0 passed=0 skipped=0 tests=0 time=0");
  CHECK(numbers(report_kind::junit, "<testsuite failures=\"inf\"/>").find("failures=1000000000000000 ") !=
        std::string::npos);
}

TEST_CASE("gate/report: a case that was not run is skipped, also where only its attributes say so") {
  for (const auto* said : {"status=\"notrun\" result=\"suppressed\"", "status=\"disabled\"",
                           "status=\"skipped\"", "status=\"run\" result=\"skipped\""}) {
    CAPTURE(said);
    CHECK(numbers(report_kind::junit, "<testsuites disabled=\"1\"><testsuite><testcase name=\"a\" " +
                                          std::string(said) + "/></testsuite></testsuites>") ==
          "errors=0 failures=0 passed=0 skipped=1 tests=1 time=0");
  }
  CHECK(numbers(report_kind::junit,
                "<testsuite><testcase name=\"a\" status=\"run\" result=\"completed\"/></testsuite>") ==
        "errors=0 failures=0 passed=1 skipped=0 tests=1 time=0");
}

TEST_CASE("gate/report: rules of what extends a scanner are found, as CodeQL writes them") {
  const auto with = [](const std::string& result) {
    return numbers(report_kind::sarif,
                   R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL"},"extensions":[
     {"name":"a","rules":[{"id":"note","defaultConfiguration":{"level":"note"}}]},
     {"name":"b","rules":[{"id":"cpp/sql","defaultConfiguration":{"level":"error"},
       "properties":{"security-severity":"8.8"}}]}]},"results":[{)" +
                       result + R"(,"message":{"text":"x"}}]}]})");
  };
  const std::string found = "critical=0 error=1 high=1 low=0 medium=0 note=0 suppressed=0 warning=0";
  CHECK(
      with(
          R"("ruleId":"cpp/sql","ruleIndex":0,"rule":{"id":"cpp/sql","index":0,"toolComponent":{"index":1}})") ==
      found);
  CHECK(with(R"("rule":{"id":"cpp/sql","toolComponent":{"guid":"x"}})") == found);
  CHECK(with(R"("ruleId":"cpp/sql")") == found);
  CHECK(with(R"("ruleId":"cpp/sql/part")") == found);
  // What no rule tells counts as it would without rules.
  for (const auto* odd : {R"("ruleId":"x","rule":{"index":0,"toolComponent":{"index":7}})",
                          R"("ruleId":"x","rule":{"index":-1,"toolComponent":{"index":-9}})",
                          R"("ruleId":"x","ruleIndex":1e300)"})
    CHECK(with(odd).ends_with("warning=1"));
}

TEST_CASE("gate/report: a result of a former scan that is gone does not count") {
  const auto with = [](const std::string& state) {
    return numbers(
        report_kind::sarif,
        R"({"version":"2.1.0","runs":[{"results":[{"level":"error","baselineState":")" + state + R"("}]}]})");
  };
  CHECK(with("absent").find("error=0") != std::string::npos);
  CHECK(with("unchanged").find("error=1") != std::string::npos);
}

TEST_CASE("gate/report: what is no report, or measured nothing, is an error and never a pass") {
  const struct {
    report_kind kind;
    std::string text;
    std::string why;
  } table[] = {
      {report_kind::junit, "", "No document element"},
      {report_kind::junit, "<html/>", "its root is neither testsuites nor testsuite"},
      {report_kind::junit, "<testsuite>", "Start-end tags mismatch"},
      {report_kind::cobertura, "<testsuite/>", "its root is not coverage"},
      {report_kind::cobertura, "<coverage/>", "it measured no lines"},
      {report_kind::cobertura, "<coverage line-rate=\"0\" lines-valid=\"0\"/>", "it measured no lines"},
      {report_kind::cobertura, "<coverage line-rate=\"nan\"/>", "it measured no lines"},
      {report_kind::cobertura, "<coverage line-rate=\"80\"/>", "it measured no lines"},
      {report_kind::lcov, "", "it measured no lines"},
      {report_kind::lcov, "SF:a\nLF:0\nLH:0\nend_of_record\n", "it measured no lines"},
      {report_kind::lcov, "SF:a\nLF:10\nLH:10\n", "it ends in the middle of a record"},
      {report_kind::lcov, "SF:a\nLF:ten\nend_of_record\n", "line 2 has no number"},
      {report_kind::lcov, "SF:a\nLF:-10\nLH:-10\nend_of_record\n", "line 2 has no number"},
      {report_kind::sarif, "{", "incomplete"},
      {report_kind::sarif, "{}", "its version is not 2.1.0"},
      {report_kind::sarif, R"({"version":"2.0.0","runs":[{"results":[]}]})", "its version is not 2.1.0"},
      {report_kind::sarif, R"({"version":"2.2.0","runs":[{"results":[]}]})", "its version is not 2.1.0"},
      {report_kind::sarif, R"({"version":"2.1.0","runs":[]})", "it has no runs"},
      {report_kind::sarif, R"({"version":"2.1.0","runs":[{"tool":{}}]})", "its tool did not look"},
      {report_kind::sarif,
       R"({"version":"2.1.0","runs":[{"invocations":[{"executionSuccessful":false}],"results":[]}]})",
       "its tool says that it did not finish"},
      {report_kind::k6, "[]", "it has no metrics"},
      {report_kind::k6, R"({"metrics":{}})", "it has none of the metrics of HTTP"},
      {report_kind::k6, R"({"metrics":{"http_reqs":{"count":0}}})", "no requests were made"},
      {report_kind::locust, "", "has it a row named Aggregated"},
      {report_kind::locust, "Name,Request Count\nAggregated,x\n", "it has no count of requests and failures"},
      {report_kind::locust, "Name,Request Count,Failure Count\nAggregated,0,0\n", "no requests were made"},
      {report_kind::locust, "[]", "no requests were made"},
      {report_kind::locust, "[1]", "an entry has no counts"},
      {report_kind::locust, R"([{"num_requests":1,"num_failures":0,"response_times":{"x":1}}])",
       "an entry has no counts"},
      {report_kind::json, "nope", "it is no json report"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    const auto said = numbers(row.kind, row.text);
    CAPTURE(said);
    CHECK(said.starts_with("it is no "));
    CHECK((said.find(row.why) != std::string::npos || row.why == "incomplete"));
  }
  CHECK(numbers(report_kind::json, R"({"a":"95"})", {"/a"}) ==
        "it is no json report: the value at /a is no number");
  CHECK(numbers(report_kind::lcov, std::string((32U << 20U) + 1, 'x')) ==
        "it is no lcov report: it is above 32 MiB");
}

TEST_CASE("gate/report: entities are not expanded, deep nesting is borne") {
  std::string bomb =
      "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><testsuite><testcase "
      "name=\"&b;\"><failure message=\"&b;\"/></testcase></testsuite>";
  const auto r = read_report(report_kind::junit, bomb).value();
  CHECK(r.findings.front() == ".&b;: &b;");
  std::string outside =
      "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><testsuite><testcase name=\"n\"><failure "
      "message=\"&f;\"/></testcase></testsuite>";
  CHECK(read_report(report_kind::junit, outside).value().findings.front() == ".n: &f;");
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<testsuite>";
  deep += "<testcase/>";
  for (int i = 0; i < 200'000; ++i) deep += "</testsuite>";
  CHECK(numbers(report_kind::junit, deep).find("tests=1") != std::string::npos);
  CHECK(numbers(report_kind::k6, std::string(100'000, '[')).starts_with("it is no k6 report"));
}

TEST_CASE("gate/report: changed reports are refused or read to finite numbers") {
  const std::vector<std::pair<report_kind, std::string>> seeds{
      {report_kind::junit, std::string(junit)},
      {report_kind::sarif, std::string(sarif)},
      {report_kind::k6, std::string(k6_export)},
      {report_kind::k6, std::string(k6_handled)},
      {report_kind::locust, std::string(locust_csv)},
      {report_kind::locust, std::string(locust_json)},
      {report_kind::lcov, std::string(lcov)},
      {report_kind::cobertura, "<coverage line-rate=\"0.784\" branch-rate=\"0.5\" lines-valid=\"1000\"/>"}};
  const unsigned seed = 20'261'126;
  CAPTURE(seed);
  std::mt19937 dice(seed);
  const std::string bytes("\"<>{}[]:,=/-e9.\0\xff\n", 19);
  for (int round = 0; round < 40'000; ++round) {
    const auto& [kind, whole] = seeds[dice() % seeds.size()];
    auto text = whole;
    for (unsigned i = 0; i <= dice() % 5; ++i) {
      const auto where = dice() % text.size();
      switch (dice() % 3) {
        case 0: text[where] = bytes[dice() % bytes.size()]; break;
        case 1: text.erase(where, dice() % 30); break;
        default: text.insert(where, text.substr(dice() % text.size(), dice() % 40)); break;
      }
      if (text.empty()) text = " ";
    }
    const auto r = read_report(kind, text);
    if (!r) continue;
    for (const auto& [name, value] : r->numbers) CHECK(std::isfinite(value));
    const bool coverage = kind == report_kind::cobertura || kind == report_kind::lcov;
    json::object bounds;
    if (coverage) bounds = {{"lines", "80%"}};
    if (kind == report_kind::locust) bounds = {{"success", "95%"}};
    CHECK_FALSE(judge(*r, read_bounds(kind, bounds).value()).text().empty());
  }
}
