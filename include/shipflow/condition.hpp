// The condition language: what counts as healthy, as text people write and as a value.
//
//   errors > 1% for 5m                              `errors` is a metric of the environment
//   errors < 0.1%
//   ratio(http_5xx, http_all) over 5m > 5% for 5m min_count 20
//   per_min(db_errors) > 10 2 of 3 slots
//   mean(cpu) > 80% or mean(memory) > 80% for 15m
//   latency outside [0ms, 200ms] keep 5m
//
// Grammar
//
//   rule      := ("abort" | "pause" | "gate") name "when" condition
//   condition := or option*
//   or        := and ("or" and)*          and := not ("and" not)*       not := "not" not | primary
//   primary   := "(" or ")" | atom
//   atom      := aggregate compare quantity ["*" aggregate]
//              | aggregate "outside" "[" quantity "," quantity "]"
//              | "worse" "(" aggregate "than" "baseline" "," "ratio" x "," "alpha" p ["," "test" name] ["," "every" D] ")"
//              | "no_worse" "(" aggregate "than" "baseline" "," "ratio" x "," "beta" p ["," "test" name] ["," "every" D] ")"
//              | "certain" "(" aggregate (">" | ">=" | "<" | "<=") quantity "," "beta" p ")"
//              | "burn" "(" aggregate "," "slo" p "," number "x" "in" D "and" D ")"
//              | "absent" "(" series "," D ")" ["on" arm]
//   aggregate := (metric | call) ["over" (D | "slot" | "start")] ["on" ("canary" | "baseline" | "fleet")]
//   call      := ("value" | "per_min" | "rate" | "sum" | "min" | "max") "(" series ")"
//              | "ratio" "(" series "," series ")"  | "mean" "(" series ["," series | "cap" quantity] ")"
//              | "quantile" "(" p "," series ")"    | "slow" "(" series "," ">" quantity ")"
//   compare   := ">" | ">=" | "<" | "<=" | "==" | "!="
//   option    := "for" D | m "of" n "slots" | n "consecutive" | n "cumulative"     (at most one of these)
//              | "keep" D | "min_count" n | "warmup" D | "missing" ("hold" | "breach" | "ok")
//              | "max_gap" D | "low" ("unknown" | "ok" | "breach")                 (each at most once)
//   quantity  := ["-"] number ["%" | "ms" | "s" | "m" | "h" | "d"], or a sum such as 1m30s
//   series    := name | "quoted \" name"      name := letter or _, then letters, digits, _ . : / -
// `last` is read as `value` and `count` as `sum`. Options belong to the whole condition.
//
// Units. A percentage is a share: 5% is 0.05, so ratios lie in 0..1. A duration compares with
// milliseconds. A plain number compares with readings as the source gives them. A metric says
// what its readings are with `unit: "%"` (0..100), `unit: s` or `unit: ms`; without it a reading
// compared with a percentage is taken as a share, one compared with a duration as milliseconds.
//
// Meaning of one slot (a slot is the time [k*length, (k+1)*length) of the epoch)
//   - An atom is true, false or unknown; `and`, `or`, `not` follow Kleene's strong logic.
//   - Unknown is: no sample in this slot (missing, invalid), no event or fewer than `min_count` in
//     the window (empty, low_count), less than half of the window observed (per_min, rate, sum;
//     coverage), warm-up. However full the window: without its newest slot an atom is unknown.
//   - value: newest reading in the window; mean: sum over count of gauge readings, or of two
//     counters; ratio: sum over sum of the slots that have both; per_min, rate: events per minute,
//     per second of observed time; sum, min, max over the slots of the window.
//   - quantile, slow and a capped mean read a histogram. quantile: of all events in the window, linear between the
//     ends of its bucket (from zero in the first); beyond the last bucket it is at least where that begins,
//     and unknown against anything higher (invalid). slow: share of events above the first bucket end at or above
//     the bound; without one it is invalid. mean cap: each event as the middle of its bucket, at most the
//     cap; of a gauge the readings, at most the cap. Other buckets than before start a window anew.
//   - `x > 1.2 * y`: slots that both have; y is worked out over its own window and arm.
//   - burn(bad, slo 99.9%, 14.4x in 1h and 5m): the share is at least 14.4 * 0.1% in both windows. Unknown until
//     the short one is full (coverage) and holds ten events at that pace (695 here; `min_count` overrides).
//   - worse(x than baseline, ratio 1.25, alpha 0.1%): true once the evidence that the canary's x is more than
//     1.25 times the baseline's has reached 1/alpha, and from then on; unknown before (undecided), never false. A
//     healthy canary is called worse with a chance of at most alpha, however often and long it is looked at.
//     no_worse(x than baseline, ratio 2, beta 1%): true once there is as much evidence that it is below twice.
//     Evidence begins with the release, after the warm-up. In an alert, undecided is no reason to wait.
//     Tests, by x: count_ratio (ratio, slow), bucket_ratio (quantile: all its buckets; the ratio is that of slow
//     requests), bounded_mean (mean cap), peer_rank (value, mean of a gauge, mean of two counters, and ratio
//     when named; needs the instances of the baseline); no_worse: count_ratio and bounded_mean.
//     certain(ratio(ok, all) >= 95%, beta 1%): true once the evidence that the share (ratio, slow) or the capped mean is
//     on that side has reached 1/beta, and from then on: 126 results without a failure suffice here, 645 for 99%.
//     every: slots summed to one step. Without it: worse of counts runs at two paces, every slot for twice as bad
//     and every minute for `ratio`; bucket_ratio every slot; the others every minute. Choose it longer than noise
//     lasts: <shipflow/verdict/calibration.hpp> finds out. Meaning and sources: <shipflow/verdict.hpp>.
//   - `min_count` counts events of ratio, mean of counters, per_min, rate and sum; gauges have no
//     events and ignore it. Default of a ratio: so many that one event alone cannot make the atom
//     true (20 for > 5%, 21 for >= 5%, 20 for < 95%), or false under `not`; of a quantile so many
//     that ten lie beyond it (200 for 0.95); of the others none.
//   - absent: true after D in which the arm's series had no sample while its witness had one. The
//     witness of canary and baseline is the other arm, that of fleet is the source itself.
// Meaning over slots
//   - for D: time in which the condition was seen true adds up; seen false sets it to zero; unknown
//     adds nothing and takes nothing away, but unknown for longer than `max_gap` (default: two
//     slots) in a row sets it to zero. The condition holds once the sum reaches D. So a lost slot
//     delays and never resets or fakes. `n consecutive` is `for` in slots.
//   - m of n slots: true in at least m of the newest n. n cumulative: true n times since the start.
//   - keep D: goes on holding until D after it last held.
//   - missing: what no data counts as (default hold: unknown); low: what too few events count as.
//     `breach` and `ok` are taken from the condition's role: of an alert `ok` is false, of a normal
//     range it is true.
// Sources: Kleene 1952 for the logic, CloudWatch M-of-N and Prometheus `for`/`keep_firing_for` for
// the vocabulary; accumulated time and the four sample states are shipflow's own.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

