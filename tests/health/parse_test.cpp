#include "random_condition.hpp"

#include <shipflow/condition.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace shipflow;

namespace {

condition parsed(const std::string& text) {
  auto c = parse_condition(text);
  INFO(text);
  REQUIRE_MESSAGE(c.has_value(), c.error().text());
  return *c;
}

std::string failure(const std::string& text) {
  const auto c = parse_condition(text);
  INFO(text);
  REQUIRE(!c.has_value());
  CHECK(c.error().code == errc::invalid_document);
  return c.error().text();
}

}  // namespace

TEST_CASE("health/condition: the short form that people write") {
  const auto c = parsed("errors > 1% for 5m");
  CHECK(c.root.logic == node_logic::atom);
  CHECK(c.root.atom.what.kind == aggregate_kind::metric);
  CHECK(c.root.atom.what.series == std::vector<std::string>{"errors"});
  CHECK(c.root.atom.op == comparison::greater);
  CHECK(c.root.atom.low == quantity{1, quantity_unit::percent});
  CHECK(c.options.hold == hold_kind::span);
  CHECK(c.options.hold_for == std::chrono::minutes(5));
}

TEST_CASE("health/condition: the full form names series, window and count") {
  const auto c = parsed("ratio(http_5xx, http_all) over 5m > 5% for 5m min_count 20");
  CHECK(c.root.atom.what.series == std::vector<std::string>{"http_5xx", "http_all"});
  CHECK(c.root.atom.what.over == metric_window{window_kind::span, std::chrono::minutes(5)});
  CHECK(c.options.min_count == 20);
  CHECK(print(c) == "ratio(http_5xx, http_all) over 5m > 5% for 5m min_count 20");
}

