// Gates: reports that tools write, as numbers, and what a plan asks of them.
//
//   - id: coverage
//     gate: { file: coverage.xml, cobertura: { lines: 80% } }
//   - id: tests
//     gate: { file: junit.xml, junit: { skipped: 5, tests: 100 }, none_ran: pass }
//   - id: scan
//     gate: { file: bandit.sarif, sarif: { warning: 10, high: 0 } }
//   - id: load
//     gate: { file: summary.json, k6: { success: 95%, mean: "< 2s", p95: 500ms, requests: 1000 } }
//   - id: own
//     gate: { file: performance.json, json: { /success_rate: ">= 95", /average_response_time: "< 2" } }
//
// A bound is a number, a percentage or a time, in front of it >=, >, <=, < or == if it is not the usual one:
// at least for what there should be much of, at most for the rest. A number that a bound asks for and the
// report does not have fails the gate.
//
//   junit      at least: tests, passed; at most: failures (0 when not said), errors (0), skipped, time
//   cobertura  at least: lines, branches, in percent
//   lcov       at least: lines, branches, functions, in percent
//   sarif      at most: error (0), warning, note, and by security severity critical, high, medium, low.
//              Suppressed results do not count, but those whose suppression was rejected or is under review;
//              nor do those that are gone since an earlier scan (`absent`)
//   k6         at least: success, checks, in percent, requests; at most: mean, median, p90, p95, p99, max,
//              thresholds (0): how many of the test's own thresholds failed. A summary of --summary-export
//              or what handleSummary writes
//   locust     at least: success, in percent, requests; at most: mean, median, p90, p95, p99, max. The CSV
//              of requests (--csv, *_stats.csv) or the JSON of --json
//   json       any: the value at a JSON pointer (RFC 6901) must be a number; the operator must be written
//
// Tests that were all skipped (by a `skipped` in them, or by attributes as GoogleTest and CTest write them), or of
// which none was there, are a state of their own: `skipped`.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

enum class report_kind { junit, cobertura, lcov, sarif, k6, locust, json };
[[nodiscard]] std::string_view name_of(report_kind k) noexcept;
/// The kind of that name. `not_found`.
[[nodiscard]] result<report_kind> report_kind_of(std::string_view name);

/// A report as numbers: counts, percentages from 0 to 100, times in milliseconds.
struct report {
  report_kind kind = report_kind::junit;
  std::map<std::string, double> numbers;
  std::vector<std::string> findings;  ///< what counted against it, one line each, the first 20
};
/// At most 32 MiB; XML without entities of its own, JSON at most 64 deep. `invalid_document` for what is no
/// such report, for one that measured nothing (no lines, no requests) and for one whose tool says that it
/// did not finish. For `json` the numbers are taken from `pointers`. O(bytes).
[[nodiscard]] result<report> read_report(report_kind kind, std::string_view text,
                                         const std::vector<std::string>& pointers = {});

enum class gate_comparison { at_least, above, at_most, below, equal };
struct gate_bound {
  std::string number;  ///< "lines"
  gate_comparison compare = gate_comparison::at_least;
  double limit = 0;
  std::string written;  ///< ">= 80%", for people
};
/// Bounds as written under the kind's key, and those that hold without being written. Errors:
/// `invalid_document` names the bound.
[[nodiscard]] result<std::vector<gate_bound>> read_bounds(report_kind kind, const json::object& written);

enum class gate_state { passed, failed, skipped };
[[nodiscard]] std::string_view name_of(gate_state s) noexcept;
struct gate_verdict {
  gate_state state = gate_state::failed;
  std::vector<std::string> why;  ///< bounds that do not hold: "lines is 78.4%, must be >= 80%"
  /// One line: state, bounds, findings.
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] gate_verdict judge(const report& what, const std::vector<gate_bound>& bounds);

}  // namespace v1
}  // namespace shipflow
