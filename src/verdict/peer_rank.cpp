#include "verdict/exact.hpp"
#include "verdict/mixture.hpp"

#include <shipflow/verdict/peer_rank.hpp>

#include <vector>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

/// splitmix64 (Steele, Lea, Flood 2014): a good bit mix of seed and slot.
std::uint64_t mixed(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

bool usable(double v) { return std::isfinite(v) && v >= 0; }

}  // namespace

double median(std::span<const double> values) {
  if (values.empty()) return 0;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const auto half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

peer_rank::peer_rank(const peer_rule& rule) : rule_(rule) {
  rule_.ratio = std::isfinite(rule.ratio) && rule.ratio > 1e-6 ? std::min(rule.ratio, 1e6) : 1;
  rule_.spread_slots = std::max<std::int64_t>(rule.spread_slots, 0);
  held_.fill(prior_at_start(rule_.spread_slots));
  log_evidence_ = best_ = log_mean(held_);
}

test_step peer_rank::push(const peer_slot& s) {
  test_step out;
  out.log_evidence = log_evidence_;
  const bool sound = usable(s.canary) && s.baseline.size() <= most_peers &&
                     std::all_of(s.baseline.begin(), s.baseline.end(), usable);
  out.use = !sound ? slot_use::invalid : s.baseline.empty() ? slot_use::no_traffic : slot_use::counted;
  if (out.use != slot_use::counted) return out;
  const double own = s.canary / rule_.ratio;
  std::uint64_t worse = 0;
  std::uint64_t ties = 0;
  for (const double v : s.baseline) {
    worse += v > own ? 1 : 0;
    ties += v > own || v < own ? 0 : 1;
  }
  const auto among = mixed(rule_.seed ^ mixed(static_cast<std::uint64_t>(slots_))) % (ties + 1);
  const auto above = static_cast<double>(worse + among);  // rank less one
  const auto count = static_cast<double>(s.baseline.size() + 1);
  const double more = prior_of_slot(slots_, rule_.spread_slots);
  for (std::size_t i = 0; i < bets.size(); ++i) {
    const double q = bets.at(i);
    const double nats = std::log(count * (1 - q) / (1 - std::pow(q, count))) + above * std::log(q);
    held_.at(i) = grown(held_.at(i) + more, nats);
  }
  ++slots_;
  log_evidence_ = log_mean(held_);
  best_ = std::max(best_, log_evidence_);
  out.gain = log_evidence_ - out.log_evidence;
  out.log_evidence = log_evidence_;
  return out;
}

json::value peer_rank::to_json() const {
  return json::object{{"held", exact_list(held_)}, {"best", exact(best_)}, {"slots", slots_}};
}

result<void> peer_rank::from_json(const json::value& v) {
  const auto bad = [] {
    return make_error(errc::corrupt, "the stored state of a rank test is not readable");
  };
  const auto* o = v.if_object();
  peer_rank fresh(rule_);
  if (o == nullptr || !read_exact_list(o->if_contains("held"), fresh.held_) ||
      !read_exact(*o, "best", fresh.best_) || !read_whole(*o, "slots", fresh.slots_))
    return bad();
  const auto in_bounds = [](double h) { return h >= least_held && h <= 2 * most_held; };
  if (!std::all_of(fresh.held_.begin(), fresh.held_.end(), in_bounds)) return bad();
  fresh.log_evidence_ = log_mean(fresh.held_);
  *this = fresh;
  return {};
}

}  // namespace v1
}  // namespace shipflow
