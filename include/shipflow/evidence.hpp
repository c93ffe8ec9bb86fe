// What a guard's rule saw over time, how far that was from its thresholds, and when and why the
// decision fell: as values, as JSON, as text for a terminal and as one self-contained HTML page.
//
//   const auto record = shipflow::record_decisions(*store, run).value();
//   const auto seen = shipflow::evidence_of(record).value();
//   std::cout << shipflow::evidence_text(record, seen, 100);
//   std::ofstream("evidence.html") << shipflow::evidence_html(record, seen);
#pragma once

#include <shipflow/decision.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// One slot (its end) or one look.
struct evidence_point {
  time_point at{};
  std::optional<double> value;  ///< in the unit of the line; empty: none, a gap says why
};
/// A point without a value, or with one that was not used. They are few, and a point is small.
struct evidence_gap {
  std::size_t point = 0;  ///< its place in `points`
  std::string why;        ///< "missing", "low_count" ...
};
/// One atom of a condition. Of a test: its evidence in nats against log(1/alpha). Of a probe: 1 for a pass, 0
/// for a failure. A threshold that moves, and the short window of a burn rate, are lines of their own.
struct evidence_line {
  std::string condition;  ///< "alert", "normal" or "probe"
  std::string text;       ///< "errors > 1%"
  std::string unit;       ///< "%", "ms", " nats" or empty
  std::vector<double> limits;
  std::vector<evidence_point> points;
  std::vector<evidence_gap> gaps;  ///< in the order of points
};
/// A stretch of time in which the rule said the same.
struct evidence_span {
  time_point from{};
  time_point to{};
  std::string level;   ///< a name of `guard_level`
  bool armed = false;  ///< the release had begun; before that it is the baseline
};
struct guard_evidence {
  decision_rule rule;
  std::optional<time_point> begins;  ///< of what may be blamed on the release
  std::vector<evidence_line> lines;
  std::vector<evidence_span> levels;
  std::vector<made_decision> decisions;  ///< changes of level, in order
};

/// Evaluates every rule of a record over what it saw; O(slots x atoms). Errors as of `decide_again`.
[[nodiscard]] result<std::vector<guard_evidence>> evidence_of(const decision_record& r);
/// The same of a run in a store, read without making its record: for reports of long releases. Errors as of
/// `record_decisions` and `decide_again`.
[[nodiscard]] result<std::vector<guard_evidence>> evidence_of(store& keep, const std::string& run);

/// {"guard", "severity", "normal", "alert", ["begins"], ["calibration": as of its rule], "lines": [{"condition", "text", "unit",
/// "limits", "points": [[ms, value or null, why?], ...]}], "levels": [[from, to, level, armed], ...],
/// "decisions": [{"rev", "at", "level", "reason"}]}. Times are milliseconds since the epoch.
[[nodiscard]] json::object to_json(const guard_evidence& e);

/// Lines of about `width` columns: per guard its rule, a row of block characters per atom, the
/// levels (`.` pass, `w` watch, `A` alert, `i` insufficient, `?` unavailable), and its decisions.
[[nodiscard]] std::string evidence_text(const decision_record& r, const std::vector<guard_evidence>& all,
                                        std::size_t width);
/// A page with a plot per atom, nothing loaded from elsewhere, every text escaped.
[[nodiscard]] std::string evidence_html(const decision_record& r, const std::vector<guard_evidence>& all);

}  // namespace v1
}  // namespace shipflow
