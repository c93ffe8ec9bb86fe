// Evidence for a terminal.
#include "report/evidence_parts.hpp"

#include <shipflow/evidence.hpp>

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using report::stretch;
using report::stretch_of;

char letter(const std::string& level) {
  if (level == "pass") return '.';
  if (level == "watch") return 'w';
  if (level == "alert") return 'A';
  return level == "unavailable" ? '?' : 'i';
}

int weight(char c) { return static_cast<int>(std::string_view(".iw?A").find(c)); }

// The gravest level of each column; the baseline in small brackets would not fit, so it is a dash.
std::string level_row(const guard_evidence& e, const stretch& s, std::size_t width) {
  std::string out(width, ' ');
  const auto span = std::max<std::int64_t>((s.to - s.from).count(), 1);
  const auto column = [&](time_point t) {
    const auto share = static_cast<double>((t - s.from).count()) / static_cast<double>(span);
    return static_cast<std::size_t>(std::clamp(share, 0.0, 0.999999) * static_cast<double>(width));
  };
  for (const auto& l : e.levels) {
    const char c = l.armed ? letter(l.level) : '-';
    for (auto i = column(l.from); i <= column(l.to - duration{1}); ++i)
      if (out[i] == ' ' || out[i] == '-' || (c != '-' && weight(c) > weight(out[i]))) out[i] = c;
  }
  return out;
}

std::string range_text(const evidence_line& l) {
  std::optional<double> low, high;
  for (const auto& p : l.points) {
    if (!p.value) continue;
    low = std::min(low.value_or(*p.value), *p.value);
    high = std::max(high.value_or(*p.value), *p.value);
  }
  std::string out =
      low ? report::short_number(*low) + " to " + report::short_number(*high) + l.unit : "no value";
  for (const auto limit : l.limits) out += ", limit " + report::short_number(limit) + l.unit;
  return out;
}

std::string line_text(const evidence_line& l, const stretch& s, std::size_t width) {
  return "  " + l.condition + " " + l.text + ": " + range_text(l) + "\n  " + report::spark_of(l, s, width) +
         "\n";
}

std::string since(const guard_evidence& e, time_point at) {
  if (!e.begins || at < *e.begins) return "";
  return ", " + format_duration(duration{(at - *e.begins).count() / 1000 * 1000}) +
         " after the first traffic";
}

std::string guard_text(const guard_evidence& e, std::size_t width) {
  std::string out = e.rule.guard + (e.rule.severity.empty() ? "" : " " + e.rule.severity) + "\n";
  const auto s = stretch_of(e);
  if (!s) return out + "  nothing was seen\n";
  width = report::columns_of(e, width);
  for (const auto& l : e.lines) out += line_text(l, *s, width);
  out += "  " + level_row(e, *s, width) + "\n";
  out += "  " + format_time(s->from).substr(0, 19) + "Z to " + format_time(s->to).substr(0, 19) + "Z\n";
  for (const auto& why : report::calibrations_of(e.rule)) out += "  calibration of " + why + "\n";
  for (const auto& d : e.decisions)
    out += "  " + format_time(d.at) + " " + d.level + since(e, d.at) +
           (d.reason.empty() ? "" : ": " + d.reason) + "\n";
  return out;
}

}  // namespace

std::string evidence_text(const decision_record& r, const std::vector<guard_evidence>& all,
                          std::size_t width) {
  std::string out = r.plan + " " + r.version + " to " + r.environment + ", run " + r.run + "\n";
  const auto columns = std::clamp<std::size_t>(width, 20, 400) - 2;
  for (const auto& e : all) out += "\n" + guard_text(e, columns);
  out += "\nlevels: . pass  w watch  A alert  i insufficient  ? unavailable  - before the release\n";
  return out;
}

}  // namespace v1
}  // namespace shipflow
