#include "latency.hpp"

#include <algorithm>
#include <functional>
#include <memory>

namespace analysis {
namespace {

using namespace shipflow;

constexpr int instances = 10;
constexpr std::int64_t slots_a_minute = 6;
constexpr std::int64_t day = 24 * 60 * slots_a_minute;
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

/// Each request as the geometric middle of its bucket.
double mean(const histogram& h) {
  double count = 0;
  double sum = 0;
  double edge = first_edge;
  for (const double n : h) {
    count += n;
    sum += n * edge / std::sqrt(step);
    edge *= step;
  }
  return count > 0 ? sum / count : 0;
}

void add(fleet_times& to, const fleet_times& f) {
  for (std::size_t i = 0; i < f.size(); ++i)
    for (std::size_t b = 0; b < f[i].size(); ++b) to[i][b] += f[i][b];
}

using statistic = double (*)(const histogram&);

class latency_rule {
 public:
  virtual ~latency_rule() = default;
  virtual bool slot(std::int64_t k, const fleet_times& f) = 0;
};

/// P95 of the canary's whole minutes above a limit, six times in a row.
class limit_rule final : public latency_rule {
 public:
  explicit limit_rule(double limit) : limit_(limit) {}
  bool slot(std::int64_t k, const fleet_times& f) override {
    for (std::size_t b = 0; b < minute_.size(); ++b) minute_[b] += f[0][b];
    if ((k + 1) % slots_a_minute != 0) return false;
    above_ = p95(minute_) > limit_ ? above_ + 1 : 0;
    minute_ = {};
    return above_ >= 6;
  }

 private:
  double limit_;
  histogram minute_{};
  int above_ = 0;
};

class buckets_rule final : public latency_rule {
 public:
  buckets_rule(double ratio, std::int64_t slots) : test_(worse_ratio(ratio, slots)) {}
  bool slot(std::int64_t, const fleet_times& f) override {
    histogram others{};
    for (std::size_t i = 1; i < f.size(); ++i)
      for (std::size_t b = 0; b < others.size(); ++b) others[b] += f[i][b];
    test_.push({f[0], others});
    return crosses(test_.log_evidence(), 0.001);
  }

 private:
  bucket_ratio test_;
};

struct rank_pace {
  double ratio = 1;
  std::int64_t slots = 1;
  double weight = 1;
};

/// A number of every instance, ranked at one or several paces.
class ranks_rule final : public latency_rule {
 public:
  ranks_rule(statistic number, const std::vector<rank_pace>& paces, std::int64_t slots) : number_(number) {
    for (const auto& p : paces)
      lanes_.push_back({peer_rank({p.ratio, slots / p.slots, lanes_.size() + 1}), p, {}});
  }
  bool slot(std::int64_t k, const fleet_times& f) override {
    std::vector<weighted_evidence> all;
    for (auto& l : lanes_) {
      add(l.sum, f);
      if ((k + 1) % l.pace.slots == 0) rank(l);
      all.push_back({l.test.log_evidence(), l.pace.weight});
    }
    return crosses(combined(all), 0.001);
  }

 private:
  struct lane_state {
    peer_rank test;
    rank_pace pace;
    fleet_times sum{};
  };
  void rank(lane_state& l) const {
    std::array<double, instances - 1> others{};
    for (std::size_t i = 1; i < l.sum.size(); ++i) others[i - 1] = number_(l.sum[i]);
    l.test.push({number_(l.sum[0]), others});
    l.sum = {};
  }

  statistic number_;
  std::vector<lane_state> lanes_;
};

struct named_latency_rule {
  std::string name;
  std::function<std::unique_ptr<latency_rule>()> make;
};

std::vector<named_latency_rule> latency_rules() {
  const auto ranks = [](statistic number, std::vector<rank_pace> paces) {
    return [=] { return std::make_unique<ranks_rule>(number, paces, day); };
  };
  return {
      {"P95 > 500 ms for 5 m", [] { return std::make_unique<limit_rule>(500); }},
      {"P95 > 1.2 x nominal for 5 m", [] { return std::make_unique<limit_rule>(322); }},
      {"**shipflow** worse, buckets, ratio 1.25", [] { return std::make_unique<buckets_rule>(1.25, day); }},
      {"**shipflow** worse, ranks of P95, ratio 1.25 every slot and 1.05 every minute",
       ranks(p95, {{1.25, 1, 0.5}, {1.05, slots_a_minute, 0.5}})},
      {"**shipflow** worse, ranks of P95, ratio 1.05 every slot", ranks(p95, {{1.05, 1, 1}})},
      {"**shipflow** worse, ranks of the mean, ratio 1.05 every slot", ranks(mean, {{1.05, 1, 1}})}};
}

}  // namespace

std::vector<latency_outcome> play_latency(const latency_kind& kind, std::int64_t slots, int runs,
                                          std::uint64_t seed) {
  const auto rules = latency_rules();
  std::vector<latency_outcome> out;
  for (const auto& r : rules)
    out.push_back({r.name, std::vector<std::int64_t>(static_cast<std::size_t>(runs), -1)});
  for (int run = 0; run < runs; ++run) {
    latency_world w(kind, seed * 1'000'003 + static_cast<std::uint64_t>(run));
    std::vector<std::unique_ptr<latency_rule>> open;
    for (const auto& r : rules) open.push_back(r.make());
    std::size_t left = open.size();
    for (std::int64_t k = 0; k < slots && left > 0; ++k) {
      const auto& f = w.next();
      for (std::size_t i = 0; i < open.size(); ++i) {
        if (!open[i] || !open[i]->slot(k, f)) continue;
        out[i].decided[static_cast<std::size_t>(run)] = k + 1;
        open[i].reset();
        --left;
      }
    }
  }
  return out;
}

}  // namespace analysis
