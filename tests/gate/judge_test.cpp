#include <shipflow/gate.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

std::string verdict(report_kind k, std::map<std::string, double> numbers, const json::object& bounds) {
  report r;
  r.kind = k;
  r.numbers = std::move(numbers);
  const auto read = read_bounds(k, bounds);
  return read ? judge(r, *read).text() : read.error().message;
}

}  // namespace

TEST_CASE("gate/judge: bounds, with the usual direction and with a written one") {
  using k = report_kind;
  CHECK(verdict(k::cobertura, {{"lines", 80}}, {{"lines", "80%"}}) == "passed");
  CHECK(verdict(k::cobertura, {{"lines", 79.99}}, {{"lines", "80%"}}) ==
        "failed: lines is 79.99%, must be >= 80%");
  CHECK(verdict(k::cobertura, {{"lines", 80}}, {{"lines", "> 80%"}}) ==
        "failed: lines is 80%, must be > 80%");
  CHECK(verdict(k::lcov, {{"lines", 90}}, {{"lines", "80%"}, {"branches", "50%"}}) ==
        "failed: branches is not in the report, must be >= 50%");
  CHECK(verdict(k::k6, {{"mean", 1999}, {"success", 95}, {"thresholds", 0}},
                {{"mean", "< 2s"}, {"success", "95%"}}) == "passed");
  CHECK(verdict(k::k6, {{"mean", 2000}, {"thresholds", 0}}, {{"mean", "< 2s"}}) ==
        "failed: mean is 2000ms, must be < 2s");
  CHECK(verdict(k::k6, {{"p95", 500}, {"thresholds", 2}}, {{"p95", "500ms"}}) ==
        "failed: thresholds is 2, must be <= 0");
  CHECK(verdict(k::k6, {{"p95", 500}, {"thresholds", 2}}, {{"p95", "500ms"}, {"thresholds", 2}}) == "passed");
  CHECK(verdict(k::sarif, {{"error", 0}, {"warning", 11}}, {{"warning", 10}}) ==
        "failed: warning is 11, must be <= 10");
  CHECK(verdict(k::sarif, {{"error", 1}}, {}) == "failed: error is 1, must be <= 0");
  CHECK(verdict(k::locust, {{"success", 94.9}, {"requests", 10}},
                {{"success", ">= 95%"}, {"requests", "== 10"}}) ==
        "failed: success is 94.9%, must be >= 95%");
  CHECK(verdict(k::json, {{"/rate", 95}}, {{"/rate", ">= 95"}}) == "passed");
  CHECK(verdict(k::json, {}, {{"/rate", ">= 95"}}) == "failed: /rate is not in the report, must be >= 95");
}

TEST_CASE("gate/judge: a number that only just misses is not shown as the limit") {
  using k = report_kind;
  CHECK(verdict(k::cobertura, {{"lines", 79.9999}}, {{"lines", "80%"}}) ==
        "failed: lines is 79.9999%, must be >= 80%");
  CHECK(verdict(k::cobertura, {{"lines", 79.999999999}}, {{"lines", "80%"}}) ==
        "failed: lines is 79.999999999%, must be >= 80%");
  CHECK(verdict(k::k6, {{"mean", 2000.00004}, {"thresholds", 0}}, {{"mean", "2s"}}) ==
        "failed: mean is 2000.00004ms, must be <= 2s");
  CHECK(verdict(k::sarif, {{"error", 1e15}}, {}) == "failed: error is 1e+15, must be <= 0");
}

TEST_CASE("gate/judge: skipped is a state of its own") {
  using k = report_kind;
  CHECK(verdict(k::junit, {{"tests", 5}, {"skipped", 5}}, {}) == "skipped: all tests were skipped");
  CHECK(verdict(k::junit, {{"tests", 0}, {"skipped", 0}}, {{"tests", 10}}) == "skipped: there was no test");
  CHECK(verdict(k::junit, {{"tests", 0}, {"failures", 1}, {"errors", 0}}, {}) ==
        "failed: failures is 1, must be <= 0");
  CHECK(verdict(k::junit, {{"tests", 5}, {"skipped", 4}, {"failures", 0}, {"errors", 0}}, {{"skipped", 3}}) ==
        "failed: skipped is 4, must be <= 3");
}

TEST_CASE("gate/judge: bounds that cannot be meant are refused by name") {
  using k = report_kind;
  CHECK(verdict(k::cobertura, {}, {}) == "a gate on a cobertura report needs a bound: lines, branches");
  CHECK(verdict(k::cobertura, {}, {{"line", "80%"}}) ==
        "the bound of `line` is on a number that a cobertura report does not have; it has lines, branches");
  for (const auto& [bound, like] : {std::pair<json::value, const char*>{80, "80%"},
                                    {"0.8", "80%"},
                                    {"101%", "80%"},
                                    {"-1%", "80%"},
                                    {"%", "80%"},
                                    {"nan%", "80%"},
                                    {"80% of it", "80%"}})
    CHECK(verdict(k::cobertura, {}, {{"lines", bound}}).find(std::string("must be written like ") + like) !=
          std::string::npos);
  CHECK(verdict(k::k6, {}, {{"p95", 500}}).find("must be written like 500ms or 2s") != std::string::npos);
  CHECK(verdict(k::junit, {}, {{"failures", "1%"}}).find("must be written like 3") != std::string::npos);
  CHECK(verdict(k::junit, {}, {{"failures", true}}) == "the bound of `failures` is no bound");
  CHECK(verdict(k::json, {}, {{"rate", ">= 95"}}) ==
        "the bound of `rate` needs a JSON pointer, which starts with /");
  CHECK(verdict(k::json, {}, {{"/rate", 95}}) ==
        "the bound of `/rate` needs an operator, for example \">= 95\"");
}
