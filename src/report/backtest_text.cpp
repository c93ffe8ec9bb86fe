// A backtest for a terminal.
#include "report/evidence_parts.hpp"

#include <shipflow/backtest.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

std::string count(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

// Whole seconds from ten seconds on.
std::string about(duration d) {
  return format_duration(d < duration{10'000} ? d : duration{(d.count() + 500) / 1'000 * 1'000});
}

std::string summary_of(const rule_report& r) {
  std::string out = "  " + count(r.good, "good release", "good releases") + ": " +
                    std::to_string(r.false_aborts) + (r.aborts ? " false aborts" : " held up for good") +
                    "\n  " + count(r.bad, "bad release", "bad releases") + ": " + std::to_string(r.missed) +
                    (r.aborts ? " missed" : " let pass");
  out += "\n  time to decide: ";
  out += r.median ? about(*r.median) + " median, " + about(*r.longest) + " longest"
                  : std::string("no right decision");
  if (r.unlabelled > 0) out += "\n  " + std::to_string(r.unlabelled) + " without a label";
  if (r.skipped > 0) out += "\n  " + std::to_string(r.skipped) + " could not be tried";
  return out + "\n";
}

std::string outcome_of(const rule_report& r, const rule_outcome& o) {
  if (!o.skipped.empty()) return "not tried: " + o.skipped;
  std::string out = r.aborts ? "no abort" : "held";
  if (o.decided) out = (r.aborts ? "abort after " : "passes after ") + about(o.took);
  if (o.wrong) out += r.aborts ? (o.decided ? ", false" : ", missed") : ", wrong";
  if (o.undecided > 0)
    out += ", " + std::to_string(o.undecided * 100 / std::max<std::size_t>(o.slots, 1)) + "% undecided";
  return out;
}

std::string line_of(const rule_report& r, const rule_outcome& o, std::size_t name, std::size_t width) {
  auto label = o.release;
  label.resize(std::max(name, label.size()), ' ');
  auto truth = std::string(name_of(o.truth));
  truth.resize(8, ' ');
  std::string out = "  " + label + "  " + truth + outcome_of(r, o) + "\n";
  const auto s = report::stretch_of(o.evidence);
  if (s && !o.evidence.lines.empty())
    out +=
        "    " + report::spark_of(o.evidence.lines.front(), *s, report::columns_of(o.evidence, width)) + "\n";
  return out;
}

}  // namespace

std::string backtest_text(const backtest_report& report, std::size_t width) {
  std::string out;
  const auto columns = std::clamp<std::size_t>(width, 20, 400) - 4;
  for (const auto& r : report.rules) {
    std::size_t name = 0;
    for (const auto& o : r.outcomes) name = std::max(name, o.release.size());
    out += (out.empty() ? "" : "\n") + r.rule.guard + (r.rule.severity.empty() ? "" : " " + r.rule.severity) +
           ": " + (r.aborts ? "alert `" + r.rule.alert : "normal `" + r.rule.normal) + "`, slots of " +
           format_duration(r.rule.slot) + "\n" + summary_of(r);
    for (const auto& o : r.outcomes) out += line_of(r, o, name, columns);
  }
  return out.empty() ? "there is no trigger to try\n" : out;
}

}  // namespace v1
}  // namespace shipflow
