#include "latency.hpp"

#include <algorithm>

namespace analysis {
namespace {

using namespace shipflow;

constexpr int instances = 10;
constexpr std::int64_t slots_a_minute = 6;
constexpr double requests = 1000;  // of an instance in a slot
constexpr double first_edge = 20;  // ms
constexpr double step = 1.15;
constexpr double sigma = 0.6;

using fleet_times = std::array<histogram, instances>;

/// Shares of requests per bucket at this level.
histogram shares_at(double level) {
  histogram out{};
  double below = 0;
  double edge = first_edge;
  for (int i = 0; i + 1 < time_buckets; ++i, edge *= step) {
    const double reached =
        0.5 * std::erfc(-(std::log(edge) - std::log(100 * level)) / (sigma * std::sqrt(2.0)));
    out[static_cast<std::size_t>(i)] = reached - below;
    below = reached;
  }
  out.back() = 1 - below;
  return out;
}

class latency_world {
 public:
  latency_world(const latency_kind& k, std::uint64_t seed) : kind_(k), luck_(seed) {
    for (auto& o : offset_) o = std::exp(k.offset * luck_.normal());
  }

  const fleet_times& next() {
    if (now_++ % slots_a_minute == 0) new_minute();
    for (std::size_t i = 0; i < times_.size(); ++i)
      for (std::size_t b = 0; b < times_[i].size(); ++b)
        times_[i][b] = luck_.poisson(requests * shares_[i][b]);
    return times_;
  }

 private:
  void new_minute() {
    // An autoregression with a standard deviation of 5 % that forgets in about ten minutes.
    drift_ = 0.9 * drift_ + 0.05 * std::sqrt(1 - 0.81) * luck_.normal();
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      const double own = offset_[i] * std::exp(kind_.noise * luck_.normal()) * (i == 0 ? kind_.canary : 1);
      shares_[i] = shares_at(std::exp(drift_) * own);
    }
  }

  latency_kind kind_;
  luck luck_;
  std::int64_t now_ = 0;
  double drift_ = 0;
  std::array<double, instances> offset_{};
  std::array<histogram, instances> shares_{};
  fleet_times times_{};
};

/// Linear between the ends of the bucket.
double p95(const histogram& h) {
  double total = 0;
  for (const double n : h) total += n;
  double left = 0.95 * total;
  double edge = first_edge;
  for (std::size_t i = 0; i + 1 < h.size(); ++i, edge *= step) {
    const double lower = i == 0 ? 0 : edge / step;
    if (left <= h[i]) return lower + (edge - lower) * left / h[i];
    left -= h[i];
  }
  return edge / step;
}

void add(fleet_times& to, const fleet_times& f) {
  for (std::size_t i = 0; i < f.size(); ++i)
    for (std::size_t b = 0; b < f[i].size(); ++b) to[i][b] += f[i][b];
}

/// All rules over one release.
class watcher {
 public:
  explicit watcher(std::int64_t slots)
      : buckets_(worse_ratio(1.25, slots)),
        fast_({1.25, slots, 1}),
        slow_({1.05, slots / slots_a_minute, 2}) {}

  static std::vector<std::string> names() {
    return {"P95 > 500 ms for 5 m", "P95 > 1.2 x nominal for 5 m", "**shipflow** worse, buckets, ratio 1.25",
            "**shipflow** worse, ranks of P95, ratio 1.25 and 1.05"};
  }

  std::array<bool, 4> slot(std::int64_t k, const fleet_times& f) {
    histogram others{};
    for (std::size_t i = 1; i < f.size(); ++i)
      for (std::size_t b = 0; b < others.size(); ++b) others[b] += f[i][b];
    buckets_.push({f[0], others});
    rank(fast_, f);
    add(minute_, f);
    if ((k + 1) % slots_a_minute == 0) {
      rank(slow_, minute_);
      const double own = p95(minute_[0]);
      above_500_ = own > 500 ? above_500_ + 1 : 0;
      above_usual_ = own > 322 ? above_usual_ + 1 : 0;
      minute_ = {};
    }
    const std::array<weighted_evidence, 2> both{weighted_evidence{fast_.log_evidence(), 0.5},
                                                weighted_evidence{slow_.log_evidence(), 0.5}};
    return {above_500_ >= 6, above_usual_ >= 6, crosses(buckets_.log_evidence(), 0.001),
            crosses(combined(both), 0.001)};
  }

 private:
  static void rank(peer_rank& test, const fleet_times& f) {
    std::array<double, instances - 1> others{};
    for (std::size_t i = 1; i < f.size(); ++i) others[i - 1] = p95(f[i]);
    test.push({p95(f[0]), others});
  }

  bucket_ratio buckets_;
  peer_rank fast_, slow_;
  fleet_times minute_{};
  int above_500_ = 0, above_usual_ = 0;
};

}  // namespace

std::vector<latency_outcome> play_latency(const latency_kind& kind, std::int64_t slots, int runs,
                                          std::uint64_t seed) {
  std::vector<latency_outcome> out;
  for (const auto& name : watcher::names())
    out.push_back({name, std::vector<std::int64_t>(static_cast<std::size_t>(runs), -1)});
  for (int run = 0; run < runs; ++run) {
    latency_world w(kind, seed * 1'000'003 + static_cast<std::uint64_t>(run));
    watcher rules(24 * 60 * slots_a_minute);
    std::size_t open = out.size();
    for (std::int64_t k = 0; k < slots && open > 0; ++k) {
      const auto decided = rules.slot(k, w.next());
      for (std::size_t i = 0; i < decided.size(); ++i) {
        auto& at = out[i].decided[static_cast<std::size_t>(run)];
        if (!decided.at(i) || at != -1) continue;
        at = k + 1;
        --open;
      }
    }
  }
  return out;
}

}  // namespace analysis
