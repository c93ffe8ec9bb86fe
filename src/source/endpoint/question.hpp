// A metric's mapping, read as one request and where its numbers are in the answer.
#pragma once

#include "http/client.hpp"

#include <shipflow/probe.hpp>

#include <string>
#include <vector>

namespace shipflow::sources::endpoint {

struct question {
  http::request base;  ///< placeholders still in it
  series_kind kind = series_kind::gauge;
  std::vector<std::string> pointers;  ///< one for each series
  std::string timestamp;              ///< pointer, or empty
  duration max_age{0};
  time_point until;
};

/// Reads and checks everything but the values of placeholders. Pure.
[[nodiscard]] result<question> read_question(const metric_request& q);
/// The request with placeholders replaced.
[[nodiscard]] result<http::request> request_of(const question& ask, const metric_request& q);
/// What was answered; `now` tells what lies in the future. Pure.
[[nodiscard]] metric_answer read_answer(const question& ask, const http::response& got, time_point now);

}  // namespace shipflow::sources::endpoint
