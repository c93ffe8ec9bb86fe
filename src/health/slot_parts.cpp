#include "health/slot_parts.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

// Buckets are read one after the other: a count may run ahead of the sum by what arrived in between.
constexpr double tolerance = 1e-6;

bool by_name(const slot_instance& a, const slot_instance& b) { return a.name < b.name; }

}  // namespace

std::vector<slot_instance> sorted_instances(const reading& r) {
  std::vector<slot_instance> out;
  if (r.instances.size() > most_instances) return out;
  for (const auto& i : r.instances)
    if (std::isfinite(i.number)) out.push_back({i.name, i.number});
  std::stable_sort(out.begin(), out.end(), by_name);
  const auto same = [](const auto& a, const auto& b) { return a.name == b.name; };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  return out;
}

bool complete_buckets(counter_memory& m) {
  double count = 0;
  double upper = -HUGE_VAL;
  for (const auto& b : m.buckets) {
    const bool sound = b.upper > upper && std::isfinite(b.count) && b.count >= count;
    if (!sound) return false;
    upper = b.upper;
    count = b.count;
  }
  if (count > m.number * (1 + tolerance)) return false;
  if (std::isfinite(upper)) m.buckets.push_back({HUGE_VAL, std::max(m.number, count)});
  return true;
}

bool same_edges(const counter_memory& a, const counter_memory& b) {
  return std::equal(
      a.buckets.begin(), a.buckets.end(), b.buckets.begin(), b.buckets.end(),
      [](const bucket& x, const bucket& y) { return !(x.upper < y.upper || y.upper < x.upper); });
}

bool bucket_growth(const counter_memory* before, const counter_memory& now, std::vector<slot_bucket>& out) {
  out.reserve(now.buckets.size());
  double below = 0;
  for (std::size_t i = 0; i < now.buckets.size(); ++i) {
    const double growth = now.buckets[i].count - (before == nullptr ? 0 : before->buckets[i].count);
    if (growth < below) return false;
    out.push_back({now.buckets[i].upper, growth - below});
    below = growth;
  }
  return true;
}

std::vector<slot_instance> instance_growth(const std::vector<slot_instance>& before,
                                           const std::vector<slot_instance>& now) {
  std::vector<slot_instance> out;
  for (const auto& i : now) {
    const auto old = std::lower_bound(before.begin(), before.end(), i, by_name);
    if (old == before.end() || old->name != i.name || i.sum < 0) continue;
    out.push_back({i.name, i.sum < old->sum ? i.sum : i.sum - old->sum});
  }
  return out;
}

}  // namespace shipflow::health
