#include "report/plot.hpp"

#include "report/page.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <regex>

using namespace shipflow::report;
using shipflow::from_ms;

namespace {

constexpr std::int64_t noon = 1'772'532'000'000;

plot_point at(std::int64_t second, std::optional<double> value) {
  return {from_ms(noon + second * 1000), value};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto i = text.find(part); i != std::string::npos; i = text.find(part, i + part.size())) ++out;
  return out;
}

// Every number of a path or attribute lies on the paper.
bool stays_on_paper(const std::string& svg) {
  return svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos &&
         svg.find("\"-") == std::string::npos;
}

// The least y of the first path: `M x y l dx dy dx dy ...`, stretch by stretch.
double highest_place(const std::string& svg) {
  const auto begin = svg.find(" d=\"") + 4;
  const auto path = svg.substr(begin, svg.find('"', begin) - begin);
  static const std::regex token("[Ml]|-?[0-9]*\\.?[0-9]+");
  double y = 0, top = 1e9;
  bool absolute = false, is_y = false;
  for (std::sregex_iterator t(path.begin(), path.end(), token), end; t != end; ++t) {
    if (t->str() == "M" || t->str() == "l") {
      absolute = t->str() == "M";
      is_y = false;
      continue;
    }
    if (is_y) {
      y = absolute ? std::stod(t->str()) : y + std::stod(t->str());
      top = std::min(top, y);
    }
    is_y = !is_y;
  }
  return top;
}

}  // namespace

TEST_CASE("report/plot: an empty plot is still a plot") {
  const auto svg = to_svg({});
  CHECK(svg.find("<div class=\"scroll\"><svg") == 0);
  CHECK(svg.find("</svg></div>") == svg.size() - 12);
  CHECK(stays_on_paper(svg));
}

TEST_CASE("report/plot: texts are escaped wherever they stand") {
  const std::string evil = "<script>alert(\"x\")</script>&'\x01";
  plot p;
  p.title = evil;
  p.unit = evil;
  p.lines.push_back({evil, {at(0, 1.0), at(1, 2.0)}});
  p.lines.push_back({"other", {at(0, 1.0), at(1, 2.0)}});
  p.levels.push_back({1.5, evil});
  p.marks.push_back({from_ms(noon), evil, tone::bad});
  const auto svg = to_svg(p);
  CHECK(svg.find("<script") == std::string::npos);
  CHECK(svg.find('\x01') == std::string::npos);
  CHECK(count(svg, "&lt;script&gt;") >= 5);
  CHECK(page(evil, "").find("<script") == std::string::npos);
}

TEST_CASE("report/plot: gaps are not bridged, and a value alone is a dot") {
  plot p;
  p.lines.push_back({"errors", {at(0, 1.0), at(10, 2.0), at(20, std::nullopt), at(30, 3.0)}});
  const auto svg = to_svg(p);
  const auto path = svg.substr(svg.find(" d=\"") + 4);
  CHECK(count(path.substr(0, path.find('"')), "M") == 2);
  CHECK(path.substr(0, path.find('"')).find("h1") != std::string::npos);
}

TEST_CASE("report/plot: NaN and infinity are gaps, not places") {
  plot p;
  const auto inf = std::numeric_limits<double>::infinity();
  p.lines.push_back({"errors", {at(0, std::nan("")), at(1, inf), at(2, -inf), at(3, 1.0)}});
  p.levels.push_back({inf, "never"});
  CHECK(stays_on_paper(to_svg(p)));
}

TEST_CASE("report/plot: a day of seconds costs no more than its pixels, and peaks stay") {
  plot small, large;
  small.lines.push_back({"errors", {}});
  large.lines.push_back({"errors", {}});
  for (int i = 0; i < 2'000; ++i) small.lines[0].points.push_back(at(i, i == 1'000 ? 50.0 : 1.0));
  for (int i = 0; i < 86'400; ++i) large.lines[0].points.push_back(at(i, i == 43'200 ? 50.0 : 1.0));
  const auto a = to_svg(small), b = to_svg(large);
  CHECK(b.size() < 2 * a.size());
  // The peak is the highest point of the paper: its y is above that of all others.
  CHECK(highest_place(b) == doctest::Approx(46.7));
  CHECK(b.size() < 16'000);
}

TEST_CASE("report/plot: ticks are round, ordered and within the range") {
  std::mt19937_64 numbers(7);
  for (int i = 0; i < 2'000; ++i) {
    const double low = std::uniform_real_distribution<>(-1e3, 1e3)(numbers);
    const double high = low + std::pow(10.0, std::uniform_real_distribution<>(-6, 6)(numbers));
    const auto ticks = round_ticks(low, high, 5);
    INFO("seed 7, from " << low << " to " << high);
    CHECK(ticks.size() <= 6);
    for (std::size_t k = 1; k < ticks.size(); ++k) CHECK(ticks[k] > ticks[k - 1]);
    for (const auto t : ticks) CHECK((t >= low - 1e-9 * std::fabs(low) && t <= high + (high - low) * 1e-6));
  }
}

TEST_CASE("report/plot: a sparkline has the width asked for and shows gaps") {
  const std::vector<std::optional<double>> values{0.0, 1.0, std::nullopt, 2.0};
  CHECK(sparkline(values, 4, 0, 2) == "▁▅·█");
  CHECK(sparkline(values, 2, 0, 2) == "▅█");
  CHECK(sparkline(values, 80, 0, 0) == "▁▁·▁");
  CHECK(sparkline({}, 10, 0, 1).empty());
}
