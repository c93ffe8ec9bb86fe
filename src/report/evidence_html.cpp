// Evidence as one page.
#include "report/evidence_parts.hpp"
#include "report/page.hpp"

#include <shipflow/evidence.hpp>

#include <string_view>

namespace shipflow {
inline namespace v1 {
namespace {

using report::escaped;
using report::tone_of;

std::string tag(std::string_view level) { return report::tag(level, tone_of(level, true)); }

std::string rule_text(const decision_rule& r) {
  const auto row = [](const char* name, const std::string& text) {
    return text.empty() ? std::string{} : std::string(name) + " <code>" + escaped(text) + "</code> ";
  };
  if (r.is_probe())
    return "probe <code>" + escaped(r.probe) + "</code>, " + std::to_string(r.rise) + " passes to rise, " +
           std::to_string(r.fall) + " failures to fall";
  return row("alert", r.alert) + row("normal", r.normal) + "slots of " + escaped(format_duration(r.slot)) +
         (r.attributable_only ? ", not blamed when red before" : "");
}

std::string when(time_point t) {
  const auto text = format_time(t);
  return escaped(text.substr(0, 10)) + " " + escaped(text.substr(11, 8));
}

std::string table_of(const guard_evidence& e) {
  if (e.decisions.empty()) return "<p>No decision.</p>";
  std::string out =
      "<div class=\"scroll\"><table><tr><th>when</th><th>fact</th><th>level</th><th>why</th></tr>";
  for (const auto& d : e.decisions)
    out += "<tr><td class=\"when\">" + when(d.at) + "</td><td>" + std::to_string(d.rev) + "</td><td>" +
           tag(d.level) + "</td><td>" + escaped(d.reason) + "</td></tr>";
  return out + "</table></div>";
}

std::string section(const guard_evidence& e) {
  std::string out = "<section><h2>" + escaped(e.rule.guard) + " " +
                    (e.decisions.empty() ? tag("none") : tag(e.decisions.back().level)) + "</h2><p>" +
                    escaped(e.rule.severity) + " " + rule_text(e.rule) + "</p>";
  for (const auto& why : report::calibrations_of(e.rule)) out += "<p>Calibration of " + escaped(why) + "</p>";
  for (const auto& l : e.lines) out += report::drawn(e, l);
  return out + table_of(e) + "</section>";
}

}  // namespace

std::string evidence_html(const decision_record& r, const std::vector<guard_evidence>& all) {
  const auto title = r.plan + " " + r.version + " to " + r.environment;
  std::string body = "<h1>" + escaped(title) + "</h1><p>Evidence behind the decisions of run <code>" +
                     escaped(r.run) +
                     "</code>. The strip below each plot is what the rule said: green pass, yellow "
                     "watch, red alert, grey not enough data or not armed. Times are UTC.</p>";
  for (const auto& e : all) body += section(e);
  return report::page(title, body);
}

}  // namespace v1
}  // namespace shipflow
