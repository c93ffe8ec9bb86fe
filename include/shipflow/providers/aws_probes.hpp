// Probes that look at AWS: alarms of CloudWatch, to start on and to turn back by.
//
//   probes:
//     quiet: { alarms: [api-5xx, api-latency], every: 30s, fall: 1, severity: SEV1 }
//     shop:  { alarms: { prefix: shop- }, insufficient: ok }
//
// A plan's guard names it as it names any probe (`guard: { abort: [quiet], until: watch.end }`), so that an alarm that goes off
// takes the release back; a step `probe: { all: [quiet] }` lets nothing go on before all are OK.
//
// Kind `alarms`
//
//   alarms        a name, up to 100 names, or { prefix: text }; metric and composite alarms
//   insufficient  failed (default) or ok: what an alarm without enough data counts as
//   region, endpoint_url, account    else those of the component's binding, else as aws.hpp says
//   timeout, and what describes the guard (every, rise, fall, severity, component)
//
// pass: all are OK. fail: one is in ALARM, or has too few data; it is named. unavailable: AWS did not answer or denied it, an
// alarm is not there, no alarm has the prefix.
//
// Each look is a call of DescribeAlarms (AWS allows 9 a second per account and region), by prefix one per hundred alarms.
// Needs the permission cloudwatch:DescribeAlarms.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/providers/aws.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Looks with threads of its own, on which `done` is called: it must not block. The destructor cancels what is under way
/// and joins.
[[nodiscard]] std::shared_ptr<probe_source> make_alarm_probes(aws_provider_options options);

}  // namespace v1
}  // namespace shipflow
