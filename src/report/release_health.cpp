// How the numbers of each guard were before the release and since.
#include "report/plot.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace shipflow {
inline namespace v1 {
namespace {

struct both_sides {
  std::vector<double> before, after;
};

// A metric is of the release from where it may be blamed; a probe is, as long as it is armed. O(log spans).
bool is_since(const guard_evidence& e, time_point at) {
  if (e.begins) return at > *e.begins;
  if (!e.rule.is_probe()) return false;
  const auto next = std::upper_bound(e.levels.begin(), e.levels.end(), at,
                                     [](time_point t, const evidence_span& s) { return t < s.from; });
  return next != e.levels.begin() && std::prev(next)->armed;
}

both_sides split(const guard_evidence& e, const evidence_line& l) {
  both_sides out;
  for (const auto& p : l.points) {
    if (!p.value || !std::isfinite(*p.value)) continue;
    (is_since(e, p.at) ? out.after : out.before).push_back(*p.value);
  }
  return out;
}

std::string share_up(const std::vector<double>& looks) {
  if (looks.empty()) return {};
  const auto up = std::count_if(looks.begin(), looks.end(), [](double v) { return v > 0.5; });
  const auto percent = 100.0 * static_cast<double>(up) / static_cast<double>(looks.size());
  // Rounded down: one failure in a million is not "100%".
  return report::short_number(std::floor(percent * 100) / 100) + "% up";
}

// The worst is where the condition's limit lies: above the median of what must stay below, and the other way round.
std::string middle_and_worst(std::vector<double> values, const std::string& unit, bool low_is_bad) {
  if (values.empty()) return {};
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  const auto median = *middle;
  const auto worst = low_is_bad ? *std::min_element(values.begin(), values.end())
                                : *std::max_element(values.begin(), values.end());
  auto out = report::short_number(median) + unit;
  if (report::short_number(worst) != report::short_number(median))
    out += std::string(", at ") + (low_is_bad ? "least " : "most ") + report::short_number(worst) + unit;
  return out;
}

// "orders < 95%" as an alert, "orders > 99%" as what is normal: small numbers are the bad ones.
bool is_low_bad(const evidence_line& l) {
  const bool below = l.text.find('<') != std::string::npos;
  return l.condition == "normal" ? !below : below;
}

void tell(reported_guard& g, const guard_evidence& e) {
  if (e.lines.empty()) return;
  const auto& line = e.lines.front();
  // Evidence of a test is no quantity that was different before.
  if (line.unit == " nats") return;
  auto sides = split(e, line);
  if (e.rule.is_probe()) {
    g.before = share_up(sides.before);
    g.after = share_up(sides.after);
    return;
  }
  const bool low_is_bad = is_low_bad(line);
  g.before = middle_and_worst(std::move(sides.before), line.unit, low_is_bad);
  g.after = middle_and_worst(std::move(sides.after), line.unit, low_is_bad);
}

}  // namespace

void tell_health(release_report& r, const std::vector<guard_evidence>& seen) {
  for (auto& g : r.guards) {
    const auto found =
        std::find_if(seen.begin(), seen.end(), [&](const auto& e) { return e.rule.guard == g.id; });
    if (found != seen.end()) tell(g, *found);
  }
}

}  // namespace v1
}  // namespace shipflow
