// Where health comes from: probes look at a thing now, metric sources answer for a series.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// One look. `spec` is the probe's mapping from the environment, references rendered.
struct probe_request {
  std::string kind;  ///< "http", "tcp", "command", "state" or one of the host's
  std::string name;  ///< as the environment names it
  json::object spec;
  json::object target;  ///< binding of the component probed, may be empty
  std::string environment;
  std::string component;
  time_point deadline;
  std::stop_token stop;
};

/// What one look saw. A probe that could not look (bad name, no route to the probing host
/// itself, its own time-out waiting for a slot) is `unavailable`, which is not a failure.
enum class look { pass, fail, unavailable };
struct probe_answer {
  look outcome = look::unavailable;
  std::string text;      ///< one line: "status 503, wanted 200", redacted, at most 400 bytes
  duration latency{0};   ///< from start to full answer
  json::object details;  ///< numbers worth keeping: {"status":503,"certificate_days":12}
};

/// Answers probes of the kinds it names. Like `provider::call`, begins and returns at once.
class probe_source {
 public:
  virtual ~probe_source();
  [[nodiscard]] virtual std::vector<std::string> kinds() const = 0;
  /// Could a look with this spec begin? Asked by the compiler; pure. By default everything could.
  [[nodiscard]] virtual result<void> check(const std::string& kind, const json::object& spec) const;
  virtual void look(probe_request q, std::function<void(probe_answer)> done) = 0;
  /// Until when looks are certain to have the outcome they have now: watches skip what cannot tell them
  /// anything. Only models of a rehearsal know that; empty, the default: look.
  [[nodiscard]] virtual std::optional<time_point> steady_until(const probe_request& q) const;
};

/// Of a cumulative histogram: the events at or below `upper`, which may be infinite.
struct bucket {
  double upper = 0;
  double count = 0;
  friend bool operator==(const bucket&, const bucket&) = default;
};

/// What one instance of those behind a reading says, in the same unit.
struct instance_reading {
  std::string name;
  double number = 0;
  friend bool operator==(const instance_reading&, const instance_reading&) = default;
};

/// One reading of one series. Never coerced: no data is not zero.
struct reading {
  enum class state {
    value,    ///< `number` is valid
    empty,    ///< the source answered and nothing happened (no events)
    missing,  ///< the source did not answer, or does not know the series
    invalid,  ///< NaN, infinite, running backwards, several series where one is expected
  };
  state what = state::missing;
  double number = 0;
  std::string why{};  ///< for missing and invalid
  /// A histogram is a counter whose `number` is the count of all events, with its buckets by ascending
  /// `upper`, in the unit of the metric; at most 200. What lies above the last one is counted too.
  std::vector<bucket> buckets{};
  /// Optional: the same series instance by instance, at most 1000. Tests of a canary against its baseline
  /// learn from them how much instances differ without a release.
  std::vector<instance_reading> instances{};
};

/// How the numbers of a series behave.
enum class series_kind {
  counter,  ///< only grows; the engine takes differences, a fall is a restart from zero
  gauge,    ///< the value now, or one value that stands for the slot
  delta,    ///< what happened in the slot; the source took the difference
};

/// A question for the state of several series at once, so that a ratio is taken from one look.
struct metric_request {
  std::string source;               ///< "load_balancer", "prometheus" or one of the host's
  std::string metric;               ///< as the environment names it
  std::vector<std::string> series;  ///< "http_5xx", "http_all"
  std::string arm;                  ///< "canary", "baseline" or "fleet"
  json::object spec;                ///< the metric's mapping from the environment
  json::object target;              ///< binding of the component, may be empty
  std::string environment;
  std::string component;
  std::string version;  ///< version behind the arm: "canary" is the new one; empty for "fleet"
  /// The slot asked about, [from, until). It ended `metric_source::lag` before the question.
  time_point from;
  time_point until;
  time_point deadline;
  std::stop_token stop;
};
struct metric_answer {
  std::vector<reading> readings;  ///< one per series, in order; empty when `why` is set
  series_kind kind = series_kind::counter;
  std::string why;  ///< the whole look failed: the source is unavailable
};

/// What series did in the past: per slot, in order of time, a reading of each.
struct metric_history {
  std::vector<std::vector<reading>> slots;  ///< empty when `why` is set
  series_kind kind = series_kind::counter;
  std::string why;
};

/// Answers for the series of the sources it names. An answer with `why` says that the source could
/// not be asked: the trigger is `unavailable` then, which is never a breach and never a pass, and has
/// a budget of its own in the plan (`rollback: { unavailable: ... }`).
class metric_source {
 public:
  virtual ~metric_source();
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
  /// Could a question with this spec be answered? Asked by the compiler, with source, metric, series,
  /// spec, target, component and environment; `from` is the epoch and `until` the length of a slot.
  /// Pure; secrets are references (`${secret:NAME}`). By default everything could.
  [[nodiscard]] virtual result<void> check(const metric_request& q) const;
  /// How long after the end of a slot its numbers are complete: the engine asks that much later. By
  /// default the duration `lag` of the spec, else nothing.
  [[nodiscard]] virtual duration lag(const json::object& spec) const;
  /// Begins a look and returns at once; `done` is called once, from any thread, also inside `read`.
  /// What comes after the deadline is too late: the slot is closed without it.
  virtual void read(metric_request q, std::function<void(metric_answer)> done) = 0;
  /// As `read`, for every slot of length `slot` in [q.from, q.until), a whole number of them and at most 10,000: what a
  /// calibration learns from. A slot of which nothing is known has missing readings. By default the source
  /// says that it does not keep the past.
  virtual void history(metric_request q, duration slot, std::function<void(metric_history)> done);
  /// Until when the readings are certain to go on as they do now: gauges stay, counters grow evenly. As
  /// `probe_source::steady_until`.
  [[nodiscard]] virtual std::optional<time_point> steady_until(const metric_request& q) const;
};

/// A source made of a function: the host's own numbers, in a few lines.
///
///   engine.add(shipflow::make_metric_source("orders", [&](const shipflow::metric_request& q) {
///     shipflow::metric_answer a;
///     a.kind = shipflow::series_kind::counter;
///     for (const auto& series : q.series) a.readings.push_back(shop.count(series, q.version));
///     return a;
///   }));
///
/// The function is called on the engine's thread and must not block; an exception makes the source
/// unavailable, with its text. A source that has to wait implements `metric_source`.
[[nodiscard]] std::shared_ptr<metric_source> make_metric_source(
    std::string name, std::function<metric_answer(const metric_request&)> read);

}  // namespace v1
}  // namespace shipflow
