#include "health/number.hpp"

#include "verdict/exact.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

bool reported(const slot_sample& s) { return s.state == slot_state::value || s.state == slot_state::empty; }

bool is_histogram(const slot_sample& s) {
  return s.kind == series_kind::counter && (s.state == slot_state::empty || !s.buckets.empty());
}

bool fits(const bound_number& n, const slot_sample& s) {
  const bool counter = s.kind == series_kind::counter;
  switch (n.what) {
    case aggregate_kind::ratio:
    case aggregate_kind::per_min:
    case aggregate_kind::rate:
    case aggregate_kind::sum: return counter;
    case aggregate_kind::value: return !counter;
    case aggregate_kind::quantile: return is_histogram(s);
    case aggregate_kind::slow: return is_histogram(s) && (s.buckets.empty() || events_above(s, *n.limit));
    case aggregate_kind::mean:
      if (n.second != bound_number::none) return counter;
      return !counter || (n.limit && is_histogram(s));
    default: return true;
  }
}

window_cell cell_of(const bound_number& n, std::span<const slot_sample> inputs) {
  const auto& first = inputs[n.first];
  window_cell out;
  out.observed = true;
  out.a = first.sum;
  if (n.second != bound_number::none) {
    out.has_value = true;
    out.b = inputs[n.second].sum;
    out.events = inputs[n.second].count;
  } else if (first.kind == series_kind::counter) {
    out.has_value = true;
    out.events = first.count;
    out.b = first.sum;
    if (n.what == aggregate_kind::slow) out.a = events_above(first, *n.limit).value_or(0);
    if (n.what == aggregate_kind::mean && n.limit) out.a = capped_sum(first, *n.limit);
  } else {
    out.has_value = first.state == slot_state::value;
    out.b = 1;
    if (n.what == aggregate_kind::mean && n.limit) out.a = std::min(out.a, *n.limit);
  }
  return out;
}

std::optional<double> number(const bound_number& n, const window_fold& f, duration slot) {
  const double minutes = static_cast<double>(f.observed) * static_cast<double>(slot.count()) / 60'000.0;
  switch (n.what) {
    case aggregate_kind::ratio:
    case aggregate_kind::slow:
    case aggregate_kind::mean: return f.b == 0 ? std::nullopt : std::optional(f.a / f.b);
    case aggregate_kind::per_min: return f.a / minutes;
    case aggregate_kind::rate: return f.a / (minutes * 60);
    case aggregate_kind::sum: return f.a;
    case aggregate_kind::min: return f.values == 0 ? std::nullopt : std::optional(f.least);
    case aggregate_kind::max: return f.values == 0 ? std::nullopt : std::optional(f.most);
    case aggregate_kind::value: return f.values == 0 ? std::nullopt : std::optional(f.newest);
    default: return std::nullopt;
  }
}

bool needs_coverage(aggregate_kind k) {
  return k == aggregate_kind::per_min || k == aggregate_kind::rate || k == aggregate_kind::sum;
}

judged known(const bound_number& n, const number_finding& f, std::int64_t slots) {
  if (needs_coverage(n.what) && f.slots * 2 < slots) return unknown(reason::coverage);
  if (!f.value) return unknown(reason::empty);
  if (!std::isfinite(*f.value)) return unknown(reason::invalid);
  if (f.events < n.min_count) return unknown(f.events == 0 ? reason::empty : reason::low_count);
  return yes();
}

}  // namespace

slot_state state_of(const bound_number& n, std::span<const slot_sample> inputs) {
  auto worst = slot_state::empty;
  for (const auto i : {n.first, n.second}) {
    if (i == bound_number::none) continue;
    const auto& s = inputs[i];
    if (reported(s) && !fits(n, s)) return slot_state::invalid;
    if (reported(s)) continue;
    worst = std::max(worst, s.state);
  }
  return worst;
}

std::optional<double> events_above(const slot_sample& s, double limit) {
  const auto edge =
      std::find_if(s.buckets.begin(), s.buckets.end(), [&](const auto& b) { return b.upper >= limit; });
  if (edge == s.buckets.end() || std::isinf(edge->upper)) return std::nullopt;
  double out = 0;
  for (auto b = edge + 1; b != s.buckets.end(); ++b) out += b->count;
  return out;
}

