#include "provider/ecs/lookout.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

// So much before its time a look may ride along with another one.
constexpr duration early{500};
constexpr duration shortest{1'500};
constexpr duration longest{15'000};

}  // namespace

std::size_t most_names(look::kind what) { return what == look::kind::service ? 10 : 100; }

void lookout::enlist(region_queue& r, const std::string& cluster) {
  const auto found = r.clusters.find(cluster);
  if (found == r.clusters.end()) return;
  if (found->second.empty())
    r.clusters.erase(found);
  else
    r.order.emplace(found->second.begin()->first, cluster);
}

void lookout::strike(region_queue& r, const std::string& cluster) {
  const auto found = r.clusters.find(cluster);
  if (found != r.clusters.end()) r.order.erase({found->second.begin()->first, cluster});
}

void lookout::add(look l) {
  auto& r = regions_[{l.what, l.region}];
  strike(r, l.cluster);
  const auto cluster = l.cluster;
  const auto due = l.due;
  r.clusters[cluster].emplace(due, std::move(l));
  enlist(r, cluster);
  ++size_;
}

std::vector<look> lookout::next(time_point now, const ready_at& ready) {
  for (auto& [key, r] : regions_) {
    if (r.order.empty() || r.order.begin()->first > now || ready(key.first, key.second) > now) continue;
    const auto cluster = r.order.begin()->second;
    strike(r, cluster);
    auto& waiting = r.clusters.at(cluster);
    std::vector<look> out;
    std::set<std::string> names;
    for (auto l = waiting.begin(); l != waiting.end() && l->first <= now + early;) {
      if (!names.contains(l->second.name) && names.size() == most_names(key.first)) break;
      names.insert(l->second.name);
      out.push_back(std::move(l->second));
      l = waiting.erase(l);
    }
    enlist(r, cluster);
    size_ -= out.size();
    return out;
  }
  return {};
}

std::optional<time_point> lookout::wake(const ready_at& ready) const {
  std::optional<time_point> out;
  for (const auto& [key, r] : regions_) {
    if (r.order.empty()) continue;
    const auto at = std::max(r.order.begin()->first, ready(key.first, key.second));
    if (!out || at < *out) out = at;
  }
  return out;
}

duration pause_after(const course& c) {
  const bool far = c.expected > duration{0} && c.passed < c.expected * 6 / 10;
  const auto share = c.near ? c.round / 2 : far ? c.round * 3 : c.round;
  return std::clamp(share, shortest, longest);
}

time_point common_moment(time_point now, duration pause) {
  const auto at = to_ms(now + std::max(pause, shortest));
  return from_ms(at / shortest.count() * shortest.count());
}

}  // namespace shipflow::ecs
