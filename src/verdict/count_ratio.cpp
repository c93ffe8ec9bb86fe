#include "verdict/exact.hpp"
#include "verdict/mixture.hpp"

#include <shipflow/verdict/count_ratio.hpp>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

constexpr std::size_t points_no_worse = 16;
constexpr double spread_no_worse = 0.25;
constexpr double most_chi_square = 25;  // a shared incident begins and ends: two slots must not blunt a day

bool is_count(const tally& t) {
  return std::isfinite(t.total) && std::isfinite(t.bad) && t.total >= 0 && t.bad >= 0;
}

double at_least(double v, double least) { return v >= least ? v : least; }  // also of NaN

ratio_rule mended(ratio_rule r) {
  r.ratio = std::isfinite(r.ratio) && r.ratio > 1e-6 ? std::min(r.ratio, 1e6) : 1;
  r.cap = r.cap > 0 ? r.cap : 3;
  r.spread_slots = std::max<std::int64_t>(r.spread_slots, 0);
  r.temper.prior = at_least(r.temper.prior, 0);
  r.temper.weight = at_least(r.temper.weight, 0);
  r.temper.factor = at_least(r.temper.factor, 1);
  return r;
}

slot_use use_of(const count_slot& s, const tally& baseline, denominator of) {
  const auto one = [&](const tally& t) {
    return is_count(t) && (of == denominator::exposure || t.bad <= t.total);
  };
  if (!one(s.canary)) return slot_use::invalid;
  for (const auto& b : s.baseline)
    if (!one(b)) return slot_use::invalid;
  if (!is_count(baseline)) return slot_use::invalid;  // a sum beyond all numbers
  return s.canary.total > 0 && baseline.total > 0 ? slot_use::counted : slot_use::no_traffic;
}

}  // namespace

ratio_rule worse_ratio(double ratio, std::int64_t slots) noexcept {
  ratio_rule r;
  r.ratio = ratio;
  r.spread_slots = slots;
  return r;
}

ratio_rule no_worse_ratio(double ratio) noexcept {
  ratio_rule r;
  r.side = test_side::no_worse;
  r.ratio = ratio;
  r.temper = {4, 32, 1.5};
  return r;
}

count_ratio::count_ratio(const ratio_rule& rule) : rule_(mended(rule)) {
  const bool worse = rule_.side == test_side::worse;
  used_ = worse ? alternatives : points_no_worse;
  const std::span grid(ratios_.data(), used_);
  // Not worse: healthy is a ratio of one, so the grid reaches well below it.
  if (worse)
    logarithmic_grid(rule_.ratio * 1.1, rule_.ratio * 100, grid);
  else
    logarithmic_grid(std::min(0.5, rule_.ratio * 0.25), rule_.ratio * 0.9, grid);
  double sum = 0;
  for (std::size_t j = 0; j < used_; ++j) {
    logs_[j] = std::log(ratios_[j] / rule_.ratio);
    sum += prior_of(j);
  }
  prior_scale_ = static_cast<double>(used_) / sum;
  for (std::size_t j = 0; j < used_; ++j) held_[j] = prior_of(j) * prior_at_start(rule_.spread_slots);
  log_evidence_ = best_ = log_mean(std::span(held_).first(used_));
}

double count_ratio::prior_of(std::size_t j) const noexcept {
  if (rule_.side == test_side::worse) return 1;
  const double z = std::log(ratios_[j] / std::min(1.0, ratios_[used_ - 1])) / spread_no_worse;
  return prior_scale_ * std::exp(-z * z / 2);
}

double count_ratio::dispersion() const noexcept {
  const auto& t = rule_.temper;
  const double freedom = freedom_ + t.weight;
  if (freedom <= 0) return t.factor;
  return std::max(1.0, (chi_square_ + t.prior * t.weight) / freedom) * t.factor;
}