double capped_sum(const slot_sample& s, double cap) {
  double out = 0;
  double lower = 0;
  for (const auto& b : s.buckets) {
    const double middle = std::isinf(b.upper) ? cap : (std::min(lower, b.upper) + b.upper) / 2;
    out += b.count * std::min(middle, cap);
    lower = b.upper;
  }
  return out;
}

number_state::number_state(const bound_number& n) : sums_(n.window) {
  if (n.what == aggregate_kind::quantile) buckets_.emplace(n.window);
}

void number_state::pass_over() {
  sums_.push({});
  if (buckets_) buckets_->push({});
}

void number_state::begin() {
  if (sums_.capacity() != 0) return;
  sums_.clear();
  if (buckets_) buckets_->clear();
}

/// Buckets with other edges than before start the window anew: they cannot be added.
void number_state::take_buckets(const slot_sample& s) {
  histogram_cell cell;
  cell.observed = 1;
  if (s.buckets.empty()) {
    buckets_->push(cell);
    return;
  }
  std::vector<double> edges;
  for (const auto& b : s.buckets) {
    edges.push_back(b.upper);
    cell.bins.push_back(b.count);
  }
  const bool changed = edges != edges_;
  if (changed) {
    buckets_->clear();
    sums_.clear();
    edges_ = std::move(edges);
  }
  buckets_->push(cell);
}

/// Linear between the ends of the bucket, from zero in the first: what Prometheus' histogram_quantile gives.
void number_state::quantile(double p, number_finding& out) const {
  const auto all = buckets_->fold();
  double total = 0;
  for (const double c : all.bins) total += c;
  if (!(total > 0)) return;
  const double rank = p * total;
  double below = 0;
  for (std::size_t i = 0; i < all.bins.size() && i < edges_.size(); ++i) {
    const double reached = below + all.bins[i];
    const bool last = i + 1 == all.bins.size();
    if (reached < rank && !last) {
      below = reached;
      continue;
    }
    const double lower = i == 0 ? std::min(0.0, edges_[0]) : edges_[i - 1];
    if (std::isinf(edges_[i])) {
      out.value = lower;
      out.at_least = true;
      return;
    }
    const double share = all.bins[i] > 0 ? std::clamp((rank - below) / all.bins[i], 0.0, 1.0) : 1;
    out.value = lower + (edges_[i] - lower) * share;
    out.resolution = edges_[i] - lower;
    return;
  }
}

number_finding number_state::push(const bound_number& n, bool observed, std::span<const slot_sample> inputs,
                                  duration slot, std::int64_t since_start) {
  number_finding out;
  if (!observed) {
    pass_over();
  } else {
    if (buckets_) take_buckets(inputs[n.first]);
    sums_.push(cell_of(n, inputs));
  }
  const auto f = sums_.fold();
  out.events = f.events;
  out.slots = f.observed;
  out.bad = f.a;
  if (!observed) {
    const auto state = state_of(n, inputs);
    out.known = unknown(state == slot_state::invalid ? reason::invalid : reason::missing);
    return out;
  }
  if (buckets_)
    quantile(n.p, out);
  else
    out.value = number(n, f, slot);
  out.known = known(n, out, n.window == 0 ? since_start : n.window);
  return out;
}

void number_state::to_json(json::object& out) const {
  out["window"] = sums_.to_json();
  if (!buckets_) return;
  out["edges"] = verdict_room::exact_list(edges_);
  out["buckets"] = buckets_->to_json();
}

bool number_state::from_json(const json::object& o) {
  const auto* window = o.if_contains("window");
  if (window == nullptr) return false;
  auto fresh = *this;
  if (!fresh.sums_.from_json(*window)) return false;
  if (buckets_) {
    const auto* edges = o.if_contains("edges");
    const auto* buckets = o.if_contains("buckets");
    if (edges == nullptr || !edges->is_array() || buckets == nullptr) return false;
    fresh.edges_.clear();
    for (const auto& e : edges->get_array()) {
      const auto number = exact_double(e);
      if (!number || std::isnan(*number)) return false;
      fresh.edges_.push_back(*number);
    }
    if (!fresh.buckets_->from_json(*buckets)) return false;
  }
  *this = std::move(fresh);
  return true;
}

}  // namespace shipflow::health
