// Which names a condition uses.
#include "health/used_names.hpp"

#include "health/walk.hpp"

#include <algorithm>

namespace shipflow {
namespace health {

namespace {

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace health

inline namespace v1 {

condition_names names_in(const condition& c) {
  condition_names out;
  health::each_aggregate(c.root, [&](const aggregate& a) {
    auto& names = a.kind == aggregate_kind::metric ? out.metrics : out.series;
    names.insert(names.end(), a.series.begin(), a.series.end());
  });
  health::sort_unique(out.metrics);
  health::sort_unique(out.series);
  return out;
}

std::vector<std::string> metrics_needed(const condition& c, const metric_table& metrics) {
  const auto names = names_in(c);
  std::vector<std::string> out;
  for (const auto& name : names.metrics)
    if (metrics.contains(name)) out.push_back(name);
  for (const auto& name : names.series)
    if (const auto* owner = health::owner_of(name, metrics)) out.push_back(owner->name);
  health::sort_unique(out);
  return out;
}

}  // namespace v1
}  // namespace shipflow
