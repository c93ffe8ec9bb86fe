#include "backtest/collect.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace shipflow {
namespace backtest_room {
namespace {

error bad(std::string why) { return make_error(errc::invalid_document, std::move(why)); }

std::optional<double> plain_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

bool same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || !(a < b || a > b); }

}  // namespace

result<time_point> time_of_seconds(double seconds) {
  constexpr double year_10000 = 253'402'300'800;
  if (!(seconds >= 0 && seconds < year_10000)) return bad("the time lies outside of the years 1970 to 9999");
  return from_ms(std::llround(seconds * 1000));
}

result<time_point> time_of(std::string_view text) {
  if (const auto seconds = plain_number(text)) return time_of_seconds(*seconds);
  auto at = parse_time(text);
  if (!at) return bad("`" + std::string(text) + "` is no time such as 2026-11-21T06:19:00Z or 1795241940");
  return *at;
}

result<double> number_of(std::string_view text) {
  if (const auto n = plain_number(text)) return *n;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Inf" || text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  return bad("`" + std::string(text) + "` is no number");
}

result<metric_arm> arm_of(std::string_view text) {
  if (text.empty()) return metric_arm::fleet;
  for (const auto a : {metric_arm::fleet, metric_arm::canary, metric_arm::baseline})
    if (name_of(a) == text) return a;
  return bad("arm `" + std::string(text) + "` is none of fleet, canary and baseline");
}

result<recorded_kind> kind_of(std::string_view text) {
  if (text.empty()) return recorded_kind::unknown;
  if (text == "counter") return recorded_kind::counter;
  if (text == "gauge") return recorded_kind::gauge;
  if (text == "growth") return recorded_kind::growth;
  return bad("kind `" + std::string(text) + "` is none of counter, gauge and growth");
}

result<void> take_label(past_release& to, std::string_view name, std::string_view text) {
  if (name == "truth") {
    for (const auto t : {release_truth::unknown, release_truth::good, release_truth::bad})
      if (name_of(t) == text) {
        to.truth = t;
        return {};
      }
    return bad("truth `" + std::string(text) + "` is none of good, bad and unknown");
  }
  if (name != "begins" && name != "bad_since") return {};
  const auto at = time_of(text);
  if (!at) return at.error();
  (name == "begins" ? to.begins : to.bad_since) = *at;
  return {};
}

result<void> collector::add(const std::string& name, metric_arm arm, recorded_kind kind, recorded_point p) {
  if (++points_ > most_recorded_points)
    return bad("there are more than " + std::to_string(most_recorded_points) + " points");
  auto& s = series_[{name, arm}];
  if (s.points.empty()) {
    s.name = name;
    s.arm = arm;
    s.kind = kind;
  } else if (s.kind != kind) {
    return bad("series " + name + " is of two kinds");
  }
  s.points.push_back(p);
  return {};
}

result<past_release> collector::finish(past_release to) {
  for (auto& [key, s] : series_) {
    std::stable_sort(s.points.begin(), s.points.end(),
                     [](const recorded_point& a, const recorded_point& b) { return a.at < b.at; });
    for (std::size_t i = 1; i < s.points.size(); ++i)
      if (s.points[i].at == s.points[i - 1].at && !same(s.points[i].value, s.points[i - 1].value))
        return make_error(errc::invalid_document,
                          "has two readings of " + format_time(s.points[i].at) + " that are not equal",
                          s.name + " on " + std::string(name_of(s.arm)));
    const auto twice =
        std::unique(s.points.begin(), s.points.end(),
                    [](const recorded_point& a, const recorded_point& b) { return a.at == b.at; });
    s.points.erase(twice, s.points.end());
    to.series.push_back(std::move(s));
  }
  series_.clear();
  return to;
}

}  // namespace backtest_room

inline namespace v1 {

std::string_view name_of(release_truth t) noexcept {
  if (t == release_truth::good) return "good";
  return t == release_truth::bad ? "bad" : "unknown";
}

}  // namespace v1
}  // namespace shipflow
