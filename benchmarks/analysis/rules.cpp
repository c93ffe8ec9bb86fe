#include "rules.hpp"

#include "others.hpp"

#include <limits>

namespace analysis {
namespace {

using namespace shipflow;

enum class baseline { instances, one_piece };

class lanes_rule final : public rule {
 public:
  lanes_rule(const std::vector<lane>& lanes, double alpha, baseline seen)
      : test_(lanes), alpha_(alpha), seen_(seen) {}

  bool slot(std::int64_t k, const fleet& f) override {
    if (seen_ == baseline::instances) {
      test_.push(k, {f[0], std::span(f).subspan(1)});
    } else {
      tally all;
      for (std::size_t i = 1; i < f.size(); ++i) all = {all.total + f[i].total, all.bad + f[i].bad};
      test_.push(k, {f[0], std::span(&all, 1)});
    }
    return crosses(test_.log_evidence(), alpha_);
  }

 private:
  count_lanes test_;
  double alpha_;
  baseline seen_;
};

/// Error rates ranked, at two paces.
class ranks_rule final : public rule {
 public:
  ranks_rule(std::int64_t slots, double alpha)
      : fast_({2, slots, 1}), slow_({1.25, slots / slots_a_minute, 2}), alpha_(alpha) {}

  bool slot(std::int64_t k, const fleet& f) override {
    push(fast_, f);
    for (std::size_t i = 0; i < f.size(); ++i) {
      sum_[i].total += f[i].total;
      sum_[i].bad += f[i].bad;
    }
    if ((k + 1) % slots_a_minute == 0) {
      push(slow_, sum_);
      sum_ = {};
    }
    const std::array<weighted_evidence, 2> both{weighted_evidence{fast_.log_evidence(), 0.5},
                                                weighted_evidence{slow_.log_evidence(), 0.5}};
    return crosses(combined(both), alpha_);
  }

 private:
  static void push(peer_rank& test, const fleet& f) {
    std::array<double, instances - 1> others{};
    std::size_t n = 0;
    for (std::size_t i = 1; i < f.size(); ++i)
      if (f[i].total > 0) others[n++] = f[i].bad / f[i].total;
    if (f[0].total > 0) test.push({f[0].bad / f[0].total, std::span(others).first(n)});
  }

  peer_rank fast_, slow_;
  double alpha_;
  fleet sum_{};
};

template <class Rule, class... Arguments>
std::function<std::unique_ptr<rule>()> making(Arguments... arguments) {
  return [=] { return std::make_unique<Rule>(arguments...); };
}

std::vector<lane> plain_lane() {
  ratio_rule r;
  r.ratio = 1;
  r.temper = {0, 0, 1};
  r.cap = std::numeric_limits<double>::infinity();
  return {{r, slots_a_minute, 1}};
}

}  // namespace

std::unique_ptr<rule> count_rule(const std::vector<lane>& lanes, double alpha) {
  return std::make_unique<lanes_rule>(lanes, alpha, baseline::instances);
}

named_rule promote_rule(double ratio, temper how) {
  auto r = no_worse_ratio(ratio);
  if (how == temper::none) r.temper = {0, 0, 1};
  return {how == temper::none ? "no_worse, not tempered" : "no_worse",
          making<lanes_rule>(std::vector<lane>{{r, slots_a_minute, 1}}, 0.01, baseline::instances)};
}

std::vector<named_rule> abort_rules(std::int64_t slots) {
  const auto lanes = worse_lanes(1.25, 10'000, slots * 10'000);
  return {
      {"errors > 5 % for 5 m", making<threshold_rule>(0.05, 6)},
      {"errors > 1 % for 5 m", making<threshold_rule>(0.01, 6)},
      {"errors > 0.2 % for 5 m", making<threshold_rule>(0.002, 6)},
      {"Flagger: success < 99 %, 5 checks", making<failed_checks_rule>(0.99, 5, silence::fails)},
      {"Argo: success < 99 %, failureLimit 3", making<failed_checks_rule>(0.99, 4, silence::passes)},
      {"burn rate 14.4x/6x, SLO 99.9 %", making<burn_rule>(0.999)},
      {"Mann-Whitney every minute", making<rank_sum_rule>(1)},
      {"Mann-Whitney hourly", making<rank_sum_rule>(60)},
      {"count ratio, plain (ratio 1, no tempering, no cap)",
       making<lanes_rule>(plain_lane(), 0.001, baseline::instances)},
      {"**shipflow** worse, baseline in one piece", making<lanes_rule>(lanes, 0.001, baseline::one_piece)},
      {"**shipflow** worse, instances told apart", making<lanes_rule>(lanes, 0.001, baseline::instances)},
      {"**shipflow** worse, peer ranks", making<ranks_rule>(slots, 0.001)}};
}

}  // namespace analysis