enum class quantity_unit { none, percent, time };
/// A number as written: 5% is {5, percent}, 2s is {2000, time} (milliseconds).
struct quantity {
  double number = 0;
  quantity_unit unit = quantity_unit::none;
  friend bool operator==(const quantity&, const quantity&) = default;
};

/// `unset`: as the metric says, else the slot.
enum class window_kind { unset, slot, span, start };
struct metric_window {
  window_kind kind = window_kind::unset;
  duration length{0};  ///< of a span
  friend bool operator==(const metric_window&, const metric_window&) = default;
};

/// Whose series. `unset`: as the metric says, else fleet.
enum class metric_arm { unset, fleet, canary, baseline };
[[nodiscard]] std::string_view name_of(metric_arm a) noexcept;

enum class aggregate_kind { metric, value, ratio, mean, per_min, rate, sum, min, max, quantile, slow };
[[nodiscard]] std::string_view name_of(aggregate_kind k) noexcept;

/// A number made of series over a window. `series` holds the metric's name for `metric`, two
/// names for `ratio` and for `mean` of counters, else one.
struct aggregate {
  aggregate_kind kind = aggregate_kind::metric;
  std::vector<std::string> series;
  double p = 0;                   ///< quantile, in 0..1
  std::optional<quantity> limit;  ///< mean: cap; slow: the bound
  metric_window over;
  metric_arm on = metric_arm::unset;
  friend bool operator==(const aggregate&, const aggregate&) = default;
};

enum class comparison { greater, greater_equal, less, less_equal, equal, not_equal };
[[nodiscard]] std::string_view name_of(comparison c) noexcept;

enum class atom_kind { compare, outside, worse, no_worse, burn, absent, certain };
struct condition_atom {
  atom_kind kind = atom_kind::compare;
  aggregate what;  ///< absent: `series[0]` and `on` only
  comparison op = comparison::greater;
  quantity low;                    ///< compare, certain: threshold or factor; outside: lower end
  quantity high;                   ///< outside: upper end
  std::optional<aggregate> times;  ///< compare: `threshold * aggregate`
  double factor = 0;               ///< worse, no_worse: the ratio; burn: the multiple
  quantity share;                  ///< worse: alpha; no_worse, certain: beta; burn: slo
  std::string test;                ///< worse, no_worse: name or empty
  duration span{0};        ///< absent: how long; burn: the long window; worse, no_worse: `every`, or 0
  duration short_span{0};  ///< burn
  friend bool operator==(const condition_atom&, const condition_atom&) = default;
};

