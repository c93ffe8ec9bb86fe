// What the grammar has and this version does not evaluate, and which names a condition uses.
#include "health/supported.hpp"

#include "health/walk.hpp"

#include <algorithm>

namespace shipflow {
namespace health {

std::string unsupported_reason(const aggregate& a) {
  if (a.kind == aggregate_kind::quantile) return "quantile is not built yet";
  if (a.kind == aggregate_kind::slow) return "slow is not built yet";
  if (a.limit) return "a capped mean is not built yet";
  return "";
}

namespace {

std::string reason_for(const condition_atom& a) {
  switch (a.kind) {
    case atom_kind::worse: return "the test worse is not built yet";
    case atom_kind::no_worse: return "the test no_worse is not built yet";
    case atom_kind::burn: return "burn is not built yet";
    case atom_kind::absent: return "";
    case atom_kind::compare:
    case atom_kind::outside: break;
  }
  if (a.times) return "comparing with another aggregate is not built yet";
  return unsupported_reason(a.what);
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace health

inline namespace v1 {

std::vector<std::string> unsupported_atoms(const condition& c) {
  std::vector<std::string> out;
  health::each_atom(c.root, [&](const condition_atom& a) {
    const auto why = health::reason_for(a);
    if (!why.empty()) out.push_back(print(a) + ": " + why);
  });
  return out;
}

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
