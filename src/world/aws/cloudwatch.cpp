#include "world/aws/cloudwatch.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace shipflow::cloud {
namespace {

constexpr std::size_t most_queries = 500;

std::optional<time_point> time_of(const json::object& in, std::string_view name) {
  const auto* v = members::find(in, name);
  if (v == nullptr) return std::nullopt;
  if (v->is_number()) return from_ms(std::llround(v->to_number<double>() * 1000.0));
  const auto t = parse_time(members::text(in, name));
  return t ? std::optional(*t) : std::nullopt;
}

cloudwatch::dimensions dimensions_of(const json::object& metric) {
  cloudwatch::dimensions out;
  for (const auto& d : members::list(metric, "Dimensions"))
    out[members::text(members::as_object(d), "Name")] = members::text(members::as_object(d), "Value");
  return out;
}

/// Nearest rank. `values` are sorted and not empty.
double percentile(const std::vector<double>& values, double percent) {
  const auto rank = std::ceil(percent / 100.0 * static_cast<double>(values.size()));
  const auto at = std::clamp<double>(rank, 1, static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(at) - 1];
}

std::optional<double> statistic(std::string_view stat, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (stat == "Sum") return sum;
  if (stat == "SampleCount") return static_cast<double>(values.size());
  if (stat == "Average") return sum / static_cast<double>(values.size());
  if (stat == "Minimum") return values.front();
  if (stat == "Maximum") return values.back();
  if (!stat.starts_with('p')) return std::nullopt;
  const double percent = std::strtod(std::string(stat.substr(1)).c_str(), nullptr);
  if (percent <= 0 || percent > 100) return std::nullopt;
  return percentile(values, percent);
}

/// What is wrong with a query, or nothing.
std::string wrong_with(const json::object& query) {
  const auto& stat = members::object(query, "MetricStat");
  if (members::text(query, "Id").empty()) return "A query needs an Id.";
  if (stat.empty()) return "Metric math is not modelled: give MetricStat.";
  const auto period = members::whole(stat, "Period");
  if (period < 1 ||
      (period % 60 != 0 && period != 1 && period != 5 && period != 10 && period != 20 && period != 30))
    return "Period must be 1, 5, 10, 20, 30 or a multiple of 60.";
  if (!statistic(members::text(stat, "Stat"), {0.0})) return "Stat is not known.";
  return {};
}

}  // namespace

void cloudwatch::put(const std::string& space, const std::string& metric, const dimensions& of, double value,
                     time_point at) {
  samples_[{space + "\n" + metric, of}].emplace(at, value);
}

json::object cloudwatch::points(const json::object& query, time_point from, time_point until) const {
  const auto& stat = members::object(query, "MetricStat");
  const auto& metric = members::object(stat, "Metric");
  const duration period(members::whole(stat, "Period") * 1000);
  json::array times;
  json::array values;
  const auto found =
      samples_.find({members::text(metric, "Namespace") + "\n" + members::text(metric, "MetricName"),
                     dimensions_of(metric)});
  for (auto at = from; found != samples_.end() && at < until; at += period) {
    std::vector<double> in;
    const auto& all = found->second;
    for (auto s = all.lower_bound(at); s != all.end() && s->first < std::min(at + period, until); ++s)
      in.push_back(s->second);
    if (in.empty()) continue;
    times.push_back(seconds_of(at));
    values.push_back(*statistic(members::text(stat, "Stat"), std::move(in)));
  }
  return {{"Id", members::text(query, "Id")},
          {"Label", members::text(metric, "MetricName")},
          {"Timestamps", std::move(times)},
          {"Values", std::move(values)},
          {"StatusCode", "Complete"}};
}

reply cloudwatch::ask(const std::string& operation, const json::object& input, time_point now) const {
  if (operation != "GetMetricData") return refused("InvalidAction", operation + " is not modelled");
  const auto from = time_of(input, "StartTime");
  const auto until = time_of(input, "EndTime");
  if (!from || !until || *until <= *from)
    return refused("ValidationError", "The parameter StartTime must be less than the parameter EndTime.");
  const auto& queries = members::list(input, "MetricDataQueries");
  if (queries.empty() || queries.size() > most_queries)
    return refused("ValidationError", "1 to 500 MetricDataQueries are expected.");
  json::array results;
  for (const auto& q : queries) {
    const auto& query = members::as_object(q);
    if (const auto wrong = wrong_with(query); !wrong.empty()) return refused("ValidationError", wrong);
    auto one = points(query, *from, std::min(*until, now - lag_));
    if (members::text(input, "ScanBy") != "TimestampAscending") {
      std::reverse(one["Timestamps"].as_array().begin(), one["Timestamps"].as_array().end());
      std::reverse(one["Values"].as_array().begin(), one["Values"].as_array().end());
    }
    results.push_back(std::move(one));
  }
  return json::object{{"MetricDataResults", std::move(results)}, {"Messages", json::array{}}};
}

reply cloudwatch::put(const json::object& input, time_point now) {
  const auto space = members::text(input, "Namespace");
  if (space.empty() || space.starts_with("AWS/"))
    return refused("InvalidParameterValue", "The value " + space + " for parameter Namespace is invalid.");
  for (const auto& d : members::list(input, "MetricData")) {
    const auto& datum = members::as_object(d);
    const auto* value = members::find(datum, "Value");
    if (value == nullptr || !value->is_number())
      return refused("InvalidParameterValue", "A Value is expected; statistic sets are not modelled.");
    put(space, members::text(datum, "MetricName"), dimensions_of(datum), value->to_number<double>(),
        time_of(datum, "Timestamp").value_or(now));
  }
  return json::object{};
}

}  // namespace shipflow::cloud
