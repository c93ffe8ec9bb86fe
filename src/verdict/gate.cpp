#include "verdict/exact.hpp"
#include "verdict/mixture.hpp"

#include <shipflow/verdict/gate.hpp>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

constexpr double most_results = 1e15;

/// Logarithm of the mean of exp of `n` values given one by one.
class log_average {
 public:
  void add(double log_value) {
    if (log_value > most_) {
      sum_ = sum_ * std::exp(most_ - log_value) + 1;
      most_ = log_value;
    } else {
      sum_ += std::exp(log_value - most_);
    }
    ++count_;
  }
  [[nodiscard]] double value() const { return most_ + std::log(sum_ / count_); }

 private:
  double most_ = -HUGE_VAL;
  double sum_ = 0;
  double count_ = 0;
};

/// Evidence that the share of `good` is above `share`: bets of u/share on each result, u at the middles of
/// equal parts of 0..1. The same for the bad ones is evidence that it is below.
double share_evidence(double share, double good, double bad) {
  log_average all;
  for (std::size_t i = 0; i < share_gate::bets; ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(share_gate::bets);
    all.add(good * std::log1p(u * (1 - share) / share) + bad * std::log1p(-u));
  }
  return all.value();
}

double clamped_share(double share) { return share > 1e-6 ? std::min(share, 1 - 1e-6) : 1e-6; }

}  // namespace

share_gate::share_gate(double share) : share_(clamped_share(share)) {}

void share_gate::judge() {
  for_ = share_evidence(share_, good_, total_ - good_);
  against_ = share_evidence(1 - share_, total_ - good_, good_);
}

test_step share_gate::push(const results& r) {
  test_step out;
  out.log_evidence = for_;
  const bool sound =
      std::isfinite(r.total) && r.good >= 0 && r.good <= r.total && total_ + r.total <= most_results;
  if (!sound) out.use = slot_use::invalid;
  if (sound && r.total <= 0) out.use = slot_use::no_traffic;
  if (out.use != slot_use::counted) return out;
  total_ += r.total;
  good_ += r.good;
  judge();
  out.gain = for_ - out.log_evidence;
  out.log_evidence = for_;
  return out;
}

double share_gate::at_least(double alpha) const {
  double low = 0;
  double high = total_ > 0 ? good_ / total_ : 0;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    const bool refuted =
        middle > 0 && crosses(share_evidence(clamped_share(middle), good_, total_ - good_), alpha);
    (refuted ? low : high) = middle;
  }
  return low;
}

json::value share_gate::to_json() const {
  return json::object{{"total", exact(total_)}, {"good", exact(good_)}};
}

result<void> share_gate::from_json(const json::value& v) {
  const auto* o = v.if_object();
  share_gate fresh(share_);
  const bool read =
      o != nullptr && read_exact(*o, "total", fresh.total_) && read_exact(*o, "good", fresh.good_);
  if (!read || fresh.good_ < 0 || fresh.good_ > fresh.total_ || fresh.total_ > most_results)
    return make_error(errc::corrupt, "the stored state of a gate is not readable");
  if (fresh.total_ > 0) fresh.judge();
  *this = fresh;
  return {};
}

std::int64_t clean_results_needed(double share, double beta) {
  if (!(beta > 0)) return -1;
  const auto enough = [&](std::int64_t n) {
    return crosses(share_evidence(clamped_share(share), static_cast<double>(n), 0), beta);
  };
  std::int64_t high = 1;
  while (!enough(high)) {
    high *= 2;
    if (high > 1'000'000'000) return -1;
  }
  std::int64_t low = high / 2;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

mean_gate::mean_gate(double limit, double cap)
    : limit_(limit), cap_(std::isfinite(cap) && cap > 0 ? cap : 1), level_(0) {
  limit_ = std::clamp(limit_ >= 0 ? limit_ / cap_ : 0, 1e-6, 1 - 1e-6);
  level_ = limit_;
}

test_step mean_gate::push(const value_sums& s) {
  test_step out;
  out.log_evidence = for_;
  const double sum = s.sum / cap_;
  const double squares = s.squares ? *s.squares / cap_ / cap_ : sum;
  const double most = s.count * (1 + 1e-9);
  const bool sound = std::isfinite(s.count) && s.count >= 0 && sum >= 0 && sum <= most && squares >= 0 &&
                     squares <= most && total_ + s.count <= most_results;
  if (!sound) out.use = slot_use::invalid;
  if (sound && s.count <= 0) out.use = slot_use::no_traffic;
  if (out.use != slot_use::counted) return out;
  std::array<double, bets> lambdas{};
  logarithmic_grid(0.01, 0.8, lambdas);
  const double around = std::max(0.0, squares - 2 * level_ * sum + s.count * level_ * level_);
  log_average below;
  log_average above;
  for (std::size_t i = 0; i < bets; ++i) {
    const double lambda = lambdas.at(i);
    const double cost = (-std::log1p(-lambda) - lambda) * around;
    below_.at(i) += lambda * (s.count * limit_ - sum) - cost;
    above_.at(i) += lambda * (sum - s.count * limit_) - cost;
    below.add(below_.at(i));
    above.add(above_.at(i));
  }
  total_ += s.count;
  sum_ += sum;
  level_ = std::min(sum_ / total_, 1.0);
  for_ = below.value();
  against_ = above.value();
  out.gain = for_ - out.log_evidence;
  out.log_evidence = for_;
  return out;
}

json::value mean_gate::to_json() const {
  return json::object{{"below", exact_list(below_)},
                      {"above", exact_list(above_)},
                      {"total", exact(total_)},
                      {"sum", exact(sum_)}};
}

result<void> mean_gate::from_json(const json::value& v) {
  const auto* o = v.if_object();
  auto fresh = *this;
  const bool read = o != nullptr && read_exact_list(o->if_contains("below"), fresh.below_) &&
                    read_exact_list(o->if_contains("above"), fresh.above_) &&
                    read_exact(*o, "total", fresh.total_) && read_exact(*o, "sum", fresh.sum_);
  if (!read || fresh.total_ < 0 || fresh.sum_ < 0)
    return make_error(errc::corrupt, "the stored state of a gate is not readable");
  log_average below;
  log_average above;
  for (std::size_t i = 0; i < bets; ++i) {
    below.add(fresh.below_.at(i));
    above.add(fresh.above_.at(i));
  }
  fresh.for_ = below.value();
  fresh.against_ = above.value();
  fresh.level_ = fresh.total_ > 0 ? std::min(fresh.sum_ / fresh.total_, 1.0) : limit_;
  *this = fresh;
  return {};
}

}  // namespace v1
}  // namespace shipflow
