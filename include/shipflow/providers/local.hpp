// The `local` provider: a component is N processes on this machine behind HAProxy 2.6 or newer.
//
// One component has up to two fleets, `blue` and `green`. Each fleet is a number of instances of one
// version: real processes with a port each, listening on 127.0.0.1. HAProxy listens on the component's
// front address and splits the requests by weights. Instances and HAProxy run under keepers, small
// processes that outlive the engine and start them again when they die.
//
// Binding, in an environments document
//
//   bind:
//     api:
//       provider: local
//       command: [./shop, --port, "$${port}", --version, "$${version}"]   # required
//       listen: "127.0.0.1:8080"     # required: front address of HAProxy
//       directory: /srv/shop         # default: /
//       env: { LOG: info }           # complete, except for `local_options::environment`
//       instances: 3                 # default 1; a step's `instances` goes first
//       ready: { http: /health,      # without `http` a TCP connection is enough
//                status: 200,        # or "200-399", default 200
//                rise: 2,            # passes in a row before an instance counts as ready
//                within: 30s }       # from the start of the process; afterwards the step fails
//       enough: 100                  # percent of a fleet that must be ready before it is routed to
//       drain: 10s                   # how long running requests may take before an instance ends
//       grace: 10s                   # from SIGTERM to SIGKILL of an instance
//       balancer: { program: /usr/sbin/haproxy, threads: 1, max_connections: 4000, connect: 2s,
//                   server: 30s, client: 30s, check: 500ms, maintenance_page: /srv/down.html }
//
// `${port}`, `${version}`, `${colour}`, `${instance}` and `${image}` are replaced in `command` and
// `env` for each instance; any other `${` is refused. In a document they are written `$${port}`.
// A secret belongs into `env`; one elsewhere is refused, since argument lists are visible to all and the
// rest is written down. Files hold `${secret:NAME}` (`request::written`), never a value: a fleet that has
// to be started again gets the values of that time, and fails when the binding no longer names the secret.
//
// Actions. `weights` are percent of the traffic per colour; "new" and "old" are the colours that were
// not live and live when the action's baseline was taken.
//
//   launch      {version, colour: next|blue|green, instances, image}
//                 Starts the fleet of the colour that is not live and waits until all of it is ready;
//                 it is in HAProxy with weight 0 then. What stood in that colour before, unrouted, is
//                 drained and ended. Starts HAProxy when there is none.
//   shift       {weight: 0..100, colour: new|old|blue|green}
//                 Gives `colour` that share of the traffic, the other colour the rest. First checks that
//                 each colour that gets traffic is ready and large enough, and that the weights are those
//                 this run found or set: otherwise `conflict`, with both values.
//   retire      {colour: old|new|blue|green, drain}
//                 Drains, ends and forgets the fleet that is no longer routed to.
//   replace     {version, batch: 2 or "25%", instances, image, drain}
//                 In place: per batch start new instances, wait, route, drain as many old ones, end them.
//                 `batch: "100%"` starts all new ones before the first old one ends.
//   scale       {instances}          of the live fleet; shares of traffic stay as they are
//   maintenance {on: true|false}     HAProxy answers every request with 503, Retry-After and a page
//   stop        {}                   ends everything of the component, HAProxy too; not undone
//
// Undo puts back what the action's first `observe` saw: a launched fleet is ended (and HAProxy, if it was
// not there), weights are restored after the same checks, a retired fleet is launched again from its
// recorded recipe, a replaced one is replaced back, a first release leaves nothing.
//
// Ready: `shift` makes the checks that its undo would make (HAProxy answers, weights are this run's, the old
// fleet is ready and large enough, or this run retired it and its recipe is there); the others look for the
// recipes of the fleets that would have to be launched again.
//
// Observe answers, for every action,
//   {"live": "blue", "version": "1.4.0", "weights": {"blue": 100, "green": 0},
//    "fleets": {"blue": {"version": "1.4.0", "instances": 3, "ready": 3, "recipe": "sha256:..."}},
//    "maintenance": false, "balancer": "running"|"down"|"absent", "restores": {...}}
// The live colour is the one with the larger share in HAProxy, null when nothing is routed. "down" means
// that HAProxy should be there and is not (a reboot): the recorded state is given, the next launch, scale
// or replace brings it back. `restores` is the part that undo of this action puts back: after an undo,
// observing with the old picture as `baseline` gives an equal `restores`.
//
// Outputs: launch, retire, replace, scale: {colour, version, instances}; shift: {colour, version, weights};
// maintenance: {on}.
//
// No request is lost by a switch: weights change without a reload, a leaving server is drained, and
// connections that fail before a byte was answered are tried again on another instance (GET and HEAD; for
// other methods only when the connection was refused). HAProxy killed with SIGKILL loses what was in
// flight; its keeper starts it again with the same servers and weights, because the configuration is
// rewritten before each change.
//
// Files, below <state_directory>/<environment>/<component>/, 0700 and 0600:
//   fleet.json     what should be there; replaced atomically; written before the effect
//   lock           flock(2) held during each call, so that two processes do not interleave
//   haproxy.cfg maintenance.map maintenance.html admin.sock haproxy/ instances/<id>/ recipes/<digest>.json counters.json
// HAProxy is given `admin.sock` relative to its directory and clients reach it through /proc/self/fd, so
// the length of the path does not matter (a Unix socket address has 108 bytes).
//
// Metric source `load_balancer`. Counters: http_all, http_5xx, http_4xx (responses; a connection that failed
// or a response cut off counts as a 5xx). Gauges: latency_ms (mean response time of the last 1024 requests),
// queue. HAProxy keeps means and no histogram, so there are no quantiles here: take them from the services
// themselves (sources `prometheus`, `http`). One reading is either all counters or all gauges. Arm "fleet" is what clients saw, HAProxy's own
// 503 included; other arms are the instances of `metric_request::version`. Counts of ended instances
// are kept (counters.json), so a sum never falls when an instance goes. When HAProxy is killed, requests
// since the last reading are not counted; nothing is counted twice.
//
// Probe kind `state`: {ready: all | n}. Passes when at least that many instances of the live fleet are ready.
//
// Threads: one worker thread per object; answers come from it. Calls return at once. Waiting is left to
// `settle`, a single call takes some milliseconds (at most five seconds when another process holds the
// component's lock or HAProxy does not answer).
//
// HAProxy's runtime commands: HAProxy 2.6 management guide, section 9.3.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct local_options {
  /// Absolute; made when missing. Whoever uses the same directory works on the same components.
  std::string state_directory;
  /// What every instance and HAProxy inherit; `env` of the binding goes first. Nothing else is inherited.
  std::vector<std::pair<std::string, std::string>> environment{{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  /// HAProxy when the binding names none; a name without `/` is looked up in PATH of `environment`
  /// and in /usr/sbin, /usr/local/sbin and /sbin.
  std::string haproxy = "haproxy";
  /// The keeper program; empty: where this library was installed.
  std::string keeper;
};

/// One object serves as provider `local`, metric source `load_balancer` and probe source `state`.
/// Its destructor waits for the call being worked on; calls not begun are answered `unknown`,
/// `unavailable` or with a reason. Processes go on; another object on the same directory adopts them.
class local_provider : public provider, public metric_source, public probe_source {
 public:
  ~local_provider() override;
};

/// Errors: `invalid_argument` (directory not absolute), `io`, `not_found` (no keeper program).
[[nodiscard]] result<std::unique_ptr<local_provider>> make_local_provider(local_options options);

}  // namespace v1
}  // namespace shipflow
