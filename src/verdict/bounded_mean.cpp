#include "verdict/exact.hpp"
#include "verdict/mixture.hpp"

#include <shipflow/verdict/bounded_mean.hpp>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

constexpr double steepest_bet = 0.95;

/// -log(1 - x) - x, the price of a bet per squared deviation.
double price(double x) { return -std::log1p(-x) - x; }

/// Sums of values scaled to 0..1.
struct scaled {
  double count = 0, sum = 0, squares = 0;
};

bool read(const value_sums& v, double cap, scaled& out) {
  const double most = v.count * (1 + 1e-9);
  out = {v.count, v.sum / cap, v.squares ? *v.squares / cap / cap : v.sum / cap};
  const bool sound = std::isfinite(out.count) && out.count >= 0 && out.sum >= 0 && out.sum <= most &&
                     out.squares >= 0 && out.squares <= most;
  return sound;
}

/// Sum of squared deviations from `from`.
double around(const scaled& s, double from) {
  return std::max(0.0, s.squares - 2 * from * s.sum + s.count * from * from);
}

}  // namespace

bounded_mean::bounded_mean(const mean_rule& rule) : rule_(rule) {
  rule_.ratio = std::isfinite(rule.ratio) && rule.ratio > 1e-6 ? std::min(rule.ratio, 1e6) : 1;
  if (rule_.side == test_side::worse) rule_.ratio = std::max(rule_.ratio, 1.0);
  rule_.cap = std::isfinite(rule.cap) && rule.cap > 0 ? rule.cap : 1;
  rule_.most_nats = rule.most_nats > 0 ? rule.most_nats : 3;
  rule_.spread_slots = std::max<std::int64_t>(rule.spread_slots, 0);
  logarithmic_grid(0.01, 0.8, lambdas_);
  held_.fill(prior_at_start(rule_.spread_slots));
  log_evidence_ = best_ = log_mean(held_);
}

test_step bounded_mean::push(const mean_slot& s) {
  test_step out;
  out.log_evidence = log_evidence_;
  scaled c;
  scaled b;
  if (!read(s.canary, rule_.cap, c) || !read(s.baseline, rule_.cap, b)) {
    out.use = slot_use::invalid;
    return out;
  }
  if (c.count <= 0 || b.count <= 0) {
    out.use = slot_use::no_traffic;
    return out;
  }
  const double before = std::min(level_, 1 / rule_.ratio);
  const bool known = level_ >= 0;
  level_ = std::min(b.sum / b.count, 1.0);
  if (!known) return out;
  const double sign = rule_.side == test_side::worse ? 1 : -1;
  const double more = prior_of_slot(slots_, rule_.spread_slots);
  for (std::size_t i = 0; i < bets; ++i) {
    double lambda = lambdas_.at(i);
    double other = lambda * rule_.ratio * c.count / b.count;
    // Both bets must stay below one; how many values there are is known before what they are.
    if (other > steepest_bet) {
      lambda *= steepest_bet / other;
      other = steepest_bet;
    }
    const double level = rule_.ratio * before;
    const double nats = sign * lambda * (c.sum - c.count * level) - price(lambda) * around(c, level) -
                        sign * other * (b.sum - b.count * before) - price(other) * around(b, before);
    held_.at(i) = grown(held_.at(i) + more, std::min(nats, rule_.most_nats));
  }
  ++slots_;
  log_evidence_ = log_mean(held_);
  best_ = std::max(best_, log_evidence_);
  out.gain = log_evidence_ - out.log_evidence;
  out.log_evidence = log_evidence_;
  return out;
}

json::value bounded_mean::to_json() const {
  return json::object{
      {"held", exact_list(held_)}, {"level", exact(level_)}, {"best", exact(best_)}, {"slots", slots_}};
}

result<void> bounded_mean::from_json(const json::value& v) {
  const auto bad = [] {
    return make_error(errc::corrupt, "the stored state of a mean test is not readable");
  };
  const auto* o = v.if_object();
  bounded_mean fresh(rule_);
  if (o == nullptr || !read_exact_list(o->if_contains("held"), fresh.held_) ||
      !read_exact(*o, "level", fresh.level_) || !read_exact(*o, "best", fresh.best_) ||
      !read_whole(*o, "slots", fresh.slots_))
    return bad();
  const auto in_bounds = [](double h) { return h >= least_held && h <= 2 * most_held; };
  if (!std::all_of(fresh.held_.begin(), fresh.held_.end(), in_bounds) || fresh.level_ > 1) return bad();
  fresh.log_evidence_ = log_mean(fresh.held_);
  *this = fresh;
  return {};
}

}  // namespace v1
}  // namespace shipflow
