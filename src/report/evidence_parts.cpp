#include "report/evidence_parts.hpp"

#include <algorithm>
#include <vector>

namespace shipflow::report {

tone tone_of(std::string_view level, bool armed) {
  if (!armed) return tone::blind;
  if (level == "pass") return tone::good;
  if (level == "alert") return tone::bad;
  if (level == "watch") return tone::warn;
  return level == "unavailable" ? tone::blind : tone::calm;
}

std::string tag(std::string_view word, tone t) {
  return "<span class=\"tag " + std::string(name_of(t)) + "\">" + escaped(word) + "</span>";
}

plot plot_of(const guard_evidence& e, const evidence_line& l) {
  plot p;
  p.title = l.condition + ": " + l.text;
  p.unit = l.unit;
  if (l.condition == "probe") {
    p.title += " (1 up, 0 down)";
    p.height = 120;
  }
  plot_line line{p.title, {}};
  for (const auto& point : l.points) line.points.push_back({point.at, point.value});
  p.lines.push_back(std::move(line));
  for (const auto limit : l.limits) p.levels.push_back({limit, "limit " + short_number(limit) + l.unit});
  for (const auto& s : e.levels) p.bands.push_back({s.from, s.to, tone_of(s.level, s.armed)});
  if (e.begins) p.marks.push_back({*e.begins, "first traffic", tone::calm});
  for (const auto& d : e.decisions)
    if (d.level == "alert") p.marks.push_back({d.at, "alert", tone::bad});
  return p;
}

std::string drawn(const guard_evidence& e, const evidence_line& l) {
  if (std::any_of(l.points.begin(), l.points.end(), [](const auto& p) { return p.value.has_value(); }))
    return to_svg(plot_of(e, l));
  return "<p>" + escaped(l.condition) + " <code>" + escaped(l.text) + "</code> has no value to draw.</p>";
}

std::vector<std::string> calibrations_of(const decision_rule& r) {
  std::vector<std::string> out;
  const auto* o = r.calibration.if_object();
  const auto* found = o == nullptr ? nullptr : o->if_contains("found");
  if (found == nullptr || !found->is_object()) return out;
  for (const auto& entry : found->get_object()) {
    const auto* test = entry.value().if_object();
    const auto* why = test == nullptr ? nullptr : test->if_contains("why");
    if (why != nullptr && why->is_string())
      out.push_back(std::string(entry.key()) + ": " + std::string(why->get_string()));
  }
  return out;
}

std::optional<stretch> stretch_of(const guard_evidence& e) {
  if (e.levels.empty()) return std::nullopt;
  return stretch{e.levels.front().from, e.levels.back().to};
}

std::size_t columns_of(const guard_evidence& e, std::size_t width) {
  std::size_t most = 1;
  for (const auto& l : e.lines) most = std::max(most, l.points.size());
  return std::min(most, width);
}

// Columns of equal time; of a column the greatest value stays. A point belongs to the time that it ends.
std::string spark_of(const evidence_line& l, const stretch& s, std::size_t width) {
  std::vector<std::optional<double>> columns(width);
  double high = 0;
  for (const auto limit : l.limits) high = std::max(high, limit);
  const auto span = static_cast<double>(std::max<std::int64_t>((s.to - s.from).count(), 1));
  for (const auto& p : l.points) {
    if (!p.value) continue;
    const auto share = std::clamp(static_cast<double>((p.at - s.from).count() - 1) / span, 0.0, 0.999999);
    auto& column = columns[static_cast<std::size_t>(share * static_cast<double>(width))];
    column = std::max(column.value_or(*p.value), *p.value);
    high = std::max(high, *p.value);
  }
  return sparkline(columns, width, 0, high);
}

}  // namespace shipflow::report
