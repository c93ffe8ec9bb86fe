// Metric source `cloudwatch`: numbers of Amazon CloudWatch (GetMetricData).
//
//   metrics:
//     errors:  { source: cloudwatch, component: api, ratio: [http_5xx, http_all], load_balancer: app/shop/50dc6c49,
//                target_group: targetgroup/api/73e2d6bc }
//     cpu:     { source: cloudwatch, component: api, value: cpu, unit: "%" }
//     orders:
//       source: cloudwatch
//       ratio: [orders_failed, orders_all]
//       queries:
//         orders_failed: { namespace: Shop, metric: OrdersFailed, stat: Sum, dimensions: { Version: "$${version}" } }
//         orders_all:    { namespace: Shop, metric: Orders, stat: Sum, dimensions: { Version: "$${version}" } }
//       witness: orders_all
//
// Series with names of their own; `load_balancer`, `target_group`, `cluster` and `service` are taken from the
// metric, else from the component's binding. `load_balancer` and `target_group` are the tails of their ARNs.
//
//   of an application load balancer (AWS/ApplicationELB), for the target group when one is given
//     http_all http_2xx http_3xx http_4xx http_5xx    what the targets answered (delta)
//     balancer_5xx  what the balancer answered itself; connection_errors (delta). Of the whole balancer
//     time_total    sum of response times in ms: mean: [time_total, http_all] (delta)
//     latency_mean latency_p50 latency_p90 latency_p95 latency_p99   response time in ms (gauge)
//     healthy_hosts unhealthy_hosts                   (gauge)
//   of an ECS service (AWS/ECS)
//     cpu memory    mean use in percent of what is reserved: unit "%" (gauge)
//
// Members
//
//   queries    { series: { namespace, metric, stat, dimensions: { name: value }, unit } }. stat: Sum and
//              SampleCount are what happened in the slot (delta); Average, Minimum, Maximum, p95, tm99, ... are
//              gauges. All series of one metric are of one kind
//   arms       { canary: { target_group: ... }, baseline: { ... } }: members that differ by arm
//   witness    a series that always has a point while CloudWatch works: without a point of its own another
//              series is empty (nothing happened) when the witness has one, else missing. For the balancer's
//              series healthy_hosts is, by itself
//   region, endpoint_url    see aws.hpp for what counts when they are not given
//   lag        default 2m: what arrives later does not count
//   timeout    default 10s, all tries together
//
// The period is the slot: a minute or whole minutes; with metrics of your own 1, 5, 10, 20 or 30 seconds too.
// `${version}`, `${arm}`, `${component}` and `${environment}` are replaced in dimensions and in the tails of
// ARNs; in a document they are written `$${version}`.
//
// Readings. No point is never zero by itself: CloudWatch has none for counts that did not happen and none while it is
// behind. A point outside the slot, several points, and values that are no number are invalid; partial data
// and a series CloudWatch could not read are missing. The source is unavailable when the call failed, with what AWS said.
//
// Needs the permission cloudwatch:GetMetricData. One call for each look, up to 100 series.
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/probe.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Answers are given on a thread of its own, which begins with the first question. The destructor
/// answers what is outstanding and joins.
[[nodiscard]] std::shared_ptr<metric_source> make_cloudwatch_source(aws_options options);

}  // namespace v1
}  // namespace shipflow
