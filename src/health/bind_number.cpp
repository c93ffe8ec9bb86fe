#include "health/bind_number.hpp"

#include "health/quantity.hpp"
#include "health/suggest.hpp"
#include "health/used_names.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow::health {
namespace {

constexpr std::int64_t most_window_slots = 10'000;

/// So many events that ten lie beyond the quantile: fewer say nothing about it.
std::int64_t quantile_minimum(double p) {
  return static_cast<std::int64_t>(std::ceil(10 / std::min(p, 1 - p) * (1 - 1e-9)));
}

}  // namespace

bool counts_events(aggregate_kind k) noexcept {
  return k == aggregate_kind::per_min || k == aggregate_kind::rate || k == aggregate_kind::sum ||
         is_share_of_events(k);
}

bool is_share_of_events(aggregate_kind k) noexcept {
  return k == aggregate_kind::ratio || k == aggregate_kind::slow;
}

bool number_binder::fail(const std::string& why, errc code) {
  if (!problem) problem = make_error(code, why);
  return false;
}

bool number_binder::resolve(const aggregate& a, source_of_numbers& s) {
  s.what = a;
  if (a.kind != aggregate_kind::metric) return resolve_series(a, s);
  const auto found = metrics_.find(a.series.front());
  if (found == metrics_.end()) return unknown_metric(a.series.front());
  s.metric = &found->second;
  if (!s.metric->what)
    return fail("metric \"" + a.series.front() + "\" only lists series; write for example sum(" +
                s.metric->series.front() + ")");
  s.what = *s.metric->what;
  if (a.over.kind != window_kind::unset) s.what.over = a.over;
  if (a.on != metric_arm::unset) s.what.on = a.on;
  return true;
}

bool number_binder::resolve_series(const aggregate& a, source_of_numbers& s) {
  for (const auto& name : a.series) {
    if (owner_of(name, metrics_) == nullptr) return unknown_series(name);
  }
  // Both series of a pair must come from one look, or they do not belong to the same moment.
  for (const auto& [name, m] : metrics_) {
    const bool all = std::all_of(a.series.begin(), a.series.end(), [&](const auto& wanted) {
      return std::find(m.series.begin(), m.series.end(), wanted) != m.series.end();
    });
    if (!all) continue;
    s.metric = &m;
    return true;
  }
  if (a.series.size() == 2)
    return fail("no metric reads both \"" + a.series[0] + "\" and \"" + a.series[1] + "\" in one look");
  s.metric = owner_of(a.series.front(), metrics_);
  s.what.series = s.metric->series;
  return true;
}

bool number_binder::unknown_metric(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [key, m] : metrics_) known.push_back(key);
  return fail("there is no metric \"" + name + "\" in the environment" + suggestion(name, known));
}

bool number_binder::unknown_series(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [key, m] : metrics_) known.insert(known.end(), m.series.begin(), m.series.end());
  return fail("no metric of the environment reads the series \"" + name + "\"" + suggestion(name, known));
}

bool number_binder::window(const metric_window& w, const std::string& text, std::int64_t& out) {
  if (w.kind == window_kind::start) out = 0;
  if (w.kind != window_kind::span) return true;
  if (w.length.count() % slot_.count() != 0)
    return fail(text + ": the window " + format_duration(w.length) + " is not a multiple of the slot " +
                format_duration(slot_));
  out = w.length.count() / slot_.count();
  return out <= most_window_slots ||
         fail(text + ": the window has more than " + std::to_string(most_window_slots) + " slots");
}

bool number_binder::in_readings(const quantity& q, const source_of_numbers& s, const std::string& text,
                                double& out) {
  const auto unit = s.metric->unit;
  const bool timed = unit == reading_unit::seconds || unit == reading_unit::milliseconds;
  out = base_value(q);
  if (q.unit == quantity_unit::percent) {
    if (timed) return fail(text + ": the metric is a time, compare it with for example 500ms");
    if (unit == reading_unit::percent) out = q.number;
  }
  if (q.unit == quantity_unit::time) {
    if (unit == reading_unit::percent) return fail(text + ": a share compares with for example 5%");
    if (unit == reading_unit::seconds) out = q.number / 1000;
  }
  return true;
}

bool number_binder::bind(const source_of_numbers& s, const std::string& text, bound_number& out,
                         metric_arm arm) {
  out.what = s.what.kind;
  out.p = s.what.p;
  if (s.what.limit && !in_readings(*s.what.limit, s, text, out.limit.emplace())) return false;
  if (!window(s.what.over, text, out.window)) return false;
  if (arm == metric_arm::unset) arm = s.what.on;
  if (arm == metric_arm::unset) arm = metric_arm::fleet;
  out.first = input({s.metric->name, s.what.series.at(0), arm});
  if (s.what.series.size() == 2) out.second = input({s.metric->name, s.what.series.at(1), arm});
  if (out.what == aggregate_kind::quantile) out.min_count = quantile_minimum(out.p);
  return true;
}

std::size_t number_binder::input(const series_key& key) {
  const auto found = std::find(inputs_.begin(), inputs_.end(), key);
  if (found != inputs_.end()) return static_cast<std::size_t>(found - inputs_.begin());
  inputs_.push_back(key);
  return inputs_.size() - 1;
}

}  // namespace shipflow::health