test_step count_ratio::push(const count_slot& s) {
  tally b;
  for (const auto& t : s.baseline) {
    b.total += t.total;
    b.bad += t.bad;
  }
  test_step out;
  out.use = use_of(s, b, rule_.of);
  out.log_evidence = log_evidence_;
  out.dispersion = dispersion();
  if (out.use != slot_use::counted) return out;
  const double more = prior_of_slot(slots_, rule_.spread_slots);
  const double events = s.canary.bad + b.bad;
  const double w = s.canary.total / (s.canary.total + b.total);
  const double base = rule_.ratio * w + (1 - w);
  for (std::size_t j = 0; j < used_; ++j) {
    double& held = held_[j];
    if (more > 0) held += prior_of(j) * more;
    if (events <= 0) continue;
    const double nats = s.canary.bad * logs_[j] - events * std::log((ratios_[j] * w + (1 - w)) / base);
    held = grown(held, std::min(nats / out.dispersion, rule_.cap));
  }
  measure(s.baseline, b);
  ++slots_;
  log_evidence_ = log_mean(std::span(held_).first(used_));
  best_ = std::max(best_, log_evidence_);
  out.gain = log_evidence_ - out.log_evidence;
  out.log_evidence = log_evidence_;
  return out;
}

/// Pearson's chi square of counts that should be proportional to their totals.
void count_ratio::measure(std::span<const tally> baseline, const tally& sum) noexcept {
  if (baseline.size() == 1) {
    const double total = before_.total + sum.total;
    const double bad = before_.bad + sum.bad;
    if (before_.total > 0 && bad > 0) {
      double chi = 0;
      for (const auto& t : {before_, sum}) {
        const double expected = bad * (t.total / total);
        chi += (t.bad - expected) * (t.bad - expected) / expected;
      }
      chi_square_ += std::min(chi, most_chi_square);
      freedom_ += 1;
    }
    before_ = sum;
    return;
  }
  if (sum.bad <= 0) return;
  double chi = 0;
  double parts = 0;
  for (const auto& t : baseline) {
    if (t.total <= 0) continue;
    const double expected = sum.bad * (t.total / sum.total);
    chi += (t.bad - expected) * (t.bad - expected) / expected;
    parts += 1;
  }
  if (parts < 2 || !std::isfinite(chi)) return;
  chi_square_ = std::min(chi_square_ + chi, most_held);
  freedom_ += parts - 1;
}

json::value count_ratio::to_json() const {
  return json::object{{"held", exact_list(std::span(held_).first(used_))},
                      {"chi_square", exact(chi_square_)},
                      {"freedom", exact(freedom_)},
                      {"before", json::array{exact(before_.total), exact(before_.bad)}},
                      {"best", exact(best_)},
                      {"slots", slots_}};
}

result<void> count_ratio::from_json(const json::value& v) {
  const auto bad = [] {
    return make_error(errc::corrupt, "the stored state of a ratio test is not readable");
  };
  const auto* o = v.if_object();
  if (o == nullptr) return bad();
  count_ratio fresh(rule_);
  std::array<double, 2> before{};
  const std::span held(fresh.held_.data(), used_);
  const bool read =
      read_exact_list(o->if_contains("held"), held) && read_exact(*o, "chi_square", fresh.chi_square_) &&
      read_exact(*o, "freedom", fresh.freedom_) && read_exact_list(o->if_contains("before"), before) &&
      read_exact(*o, "best", fresh.best_) && read_whole(*o, "slots", fresh.slots_);
  const auto in_bounds = [](double h) { return h >= least_held && h <= 2 * most_held; };
  if (!read || !std::all_of(held.begin(), held.end(), in_bounds)) return bad();
  if (fresh.chi_square_ < 0 || fresh.freedom_ < 0 || before[0] < 0 || before[1] < 0) return bad();
  fresh.before_ = {before[0], before[1]};
  fresh.log_evidence_ = log_mean(held);
  *this = fresh;
  return {};
}

}  // namespace v1
}  // namespace shipflow
