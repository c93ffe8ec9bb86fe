#include "source/prometheus/series.hpp"

#include "source/asker.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace shipflow::sources::prometheus {
namespace {

std::string label(const json::object& metric, std::string_view name) {
  const auto* v = metric.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

std::optional<double> bound(const std::string& le) {
  if (le == "+Inf") return std::numeric_limits<double>::infinity();
  double out = 0;
  const auto [end, ec] = std::from_chars(le.data(), le.data() + le.size(), out);
  if (ec != std::errc{} || end != le.data() + le.size()) return std::nullopt;
  return out;
}

reading of_buckets(const question& ask, const std::vector<sample>& all) {
  if (ask.kind == series_kind::gauge)
    return invalid("a histogram, which counts; its kind is delta or counter");
  reading out;
  for (const auto& s : all) {
    const auto upper = bound(s.le);
    if (!upper) return invalid("a bucket without a readable `le`");
    out.buckets.push_back({*upper, s.number});
  }
  std::sort(out.buckets.begin(), out.buckets.end(),
            [](const auto& a, const auto& b) { return a.upper < b.upper; });
  const auto twice = std::adjacent_find(out.buckets.begin(), out.buckets.end(),
                                        [](const auto& a, const auto& b) { return a.upper == b.upper; });
  if (twice != out.buckets.end())
    return invalid("several histograms where one is expected; say sum by (le) (...)");
  if (!std::isinf(out.buckets.back().upper)) return invalid("a histogram without its bucket +Inf");
  out.what = reading::state::value;
  out.number = out.buckets.back().count;
  return out;
}

}  // namespace

sample labelled(const json::object& metric) {
  sample out;
  out.le = label(metric, "le");
  out.instance = label(metric, "pod");
  if (out.instance.empty()) out.instance = label(metric, "instance");
  if (out.instance.empty()) out.instance = json::serialize(metric);
  return out;
}

double reduced(reduction how, const std::vector<double>& all) {
  const auto sum = std::accumulate(all.begin(), all.end(), 0.0);
  switch (how) {
    case reduction::sum: return sum;
    case reduction::mean: return sum / static_cast<double>(all.size());
    case reduction::min: return *std::min_element(all.begin(), all.end());
    case reduction::max: return *std::max_element(all.begin(), all.end());
    case reduction::none:
    case reduction::last: break;
  }
  return all.back();
}

reading of_series(const question& ask, const std::vector<sample>& all) {
  if (all.empty()) return missing("the query has no series; say `or vector(0)` where that means none");
  // A NaN must not vanish in a minimum.
  for (const auto& s : all)
    if (!std::isfinite(s.number)) return value(s.number);
  if (std::all_of(all.begin(), all.end(), [](const auto& s) { return !s.le.empty(); }))
    return of_buckets(ask, all);
  if (all.size() > 1 && ask.series == reduction::none)
    return invalid(std::to_string(all.size()) +
                   " series where one is expected; aggregate them in the query or give `reduce`");
  std::vector<double> numbers;
  numbers.reserve(all.size());
  for (const auto& s : all) numbers.push_back(s.number);
  auto out = value(reduced(ask.series, numbers));
  if (all.size() > 1)
    for (const auto& s : all) out.instances.push_back({s.instance, s.number});
  return out;
}

}  // namespace shipflow::sources::prometheus
