#include "made.hpp"

#include <shipflow/evidence.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;

TEST_CASE("evidence: values, thresholds, levels and the decision of a bad release") {
  const auto r = bad_release();
  const auto all = shipflow::evidence_of(r).value();
  REQUIRE(all.size() == 1);
  const auto& e = all[0];
  REQUIRE(e.lines.size() == 2);
  CHECK(e.lines[0].condition == "alert");
  CHECK(e.lines[0].unit == "%");
  CHECK(e.lines[0].limits == std::vector<double>{5.0});
  REQUIRE(e.lines[0].points.size() == 9);
  CHECK(*e.lines[0].points[4].value == doctest::Approx(9.0));
  CHECK_FALSE(e.lines[0].points[6].value);
  REQUIRE_FALSE(e.lines[0].gaps.empty());
  CHECK(e.lines[0].gaps.back().point == 6);
  CHECK(e.lines[0].gaps.back().why == "missing");
  CHECK(shipflow::to_ms(*e.begins) == 1'772'532'002'000);
  CHECK_FALSE(e.levels.front().armed);
  CHECK(e.levels.back().level == "alert");
  CHECK(e.decisions.back().level == "alert");
  for (std::size_t i = 1; i < e.levels.size(); ++i) CHECK(e.levels[i].from >= e.levels[i - 1].to);
}

TEST_CASE("evidence: the text fits its width and names the decision and its time") {
  const auto r = bad_release();
  const auto text = shipflow::evidence_text(r, shipflow::evidence_of(r).value(), 60);
  CHECK(text.find("errors SEV1") != std::string::npos);
  CHECK(text.find("alert errors > 5%: 0 to 9%, limit 5%") != std::string::npos);
  CHECK(text.find(" alert, 6s after the first traffic: ") != std::string::npos);
  CHECK(text.find("█") != std::string::npos);
}

TEST_CASE("evidence: JSON and page hold every guard, and a page loads nothing from elsewhere") {
  auto g = bad_release().guards[0];
  g.rule.guard = "<img src=x>";
  auto r = record_with(g);
  r.plan = "<b>";
  const auto all = shipflow::evidence_of(r).value();
  const auto page = shipflow::evidence_html(r, all);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("<svg") != std::string::npos);
  CHECK(page.find("src=") == page.find("src=x"));
  CHECK(page.find("href") == std::string::npos);
  const auto o = to_json(all[0]);
  CHECK(o.at("lines").as_array().size() == 2);
  CHECK(o.at("lines").as_array()[0].as_object().at("points").as_array()[6].as_array()[2] == "missing");
  CHECK(o.at("decisions").as_array().size() == all[0].decisions.size());
}

TEST_CASE("evidence: probes show their looks") {
  shipflow::guard_decisions g;
  g.rule.guard = g.rule.probe = "api";
  g.rule.rise = 2;
  g.rule.fall = 3;
  for (int i = 0; i < 8; ++i)
    g.looks.push_back(json::array{1'772'532'000'000 + i * 500, i < 4 ? "pass" : "fail", "503"});
  const auto all = shipflow::evidence_of(record_with(g)).value();
  CHECK(all[0].levels.back().level == "alert");
  CHECK(*all[0].lines[0].points.back().value == doctest::Approx(0.0));
  CHECK(shipflow::evidence_text(record_with(g), all, 40).find("probe api") != std::string::npos);
}

TEST_CASE("evidence: a record in which nothing was seen says so") {
  shipflow::guard_decisions g;
  g.rule = errors_rule();
  const auto r = record_with(g);
  const auto all = shipflow::evidence_of(r).value();
  CHECK(shipflow::evidence_text(r, all, 80).find("nothing was seen") != std::string::npos);
  CHECK(shipflow::evidence_html(r, all).find("No decision.") != std::string::npos);
}
