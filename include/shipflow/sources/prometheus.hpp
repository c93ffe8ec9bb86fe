// Metric source `prometheus`: Prometheus 2.x and what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics).
//
//   metrics:
//     errors:
//       source: prometheus
//       url: http://prometheus:9090          # a path before /api/v1 is kept
//       ratio: [http_5xx, http_all]
//       queries:                             # PromQL, one for each series
//         http_5xx: sum(increase(http_requests_total{code=~"5..",version="$${version}"}[$${slot}])) or vector(0)
//         http_all: sum(increase(http_requests_total{version="$${version}"}[$${slot}]))
//     cpu: { source: prometheus, url: ..., value: cpu, unit: "%", queries: { cpu: avg(cpu_percent) } }
//
// `${version}` (of the arm), `${arm}`, `${slot}` ("60s"), `${component}` and `${environment}` are replaced
// in queries; in a document they are written `$${version}`. Values with other characters than letters,
// digits and `._+:/@-` are refused, so none can change the query.
//
// Members
//
//   url        required; http or https, without user and password
//   queries    required; { series: PromQL }, at most 8 KiB each
//   kind       how the value of a query is to be read (series_kind):
//                delta    it is what happened in the slot (increase): the default of ratio, per_min, rate,
//                         sum and a mean of two. `increase` extrapolates, so a count need not be whole
//                counter  it only grows, a fall is a restart from zero: of one process; take a sum over
//                         several with `increase`, since one of them restarting is no fall to zero
//                gauge    the value now: the default of value, min, max and a mean of one
//   reduce     sum, mean, min or max over several series; without it several series are invalid
//              With `reduce` the reading keeps what each series (label pod, instance, or all) says
//   points     last, mean, min, max or sum: a range query over the slot instead of an instant one, for gauges
//   step       of the range query; default a tenth of the slot, at least 1s
//   lookback   how old a sample may be to count as present (lookback_delta); default two slots, at least 1m.
//              Prometheus 2.42 does not know it and takes five minutes: say last_over_time(x[$${slot}])
//   lag        asked that much after the slot has ended, at the slot's end; default none. Give at least
//              one scrape interval, so that the last scrape of the slot is in
//   warnings   refuse (default): an answer with warnings is partial and counts as missing; or accept
//   bearer, or basic: { user, password }, headers: { name: value }   secrets by reference
//   ca, tls_verify, server_name, timeout
//
// Histograms: a query whose series all have the label `le`, such as `sum by (le) (increase(x_bucket[$${slot}]))`,
// is one histogram, for quantile, slow and mean with a cap; its bounds are in the metric's `unit` (unit: s).
//
// Readings. Queries are evaluated at the end of the slot (`time`), all at the same time. No series is
// missing, never zero: a query says `or vector(0)` where none means none. NaN and infinities are
// invalid, as are several series without `reduce`, native histograms, strings, an answer for another
// time than asked, points that are not in order, and a range with less than half of its points is missing.
// The source is unavailable when it cannot be reached, answers something else than Prometheus does
// (redirects are not followed), reports an error (with its text), or says more than 4 MiB.
//
// The past (`calibrate` of a trigger): one range query for each series with a step of one slot; at most 32 MiB. Not with
// `points`.
//
// Prometheus HTTP API: prometheus.io/docs/prometheus/latest/querying/api.
#pragma once

#include <shipflow/probe.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Answers are given on a thread of its own, which begins with the first question. The destructor
/// answers what is outstanding and joins.
[[nodiscard]] std::shared_ptr<metric_source> make_prometheus_source();

}  // namespace v1
}  // namespace shipflow
