// Metric source `http`: numbers in the JSON that an endpoint answers.
//
//   metrics:
//     orders:
//       source: http
//       url: https://shop.example.com/internal/numbers?version=$${version}
//       ratio: [orders_failed, orders_all]
//       kind: counter
//       pointers: { orders_failed: /orders/failed, orders_all: /orders/all }    # RFC 6901
//       timestamp: /taken_at
//       max_age: 30s
//       bearer: ${NUMBERS_TOKEN}
//
// All series of a metric are taken from one answer. `${version}` (of the arm), `${arm}`, `${slot}`,
// `${component}` and `${environment}` are replaced in the URL and in texts of `json`; in a document they
// are written `$${version}`.
//
// Members
//
//   url        required; http or https
//   pointers   required; { series: JSON pointer }
//   kind       counter (default of ratio, per_min, rate, sum and a mean of two), delta (what happened in the
//              slot) or gauge (default of the others); series_kind
//   timestamp  pointer to when the numbers were taken: RFC 3339 text, or seconds or milliseconds of the epoch
//   max_age    how old they may be at the end of the slot; default two slots, at least 1m
//   method (GET or POST), headers, json or body, bearer, basic: { user, password }, ca, tls_verify,
//   server_name, redirects (0..20, default 0), timeout, lag
//
// Readings. A pointer that leads nowhere, and null, are missing; text, true, NaN spelled as text and the
// like are invalid: nothing is taken for a number that is none. Numbers older than `max_age` are missing;
// a time more than 5 s in the future, and one that cannot be read, are invalid. The source is unavailable
// when it cannot be reached, answers other than 2xx, something that is not JSON, or more than 1 MiB.
#pragma once

#include <shipflow/probe.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Answers are given on a thread of its own, which begins with the first question. The destructor
/// answers what is outstanding and joins.
[[nodiscard]] std::shared_ptr<metric_source> make_http_source();

}  // namespace v1
}  // namespace shipflow
