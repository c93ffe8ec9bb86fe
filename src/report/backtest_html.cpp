// A backtest as one page.
#include "report/evidence_parts.hpp"
#include "report/page.hpp"

#include <shipflow/backtest.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

using report::escaped;
using report::tag;
using report::tone;

std::string cell(const std::string& text, bool number = false) {
  return std::string(number ? "<td class=\"number\">" : "<td>") + text + "</td>";
}

std::string summary_row(const rule_report& r) {
  const auto& text = r.aborts ? r.rule.alert : r.rule.normal;
  return "<tr>" + cell(escaped(r.rule.guard)) + cell("<code>" + escaped(text) + "</code>") +
         cell(std::to_string(r.good), true) + cell(std::to_string(r.false_aborts), true) +
         cell(std::to_string(r.bad), true) + cell(std::to_string(r.missed), true) +
         cell(r.median ? escaped(format_duration(*r.median)) : "-", true) +
         cell(r.longest ? escaped(format_duration(*r.longest)) : "-", true) + "</tr>";
}

std::string outcome_tag(const rule_report& r, const rule_outcome& o) {
  if (!o.skipped.empty()) return tag("not tried", tone::blind);
  if (o.wrong) return tag(o.decided ? "wrong" : "missed", tone::bad);
  if (o.truth == release_truth::unknown) return tag(o.decided ? "decided" : "no decision", tone::calm);
  return tag(r.aborts && o.decided ? "right abort" : "right", tone::good);
}

std::string section(const rule_report& r, const rule_outcome& o) {
  std::string out = "<section><h3>" + escaped(o.release) + " " + outcome_tag(r, o) + "</h3><p>" +
                    std::string(name_of(o.truth)) + " release";
  if (!o.skipped.empty()) out += ": " + escaped(o.skipped);
  if (o.decided) out += ", decided after " + escaped(format_duration(o.took));
  if (!o.reason.empty()) out += ": " + escaped(o.reason);
  out += "</p>";
  for (const auto& l : o.evidence.lines) out += report::drawn(o.evidence, l);
  return out + "</section>";
}

}  // namespace

std::string backtest_html(const backtest_report& report) {
  std::string body =
      "<h1>Rules on past releases</h1><p>Every rule as a guard would have evaluated it, slot by slot. Times "
      "to decide "
      "are those of right decisions, from the first traffic or from when the release became bad.</p>"
      "<section class=\"scroll\"><table><thead><tr><th>rule</th><th>condition</th><th "
      "class=\"number\">good</th>"
      "<th class=\"number\">false aborts</th><th class=\"number\">bad</th><th class=\"number\">missed</th>"
      "<th class=\"number\">median</th><th class=\"number\">longest</th></tr></thead>";
  for (const auto& r : report.rules) body += summary_row(r);
  body += "</table></section>";
  for (const auto& r : report.rules) {
    body += "<h2>" + escaped(r.rule.guard) + "</h2>";
    for (const auto& o : r.outcomes) body += section(r, o);
  }
  return report::page("Rules on past releases", body);
}

}  // namespace v1
}  // namespace shipflow