TEST_CASE("health/condition: durations compare in milliseconds, percentages stay percentages") {
  CHECK(parsed("latency > 2s").root.atom.low == quantity{2000, quantity_unit::time});
  CHECK(parsed("latency > 1.5s").root.atom.low == quantity{1500, quantity_unit::time});
  CHECK(parsed("latency > 1m30s").root.atom.low == quantity{90'000, quantity_unit::time});
  CHECK(parsed("latency > 500ms").root.atom.low == quantity{500, quantity_unit::time});
  CHECK(parsed("e > 0.1 %").root.atom.low == quantity{0.1, quantity_unit::percent});
  CHECK(parsed("temperature < -1e2").root.atom.low == quantity{-100, quantity_unit::none});
}

TEST_CASE("health/condition: not binds tighter than and, and tighter than or") {
  CHECK(print(parsed("not a > 1 and b > 2 or c > 3")) == "not a > 1 and b > 2 or c > 3");
  const auto c = parsed("a > 1 or b > 2 and not c > 3");
  REQUIRE(c.root.logic == node_logic::any);
  CHECK(c.root.operands.at(1).logic == node_logic::all);
  CHECK(c.root.operands.at(1).operands.at(1).logic == node_logic::negation);
  CHECK(print(parsed("(a > 1 or b > 2) and c > 3")) == "(a > 1 or b > 2) and c > 3");
  CHECK(print(parsed("((a > 1))")) == "a > 1");
}

TEST_CASE("health/condition: the triggers of the five processes parse, as rules and as conditions") {
  const std::vector<std::string> rules{
      "abort err when ratio(http_5xx, http_all) over slot > 5% for 5m min_count 20",
      "abort slow when mean(latency) over slot > 2s for 10m min_count 20",
      "abort db when per_min(db_errors) over slot > 10 2 of 3 slots",
      "abort pay when ratio(pay_failed, pay_all) over 5m > 5% min_count 40",
      "abort cpu when mean(cpu) over slot > 80% or mean(mem) over slot > 80% for 15m",
      "abort orders when ratio(order_ok, order_all) over 5m < 95% min_count 60",
      "abort p95 when quantile(0.95, latency) over 5m > 500ms for 5m min_count 200",
      "pause watch when ratio(http_5xx, http_all) over 5m outside [0, 1%] keep 5m",
      "gate perf when ratio(ok, all) over start >= 95% and mean(latency) over start < 2s min_count 125",
      "gate healthy when no_worse(ratio(http_5xx, http_all) than baseline, ratio 2, beta 1%)",
      "abort worse when worse(ratio(http_5xx, http_all) than baseline, ratio 1.25, alpha 0.1%)",
      "abort gone when absent(http_all, 3m)",
      "abort burn when burn(ratio(http_5xx, http_all), slo 99.9%, 14.4x in 1h and 5m)",
      "abort rel when mean(latency) over 5m on canary > 1.2 * mean(latency) over 5m on baseline"};
  for (const auto& text : rules) {
    const auto r = parse_rule(text);
    REQUIRE_MESSAGE(r.has_value(), text, ": ", r.error().text());
    const auto again = parse_rule(print(*r));
    REQUIRE_MESSAGE(again.has_value(), print(*r));
    CHECK(*again == *r);
  }
  const std::vector<std::string> conditions{
      "errors < 0.1%",  "errors > 1% for 5m", "p95 < 200ms",
      "p95 > 500ms",    "cpu < 60%",          "cpu > 80%",
      "memory < 70%",   "memory > 85%",       "orders > 99%",
      "orders < 95%",   "errors > 5% for 5m", "latency > 2s for 10m",
      "db_errors > 10", "payments > 5%",      "cpu > 80% or memory > 80% for 15m"};
  for (const auto& text : conditions) CHECK(print(parsed(text)) == text);
}

TEST_CASE("health/condition: all options, once each") {
  const std::string text =
      "errors over start on canary >= 5 3 of 5 slots keep 5m min_count 7 warmup 1m missing breach max_gap "
      "30s low ok";
  CHECK(print(parsed(text)) == text);
  CHECK(print(parsed("e > 1 5 consecutive")) == "e > 1 5 consecutive");
  CHECK(print(parsed("e > 1 7 cumulative")) == "e > 1 7 cumulative");
  CHECK(print(parsed("last(x) > 1 or count(y) > 2")) == "value(x) > 1 or sum(y) > 2");
}

TEST_CASE("health/condition: an error names the column and what was meant") {
  CHECK(failure("errors > 1% fro 5m") == "column 13: unknown option \"fro\"; did you mean \"for\"?");
  CHECK(failure("ration(a, b) > 1%") == "column 1: unknown function \"ration\"; did you mean \"ratio\"?");
  CHECK(failure("errors 1%") ==
        "column 8: expected a comparison (> >= < <= == !=) or `outside [a, b]`, found \"1\"");
  CHECK(failure("") == "column 1: expected the name of a metric or series, found the end");
  CHECK(failure("errors > ") == "column 10: expected a number, found the end");
  CHECK(failure("errors > 5m%") == "column 12: a duration cannot be a percentage");
  CHECK(failure("errors > 1% for 300") ==
        "column 17: \"300\" has no unit; write for example 30s, 10m or 1h30m");
  CHECK(failure("errors > 1% for 0s") == "column 17: a duration must be above zero");
  CHECK(failure("errors > 1% for 5m for 5m") ==
        "column 20: only one of `for`, `m of n slots`, `consecutive` and `cumulative` can be given");
  CHECK(failure("errors > 1% keep 5m keep 5m") == "column 21: this option is given twice");
  CHECK(failure("errors > 1% missing hodl") ==
        "column 21: missing is hold, breach or ok, not \"hodl\"; did you mean \"hold\"?");
  CHECK(failure("errors > 1% 3 of 2 slots") == "column 13: more slots are asked for than are looked at");
  CHECK(failure("errors on canry > 1%") ==
        "column 11: an arm is canary, baseline or fleet, not \"canry\"; did you mean \"canary\"?");
  CHECK(failure("(errors > 1%") == "column 13: expected \")\", found the end");
  CHECK(failure("errors > 1%)") == "column 12: there is no \"(\" for this \")\"");
  CHECK(failure("errors > 1% $") == "column 13: \"$\" has no meaning here");
  CHECK(failure("over > 1") ==
        "column 1: \"over\" is a word of the language; write it in quotes to use it as a name");
  CHECK(failure("errors outside [5, 1]") == "column 16: the range ends before it begins");
  CHECK(failure("errors outside [1%, 5ms]") == "column 16: both ends of the range must have the same unit");
}

TEST_CASE("health/condition: print and parse are inverse for random conditions") {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    test::condition_maker maker(seed);
    const auto c = maker.make();
    const auto text = print(c);
    CAPTURE(seed);
    CAPTURE(text);
    const auto again = parse_condition(text);
    REQUIRE_MESSAGE(again.has_value(), again.error().text());
    REQUIRE(*again == c);
    REQUIRE(print(*again) == text);
  }
}

TEST_CASE("health/condition: hostile texts are refused with a place and never crash") {
  CHECK(failure(std::string(5000, 'a')).find("longer than 4096") != std::string::npos);
  CHECK(failure(std::string(1000, '(') + "a > 1").find("nested deeper than 32") != std::string::npos);
  std::string nots;
  for (int i = 0; i < 500; ++i) nots += "not ";
  CHECK(failure(nots + "a > 1").find("nested deeper than 32") != std::string::npos);
  std::string many = "a > 1";
  for (int i = 0; i < 64; ++i) many += " or a > 1";
  CHECK(failure(many).find("more than 64") != std::string::npos);
  CHECK(failure("a > 1e400").find("is not a number") != std::string::npos);
  CHECK(failure("a > 1e308d").find("is not a number") != std::string::npos);
  CHECK(failure("a > nan").find("expected a number") != std::string::npos);
  CHECK(failure("a > 0x10").find("is not a number") != std::string::npos);
  CHECK(failure("a > 1 for 99999999999999999999d").find("column 11") != std::string::npos);
  CHECK(failure("a > 1 min_count 99999999999999999999").find("whole number") != std::string::npos);
  CHECK(failure("a > 1 99999999 consecutive").find("from 1 to 10000") != std::string::npos);
  CHECK(failure("\"a").find("never closed") != std::string::npos);
  CHECK(failure("\"\" > 1").find("must not be empty") != std::string::npos);
  CHECK(failure(std::string("a > 1\0", 6)).find("byte 0x00") != std::string::npos);
  CHECK(failure("\xff\xfe").find("byte 0xff") != std::string::npos);
}

TEST_CASE("health/condition: mutated texts either parse and round trip or name a column") {
  const std::string alphabet = "()[],*%<>=!-+.\"'\\ \t\n09amxs_orntfk\xff";
  int accepted = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    test::condition_maker maker(seed);
    auto text = print(maker.make());
    for (int i = maker.pick(1, 4); i > 0 && !text.empty(); --i) {
      const auto at = static_cast<std::size_t>(maker.pick(0, static_cast<int>(text.size()) - 1));
      const char c = alphabet[static_cast<std::size_t>(maker.pick(0, static_cast<int>(alphabet.size()) - 1))];
      if (maker.pick(0, 2) == 0)
        text.erase(at, 1);
      else if (maker.coin())
        text[at] = c;
      else
        text.insert(at, 1, c);
    }
    CAPTURE(seed);
    CAPTURE(text);
    const auto c = parse_condition(text);
    if (!c) {
      REQUIRE(c.error().place.rfind("column ", 0) == 0);
      REQUIRE(c.error().message.find('\n') == std::string::npos);
      continue;
    }
    ++accepted;
    const auto again = parse_condition(print(*c));
    REQUIRE(again.has_value());
    REQUIRE(*again == *c);
  }
  CHECK(accepted > 50);
}

TEST_CASE("health/condition: the names a condition uses") {
  const auto names = names_in(parsed("errors > 1% or ratio(b, a) > 5% or absent(z, 3m) or errors < 0"));
  CHECK(names.metrics == std::vector<std::string>{"errors"});
  CHECK(names.series == std::vector<std::string>{"a", "b", "z"});
}
