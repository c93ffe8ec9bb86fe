// The record of a run's decisions: for every guard its rule, everything it saw and every verdict
// it gave, in one value that can be kept, sent and evaluated again without the run, the store or
// the metric system.
//
//   const auto record = shipflow::record_decisions(*store, run).value();
//   std::ofstream("decisions.json") << shipflow::json::serialize(to_json(record));
//   ...
//   const auto again = shipflow::decisions_from_json(*shipflow::parse_json(text)).value();
//   const auto checked = shipflow::decide_again(again).value();
//   if (!checked.difference.empty()) complain(checked.difference);
//
// The file, format 1:
//   {"shipflow_decisions": 1, "run", "plan", "plan_digest", "environment", "version",
//    "guards": [{"rule": {...}, "configuration": "sha256:...", ["begin": slot],
//                "conditions": "sha256:...", "inputs": [[metric, series, arm], ...],
//                "slots": [[slot, sample, ...], ...], "looks": [[ms, outcome, text], ...],
//                "decisions": [{"rev", "at", "level", ["reason"], ["numbers"], ["samples"]}, ...]}]}
// A rule of a trigger: {"guard", "component", "severity", "normal", "alert", "slot" (ms),
// "attributable_only", "metrics", ["calibration": as in the note of <shipflow/run.hpp>]}; of a probe: {"guard", "component", "severity", "probe", "rise",
// "fall"}. `configuration` is the digest of the rule. Times are milliseconds since the epoch; slot k
// is the time [k*slot, (k+1)*slot). A sample is [state, kind, sum, count, cause], one per input:
//   state  0 value, 1 empty (the source answered, nothing happened), 2 missing, 3 invalid
//   kind   0 counter, 1 gauge; sum: growth in the slot, or the reading; count: its whole events
//   cause  of a missing sample: 0 no answer from the source, 1 the source does not have the series
// A sum that is no whole number is a string, so that it survives any JSON writer bit by bit. Slots that no row names were lost (a crash) and count as missing.
// `begin` is the first slot that may be blamed on the release; without it, all before were baseline.
// `samples` of a decision is the digest of everything seen by then, as <shipflow/run.hpp> defines it.
// Members are only added; a file of a newer format is refused by name.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/plan.hpp>
#include <shipflow/run.hpp>
#include <shipflow/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

inline constexpr int decision_format = 1;

/// What a guard was told to judge by.
struct decision_rule {
  std::string guard;
  std::string component;
  std::string severity;
  /// trigger: condition texts, and the metrics they use as the environment wrote them
  std::string normal;
  std::string alert;
  duration slot{0};
  bool attributable_only = false;
  json::object metrics;
  json::value calibration;  ///< what was chosen for its `worse`, and why; null: nothing was
  /// probe
  std::string probe;
  int rise = 0;
  int fall = 0;

  [[nodiscard]] bool is_probe() const noexcept { return !probe.empty(); }
};
[[nodiscard]] json::object to_json(const decision_rule& r);
[[nodiscard]] result<decision_rule> rule_from_json(const json::value& v);
/// The rule of a guard of a plan.
[[nodiscard]] decision_rule rule_of(const plan_guard& g);

/// One VERDICT fact: the guard's level changed.
struct made_decision {
  std::int64_t rev = 0;
  time_point at{};
  std::string level;  ///< a name of `guard_level`
  std::string reason;
  json::object numbers;
  std::string samples;  ///< digest of what had been seen by then, as the fact has it, or empty
};

struct guard_decisions {
  decision_rule rule;
  std::optional<std::int64_t> begin;  ///< slot
  std::string conditions;             ///< of a trigger: digest its chain of samples begins with
  json::array inputs;                 ///< of a trigger: [metric, series, arm] per sample of a row
  json::array slots;                  ///< rows of a trigger, in order
  json::array looks;                  ///< rows of a probe, in order
  std::vector<made_decision> decisions;
};

struct decision_record {
  std::string run;
  std::string plan;
  std::string plan_digest;
  std::string environment;
  std::string version;
  std::vector<guard_decisions> guards;  ///< in order of the plan
};

[[nodiscard]] json::object to_json(const decision_record& r);
/// Errors: `newer_version`, `corrupt` naming the guard and the member. The digest of each rule is
/// checked: a rule that was changed by hand is `corrupt`.
[[nodiscard]] result<decision_record> decisions_from_json(const json::value& v);

/// The record of a run as far as it is durable. Reads the store once; the owner may go on
/// meanwhile. Errors: `not_found`, `corrupt`, `io`.
[[nodiscard]] result<decision_record> record_decisions(store& keep, const std::string& run);

/// What came out of evaluating a record again.
struct decision_check {
  std::size_t guards = 0;
  std::size_t slots = 0;      ///< folded, of triggers and probes
  std::size_t decisions = 0;  ///< compared
  std::string difference;     ///< the first one: "errors, fact 41: the record says alert, ..."; empty: none
};
/// Folds every rule over what was seen and compares level, numbers (to 1e-9) and the digest of the
/// samples of every decision, and that none is missing. Pure and offline; O(slots x atoms). Error: `corrupt` for a record that cannot be
/// evaluated (a rule that does not parse, a row that is no row).
[[nodiscard]] result<decision_check> decide_again(const decision_record& r);

}  // namespace v1
}  // namespace shipflow
