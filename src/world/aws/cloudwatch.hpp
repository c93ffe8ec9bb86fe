// Amazon CloudWatch in memory: samples by the second, read as statistics over periods.
//
// What is measured at a moment can be read `lag` later. A period without samples has no point; percentiles are of the
// samples themselves. Metric math, units and streams are not modelled.
//
// Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference: GetMetricData, PutMetricData.
#pragma once

#include "world/aws/answers.hpp"

#include <map>
#include <string>
#include <vector>

namespace shipflow::cloud {

class cloudwatch {
 public:
  using dimensions = std::map<std::string, std::string>;

  explicit cloudwatch(duration lag = duration{0}) : lag_(lag) {}

  void put(const std::string& space, const std::string& metric, const dimensions& of, double value,
           time_point at);
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input, time_point now) const;
  /// PutMetricData.
  [[nodiscard]] reply put(const json::object& input, time_point now);

 private:
  /// Namespace, metric, dimensions in order.
  using key = std::pair<std::string, dimensions>;
  [[nodiscard]] json::object points(const json::object& query, time_point from, time_point until) const;

  duration lag_;
  std::map<key, std::multimap<time_point, double>> samples_;
};

}  // namespace shipflow::cloud
