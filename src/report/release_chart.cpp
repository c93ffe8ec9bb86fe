#include "report/release_chart.hpp"

#include "report/times.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace shipflow::report {
namespace {

constexpr auto traffic_title = "Traffic on the new version";
constexpr int width = 900, row_height = 20, label = 210, right = 70;

struct period {
  time_point from, to;
  [[nodiscard]] double span() const { return std::max<double>(1, static_cast<double>((to - from).count())); }
  [[nodiscard]] int x(time_point t) const {
    const auto share = std::clamp(static_cast<double>((t - from).count()) / span(), 0.0, 1.0);
    return label + static_cast<int>(share * (width - label - right));
  }
};

std::string text_at(int x, int y, const char* anchor, const std::string& words) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" text-anchor=\"" + anchor +
         "\">" + escaped(words) + "</text>";
}

std::string upright(int x, int height, const char* css) {
  const auto at = std::to_string(x);
  return "<line class=\"" + std::string(css) + "\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"18\" y2=\"" +
         std::to_string(height) + "\"/>";
}

// A bar, and behind it how long it was.
std::string bar_of(const reported_step& s, time_point end, const period& over, int y) {
  const auto from = over.x(s.began);
  const auto to = std::max(from + 2, over.x(end));
  const auto open = s.ended == time_point{} ? " so far" : "";
  return text_at(0, y + 13, "start", shortened(s.id, 30)) + "<rect class=\"sf-" +
         std::string(name_of(tone_of_status(s.status))) + "\" x=\"" + std::to_string(from) + "\" y=\"" +
         std::to_string(y + 3) + "\" width=\"" + std::to_string(to - from) + "\" height=\"13\"><title>" +
         escaped(s.title + ": " + s.status + ", " + when(s.began) + " to " + when(end)) + "</title></rect>" +
         text_at(to + 5, y + 13, "start", brief_span(end - s.began) + open);
}

std::string axis_of(const period& over, int height) {
  std::string out;
  constexpr int ticks = 4;
  for (int i = 0; i <= ticks; ++i) {
    const auto at = over.from + duration{static_cast<std::int64_t>(over.span() * i / ticks)};
    out += upright(over.x(at), height, "sf-grid") +
           text_at(over.x(at), height + 14,
                   i == 0       ? "start"
                   : i == ticks ? "end"
                                : "middle",
                   axis_label(at, duration{static_cast<std::int64_t>(over.span())}));
  }
  return out;
}

// Events that everybody asks for first.
std::string marks_of(const release_report& r, const period& over, int height) {
  std::string out;
  const auto add = [&](time_point at, const char* name, const char* css) {
    if (at < over.from || at > over.to || at == time_point{}) return;
    const auto x = over.x(at);
    const bool late = x > (label + width) / 2;
    out += upright(x, height, css) + text_at(late ? x - 4 : x + 4, 14, late ? "end" : "start", name);
  };
  add(r.released_at, "released", "sf-mark sf-good");
  add(r.turned, "rollback", "sf-mark sf-bad");
  return out;
}

std::string bars_of(const release_report& r, const period& over, const std::string& title) {
  std::string rows;
  int y = 20;
  for (const auto& s : r.steps) {
    const auto end = s.ended == time_point{} ? r.told_at : s.ended;
    const bool before = end < over.from || (end == over.from && s.began < over.from);
    const bool after = s.began > over.to || (s.began == over.to && end > over.to);
    if (s.began == time_point{} || before || after) continue;
    rows += bar_of(s, end, over, y);
    y += row_height;
  }
  if (rows.empty()) return "<p>No step has begun.</p>";
  return "<div class=\"scroll\"><svg class=\"sf-plot\" role=\"img\" viewBox=\"0 0 " + std::to_string(width) +
         " " + std::to_string(y + 20) + "\"><title>" + escaped(title) + "</title>" + axis_of(over, y) + rows +
         marks_of(r, over, y) + "</svg></div>";
}

plot_line line_of(const std::string& component, const std::vector<reported_weight>& all, const period& over) {
  plot_line line{component.empty() ? traffic_title : component, {{over.from, 0.0}}};
  for (const auto& w : all) {
    if (w.component != component || w.at > over.to) continue;
    const auto before = line.points.back().value;
    line.points.push_back({std::max(w.at, over.from), before});
    line.points.push_back({std::max(w.at, over.from), static_cast<double>(w.percent)});
  }
  line.points.push_back({over.to, line.points.back().value});
  return line;
}

std::string traffic_of(const release_report& r, const period& over) {
  std::vector<std::string> components;
  for (const auto& w : r.weights)
    if (std::find(components.begin(), components.end(), w.component) == components.end())
      components.push_back(w.component);
  if (components.empty()) return {};
  plot p;
  p.title = traffic_title;
  p.unit = "%";
  p.height = 150;
  p.reach = 100;
  for (const auto& c : components) p.lines.push_back(line_of(c, r.weights, over));
  return to_svg(p);
}

}  // namespace

tone tone_of_status(std::string_view status) {
  if (status == "done" || status == "released" || status == "verified") return tone::good;
  if (status == "failed" || status == "rolled_back" || status == "draining" || status == "compensating" ||
      status == "verifying")
    return tone::bad;
  if (status == "skipped" || status == "abandoned" || status == "waiting" || status == "cancelled")
    return tone::blind;
  return tone::warn;
}

std::string over_time(const release_report& r) {
  const period whole{r.created, r.finished == time_point{} ? r.told_at : r.finished};
  const period there{r.created, r.released_at};
  const bool long_after = r.released_at > r.created && whole.span() > 3 * there.span();
  if (!long_after) return bars_of(r, whole, "Steps over time") + traffic_of(r, whole);
  const period after{r.released_at, whole.to};
  auto out = "<h3>Up to the release</h3>" + bars_of(r, there, "Steps up to the release") +
             traffic_of(r, there) + "<h3>From then on</h3>" + bars_of(r, after, "Steps since the release");
  const bool moved =
      std::any_of(r.weights.begin(), r.weights.end(), [&](const auto& w) { return w.at > r.released_at; });
  return moved ? out + traffic_of(r, after) : out;
}

}  // namespace shipflow::report
