// Rules tried on recorded metrics of past releases, before they are trusted with the next one.
//
//   std::vector<shipflow::past_release> past;
//   past.push_back(shipflow::release_from_csv("1.6.0", text).value());
//   past.back().truth = shipflow::release_truth::bad;
//   const auto report = shipflow::backtest(shipflow::trigger_rules(plan), past, {});
//   std::cout << shipflow::backtest_text(report, 100);
//
// What can be read, each at most `most_recorded_points` points:
//   CSV     header `time,series,arm,value` and optionally `,kind`; any order of columns. Time: as in
//           <shipflow/time.hpp>, or seconds since the epoch. Arm: fleet, canary or baseline; empty: fleet.
//           Value: a number, NaN, Inf; empty: no reading. Kind: counter (readings that only grow),
//           gauge, or growth (events since the row before). Lines that begin with `#` may say
//           `# truth: bad`, `# begins: TIME` and `# bad_since: TIME`.
//   Prometheus  the body of a range query (`/api/v1/query_range`), or a list of such bodies. A series
//           is named by its label `series`, else by `__name__`; its arm is the label `arm`.
//   records decisions of a run (<shipflow/decision.hpp>): what its guards saw.
// Where no kind is given, the rule decides: what it takes ratios and rates of are counters, what it
// takes values of are gauges.
#pragma once

#include <shipflow/condition.hpp>
#include <shipflow/decision.hpp>
#include <shipflow/evidence.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

inline constexpr std::size_t most_recorded_points = 5'000'000;

enum class recorded_kind { unknown, counter, gauge, growth };
struct recorded_point {
  time_point at{};
  double value = 0;  ///< NaN and infinities are kept: they are `invalid`, not absent
};
struct recorded_series {
  std::string name;
  metric_arm arm = metric_arm::fleet;
  recorded_kind kind = recorded_kind::unknown;
  std::vector<recorded_point> points;  ///< in the order of time
};

/// What people know about a past release by now.
enum class release_truth { unknown, good, bad };
[[nodiscard]] std::string_view name_of(release_truth t) noexcept;
struct past_release {
  std::string name;
  release_truth truth = release_truth::unknown;
  /// First traffic; empty: the first reading of the canary, else the first reading of all.
  std::optional<time_point> begins;
  /// When a bad release became bad; empty: with the first traffic.
  std::optional<time_point> bad_since;
  std::vector<recorded_series> series;
  /// Of an own run: what its guards saw, instances and buckets included. Used in place of `series` by a rule
  /// of the same name that reads the same at the same pace.
  std::vector<guard_decisions> seen;
};

/// Errors: `invalid_document` with `place` "line 12" or the name of the series.
[[nodiscard]] result<past_release> release_from_csv(const std::string& name, std::string_view text);
[[nodiscard]] result<past_release> release_from_prometheus(const std::string& name, const json::value& v);
[[nodiscard]] result<past_release> release_from_record(const decision_record& r);

/// The triggers among the guards of a plan.
[[nodiscard]] std::vector<decision_rule> trigger_rules(const plan& p);

/// One rule on one release.
struct rule_outcome {
  std::string release;
  release_truth truth = release_truth::unknown;
  std::string skipped;  ///< why it could not be tried: "nothing is recorded of http_5xx on canary"
  /// When the rule decided: an alert; of a rule without one, when it began to pass for good.
  std::optional<time_point> decided;
  std::string reason;         ///< of the alert
  duration took{0};           ///< from the first traffic, or from `bad_since`; of a decision
  bool wrong = false;         ///< the decision, or its absence, is not what the truth wants
  std::size_t slots = 0;      ///< after the first traffic
  std::size_t undecided = 0;  ///< of these without a verdict for want of data
  guard_evidence evidence;
};

/// One rule on all releases. An abort rule has `alert`; the others are gates, which should end in
/// a pass on good releases and not on bad ones.
struct rule_report {
  decision_rule rule;
  bool aborts = false;
  std::size_t good = 0, bad = 0, unlabelled = 0, skipped = 0;
  std::size_t false_aborts =
      0;                   ///< good releases aborted, bad ones before they were bad; of a gate: held for good
  std::size_t missed = 0;  ///< bad releases not aborted; of a gate: let pass
  std::optional<duration> median, longest;  ///< time to the right decisions
  std::vector<rule_outcome> outcomes;       ///< one per release, in their order
};
struct backtest_report {
  std::vector<rule_report> rules;
};

struct backtest_options {
  /// Slot length in place of the rules' own, for data that was recorded more coarsely; 0: theirs.
  duration slot{0};
};
/// Pure; O(rules x releases x slots). A rule that cannot be evaluated is an error naming it.
[[nodiscard]] result<backtest_report> backtest(const std::vector<decision_rule>& rules,
                                               const std::vector<past_release>& past,
                                               const backtest_options& options);

/// {"rules": [{"rule", "aborts", "good", "bad", "unlabelled", "skipped", "false_aborts", "missed",
/// ["median"], ["longest"] (ms), "outcomes": [{"release", "truth", ["skipped"], ["decided"], ["reason"],
/// "took" (ms), "wrong", "slots", "undecided"}]}]}.
[[nodiscard]] json::object to_json(const backtest_report& r);
/// For a terminal; per rule a summary, and per release a line with its sparkline.
[[nodiscard]] std::string backtest_text(const backtest_report& r, std::size_t width);
/// One self-contained page with a plot per rule and release.
[[nodiscard]] std::string backtest_html(const backtest_report& r);

}  // namespace v1
}  // namespace shipflow
