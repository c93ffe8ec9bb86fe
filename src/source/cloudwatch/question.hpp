// A metric's mapping, read as one GetMetricData.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/probe.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shipflow::sources::cloudwatch {

/// One statistic of one metric.
struct wanted {
  std::string space;  ///< namespace: "AWS/ApplicationELB"
  std::string metric;
  std::string stat;
  std::vector<std::pair<std::string, std::string>> dimensions;  ///< placeholders still in the values
  std::string unit;
  double factor = 1;       ///< seconds to milliseconds
  bool witnessed = false;  ///< without a point it is empty when the witness has one
  [[nodiscard]] bool counts() const { return stat == "Sum" || stat == "SampleCount"; }
};

struct question {
  std::string region, endpoint_url;
  duration timeout{0};
  series_kind kind = series_kind::gauge;
  std::vector<wanted> series;     ///< one for each of the metric
  std::optional<wanted> witness;  ///< asked besides
  time_point from, until;
};

/// Reads and checks everything but the values of placeholders. Pure.
[[nodiscard]] result<question> read_question(const metric_request& q);

/// The series of well-known names, from the members that say where: `load_balancer`, `cluster`, ...
/// `not_found`: none of these names; other errors name what is missing.
using place = json::object;
[[nodiscard]] result<wanted> named_series(const std::string& name, const place& where);
[[nodiscard]] std::optional<wanted> balancer_witness(const place& where);

/// The input of GetMetricData. Error: a placeholder without a usable value.
[[nodiscard]] result<json::object> input_of(const question& ask, const metric_request& q);
/// What was answered; pages are merged already. Pure.
[[nodiscard]] metric_answer read_answer(const question& ask, const json::object& got);

}  // namespace shipflow::sources::cloudwatch
