#include "verdict/exact.hpp"
#include "verdict/mixture.hpp"

#include <shipflow/verdict/bucket_ratio.hpp>

#include <numeric>

namespace shipflow {

using namespace verdict_room;

inline namespace v1 {
namespace {

constexpr double requests_to_learn = 500;
constexpr double fewest_above = 0.002;
constexpr double most_above = 0.8;

bool sound(std::span<const double> bins) {
  return std::all_of(bins.begin(), bins.end(), [](double n) { return std::isfinite(n) && n >= 0; });
}

}  // namespace

bucket_ratio::bucket_ratio(const ratio_rule& rule) : rule_(rule) {
  rule_.ratio = std::isfinite(rule.ratio) && rule.ratio > 1e-6 ? std::min(rule.ratio, 1e6) : 1;
  rule_.cap = rule.cap > 0 ? rule.cap : 3;
  rule_.spread_slots = std::max<std::int64_t>(rule.spread_slots, 0);
  logarithmic_grid(rule_.ratio * 1.05, rule_.ratio * 20, ratios_);
  for (std::size_t j = 0; j < alternatives; ++j) logs_[j] = std::log(ratios_[j] / rule_.ratio);
  log_evidence_ = best_ = std::log(prior_at_start(rule_.spread_slots));
}

/// Edges whose share above is neither too rare nor nearly everything, evenly when there are many.
void bucket_ratio::learn(std::span<const double> baseline) {
  learned_.resize(baseline.size());
  for (std::size_t i = 0; i < baseline.size(); ++i) learned_[i] += baseline[i];
  const double total = std::accumulate(learned_.begin(), learned_.end(), 0.0);
  if (total < requests_to_learn) return;
  std::vector<std::uint32_t> fit;
  double above = total;
  for (std::size_t i = 0; i + 1 < learned_.size(); ++i) {
    above -= learned_[i];
    const double share = above / total;
    if (share >= fewest_above && share <= most_above) fit.push_back(static_cast<std::uint32_t>(i));
  }
  used_ = std::min(fit.size(), most_edges);
  for (std::size_t i = 0; i < used_; ++i) edges_[i] = fit[used_ < 2 ? 0 : i * (fit.size() - 1) / (used_ - 1)];
  learned_.clear();
  held_.assign(used_ * alternatives, prior_at_start(rule_.spread_slots));
}

test_step bucket_ratio::push(const bucket_slot& s) {
  test_step out;
  out.log_evidence = log_evidence_;
  const bool shaped = s.canary.size() == s.baseline.size() && s.canary.size() >= 2 &&
                      s.canary.size() <= most_buckets && (buckets_ == 0 || buckets_ == s.canary.size());
  if (!shaped || !sound(s.canary) || !sound(s.baseline)) {
    out.use = slot_use::invalid;
    return out;
  }
  const double canary = std::accumulate(s.canary.begin(), s.canary.end(), 0.0);
  const double baseline = std::accumulate(s.baseline.begin(), s.baseline.end(), 0.0);
  if (!std::isfinite(canary) || !std::isfinite(baseline)) out.use = slot_use::invalid;
  if (canary <= 0 || baseline <= 0) out.use = slot_use::no_traffic;
  if (out.use != slot_use::counted) return out;
  buckets_ = s.canary.size();
  if (used_ == 0) {
    learn(s.baseline);
    return out;
  }
  const double w = canary / (canary + baseline);
  const double base = rule_.ratio * w + (1 - w);
  std::array<double, alternatives> shares{};
  for (std::size_t j = 0; j < alternatives; ++j) shares[j] = std::log((ratios_[j] * w + (1 - w)) / base);
  const double more = prior_of_slot(slots_, rule_.spread_slots);
  double slow_canary = 0;
  double slow_baseline = 0;
  std::size_t above = buckets_;  // buckets from here on are in the sums
  for (std::size_t e = used_; e-- > 0;) {
    for (; above > edges_[e] + 1; --above) {
      slow_canary += s.canary[above - 1];
      slow_baseline += s.baseline[above - 1];
    }
    for (std::size_t j = 0; j < alternatives; ++j) {
      double& held = held_[e * alternatives + j];
      const double nats = slow_canary * logs_[j] - (slow_canary + slow_baseline) * shares[j];
      held = grown(held + more, std::min(nats, rule_.cap));
    }
  }
  ++slots_;
  log_evidence_ = log_mean(held_);
  best_ = std::max(best_, log_evidence_);
  out.gain = log_evidence_ - out.log_evidence;
  out.log_evidence = log_evidence_;
  return out;
}

json::value bucket_ratio::to_json() const {
  json::array edges;
  for (const auto e : this->edges()) edges.push_back(std::int64_t{e});
  return json::object{{"held", exact_list(held_)}, {"learned", exact_list(learned_)},
                      {"edges", std::move(edges)}, {"buckets", static_cast<std::int64_t>(buckets_)},
                      {"best", exact(best_)},      {"slots", slots_}};
}

result<void> bucket_ratio::from_json(const json::value& v) {
  const auto bad = [] {
    return make_error(errc::corrupt, "the stored state of a bucket test is not readable");
  };
  const auto* o = v.if_object();
  if (o == nullptr) return bad();
  bucket_ratio fresh(rule_);
  std::int64_t buckets = 0;
  const auto* edges = o->if_contains("edges");
  const auto* learned = o->if_contains("learned");
  const bool shaped = read_whole(*o, "buckets", buckets) && read_whole(*o, "slots", fresh.slots_) &&
                      read_exact(*o, "best", fresh.best_) && edges != nullptr && edges->is_array() &&
                      edges->get_array().size() <= most_edges && learned != nullptr && learned->is_array() &&
                      learned->get_array().size() <= most_buckets;
  if (!shaped || buckets > static_cast<std::int64_t>(most_buckets)) return bad();
  fresh.buckets_ = static_cast<std::size_t>(buckets);
  std::int64_t before = -1;
  for (const auto& e : edges->get_array()) {
    if (!e.is_int64() || e.get_int64() <= before || e.get_int64() + 1 >= buckets) return bad();
    before = e.get_int64();
    fresh.edges_[fresh.used_++] = static_cast<std::uint32_t>(before);
  }
  fresh.held_.resize(fresh.used_ * alternatives);
  fresh.learned_.resize(learned->get_array().size());
  if (!read_exact_list(o->if_contains("held"), fresh.held_) || !read_exact_list(learned, fresh.learned_))
    return bad();
  const auto in_bounds = [](double h) { return h >= least_held && h <= 2 * most_held; };
  if (!std::all_of(fresh.held_.begin(), fresh.held_.end(), in_bounds) || !sound(fresh.learned_)) return bad();
  if (!fresh.learned_.empty() && fresh.learned_.size() != fresh.buckets_) return bad();
  if (fresh.used_ > 0) fresh.log_evidence_ = log_mean(fresh.held_);
  *this = std::move(fresh);
  return {};
}

}  // namespace v1
}  // namespace shipflow
