// The probes that come with shipflow: HTTP(S), TCP and commands.
//
// A spec is the probe's mapping from the environment, references rendered. Its kind is the member
// that is named like one:
//
//   http:      http (or url): URL; method (GET), headers: { name: value }, body or json,
//              ca: PEM file instead of the system's authorities, tls_verify: false, server_name,
//              redirects: 0..20 (0: a redirect is the answer), and
//              expect: 200 | [200, 204] | "2xx" | "200-299" | {
//                status: as above; 2xx when not given,
//                header: { name: value }, body: { contains: text, matches: "regular expression" },
//                json: { "/pointer": value }, latency: "<500ms",
//                certificate: 14d (how long it must still be valid) }
//   tcp:       tcp (or address): "host:port" or "[v6]:port"; expect: { banner: text } among the
//              first 4 KiB; without it the connection is enough
//   command:   command: [program, argument, ...], no shell; directory ("/"), env: { name: value },
//              complete but for PATH. Exit status 0 passes. Standard input is /dev/null
//
// All kinds take `timeout`; the earlier of it and the request's deadline counts. Members that
// describe the guard (every, rise, fall, severity, component) are left to it. Other members are
// errors. Regular expressions are Perl's, bounded in steps.
//
// pass: all expectations hold. fail: the target refused, reset, timed out, did not speak the
// protocol, showed a certificate that is not accepted, or answered something else than expected.
// unavailable: the trouble is on this side, or the look was cancelled: the name could not be
// looked up, no network or no free descriptor here, an unreadable CA file, a program that is
// missing, a spec that is wrong, no free slot in time.
//
// Every HTTP look opens a new connection. Answers hold short pieces of what the target said, made
// printable; never headers or bodies that were sent, and no query values of URLs. What a command
// printed has the values of its `env` replaced by `***`.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct probe_options {
  /// Looks under way at once; the others wait, and one that waits past its deadline is
  /// `unavailable`. 1..1000, other values are taken as the nearest.
  std::size_t parallel = 32;
};

/// The kinds "http", "tcp" and "command" in one source with one thread of its own, on which `done`
/// is called: it must not block. The destructor answers everything outstanding with `unavailable`,
/// kills commands under way with their process groups, and joins.
/// details: {"latency_ms"}, http also {"status", "certificate_days"}, command also {"exit"}.
[[nodiscard]] std::shared_ptr<probe_source> make_probes(probe_options options = {});

/// Whether a look with this spec could begin. Pure. `not_found`: the kind is none of these;
/// `invalid_argument`: the message names the member and what it must be.
[[nodiscard]] result<void> check_probe(const std::string& kind, const json::object& spec);

/// The provider `probe` with the action `wait`, which a plan's step `probe: { all: [api], within: 2m }`
/// becomes. Inputs: `probes`, { name: {kind, spec, component, target, every, timeout, rise} }, and
/// `within`. Each probe is looked at its `every`; the step is done when all of them passed `rise`
/// times in a row, and fails (timeout) when that did not come about within `within`, counted from
/// the first call. A look that was unavailable neither counts nor interrupts. Changes nothing, has
/// nothing to undo, and ends with `cancelled` as soon as it is asked to. Looks go to the first source
/// that answers for the kind; replies are given on the threads of the sources. Outputs: none.
/// `now`: what time it is for requests and sources, called on any thread; empty: the system's clock.
[[nodiscard]] std::shared_ptr<provider> make_probe_provider(
    std::vector<std::shared_ptr<probe_source>> sources, std::function<time_point()> now = {});

}  // namespace v1
}  // namespace shipflow