enum class node_logic { atom, all, any, negation };
/// An expression tree: `all` and `any` have at least two operands, `negation` has one.
struct condition_node {
  node_logic logic = node_logic::atom;
  condition_atom atom;
  std::vector<condition_node> operands;
  friend bool operator==(const condition_node&, const condition_node&) = default;
};

enum class hold_kind { none, span, of_slots, consecutive, cumulative };
enum class missing_policy { unset, hold, breach, ok };
enum class low_policy { unset, unknown, ok, breach };
struct condition_options {
  hold_kind hold = hold_kind::none;
  duration hold_for{0};    ///< span
  std::int64_t count = 0;  ///< of_slots: m; consecutive, cumulative: n
  std::int64_t slots = 0;  ///< of_slots: n
  std::optional<duration> keep;
  std::optional<std::int64_t> min_count;
  std::optional<duration> warmup;
  std::optional<duration> max_gap;
  missing_policy missing = missing_policy::unset;
  low_policy low = low_policy::unset;
  friend bool operator==(const condition_options&, const condition_options&) = default;
};

struct condition {
  condition_node root;
  condition_options options;
  friend bool operator==(const condition&, const condition&) = default;
};

/// A named condition with what it leads to, for tools that keep rules as text.
enum class rule_action { abort, pause, gate };
struct health_rule {
  rule_action action = rule_action::abort;
  std::string name;
  condition when;
  friend bool operator==(const health_rule&, const health_rule&) = default;
};

/// Reads a condition. Errors are `invalid_document` with `place` "column 14", the column counted
/// from 1 in bytes, and say what was expected or meant. Limits: 4096 bytes, 32 levels, 64 atoms,
/// 10,000 slots, durations above zero. O(bytes).
[[nodiscard]] result<condition> parse_condition(std::string_view text);
[[nodiscard]] result<health_rule> parse_rule(std::string_view text);

/// The text of a condition; `parse_condition(print(c)) == c` for all that `parse_condition` returns.
[[nodiscard]] std::string print(const condition& c);
[[nodiscard]] std::string print(const condition_atom& a);
[[nodiscard]] std::string print(const aggregate& a);
[[nodiscard]] std::string print(const health_rule& r);

/// Names that must be metrics of the environment, and series named directly; sorted, each once.
struct condition_names {
  std::vector<std::string> metrics;
  std::vector<std::string> series;
};
[[nodiscard]] condition_names names_in(const condition& c);

enum class reading_unit { none, percent, seconds, milliseconds };

/// A metric of the environment: a name for an aggregate over series of one source.
///   errors:  { source: load_balancer, ratio: [http_5xx, http_all], over: 1m, min_count: 50 }
///   cpu:     { source: host, value: cpu, unit: "%", arm: canary }
///   latency: { source: load_balancer, mean: [time_total, http_all], unit: ms }
///   p95:     { source: prometheus, quantile: [0.95, latency], unit: ms, over: 5m }   # a histogram
///   slow:    { source: prometheus, slow: [latency, 500ms], unit: ms }
///   average: { source: prometheus, mean: latency, cap: 2s, unit: ms }
///   raw:     { source: load_balancer, series: [http_5xx, http_all] }   # for use in full forms only
/// Kinds: value, mean, per_min, rate, sum, min, max, ratio, quantile: [0.95, series],
/// slow: [series, 500ms], series. `cap` belongs to the mean of one series.
/// Other members belong to the source and stay in `spec`.
struct metric_definition {
  std::string name;
  std::string source;
  std::string component;            ///< or empty
  std::optional<aggregate> what;    ///< empty for `series`
  std::vector<std::string> series;  ///< what one look has to read, in order, each once
  reading_unit unit = reading_unit::none;
  std::optional<std::int64_t> min_count;
  json::object spec;  ///< the whole mapping
};
using metric_table = std::map<std::string, metric_definition>;

/// Reads one metric's mapping. Error: `invalid_document` naming the metric and the member.
[[nodiscard]] result<metric_definition> read_metric(const std::string& name, const json::object& spec);
/// Reads name -> mapping.
[[nodiscard]] result<metric_table> read_metrics(const json::object& metrics);

/// Checks a condition against the metrics it uses and the slot length: unknown names (with a
/// suggestion), units that do not fit, windows that are no multiple of the slot, tests of something that
/// has none, and comparisons that can never be true. What passes here can be evaluated.
[[nodiscard]] result<void> check_condition(const condition& c, const metric_table& metrics, duration slot);

/// The metrics that a condition needs an answer from: those named and those owning a series
/// named directly; sorted. Unknown names are left out (`check_condition` reports them).
[[nodiscard]] std::vector<std::string> metrics_needed(const condition& c, const metric_table& metrics);

}  // namespace v1
}  // namespace shipflow
