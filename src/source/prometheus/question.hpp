// A metric's mapping, read as questions to Prometheus.
#pragma once

#include "http/client.hpp"

#include <shipflow/probe.hpp>

#include <string>
#include <vector>

namespace shipflow::sources::prometheus {

enum class reduction { none, sum, mean, min, max, last };

struct question {
  http::request base;  ///< headers, TLS and deadline; the URL is the API's root
  series_kind kind = series_kind::gauge;
  reduction series = reduction::none;  ///< over several series
  reduction points = reduction::none;  ///< over the points of a range; none: an instant query
  duration step{0};
  duration lookback{0};
  bool accept_warnings = false;
  time_point from, until;
  std::vector<std::string> queries;  ///< one for each series, placeholders still in them
};

/// Reads and checks everything but the values of placeholders. Pure.
[[nodiscard]] result<question> read_question(const metric_request& q);

/// The requests, one for each series. Error: a placeholder without a usable value.
[[nodiscard]] result<std::vector<http::request>> requests_of(const question& ask, const metric_request& q);

/// Slots one after the other, the last one that of the question.
struct past_span {
  time_point first_end;  ///< of the oldest slot
  duration slot{0};
  std::size_t slots = 0;
};
/// The same questions for each of these slots: range queries with a step of one slot.
[[nodiscard]] result<std::vector<http::request>> past_requests_of(const question& ask,
                                                                  const metric_request& q,
                                                                  const past_span& past);

}  // namespace shipflow::sources::prometheus
