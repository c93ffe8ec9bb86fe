#include "health/window.hpp"

#include "health/slot_parts.hpp"
#include "verdict/exact.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shipflow::health {
namespace {

constexpr std::int64_t most_events = 4'000'000'000'000'000'000;

/// A hostile counter must not overflow the sum.
std::int64_t add_events(std::int64_t a, std::int64_t b) noexcept {
  return a > most_events - b ? most_events : a + b;
}

json::value cell_json(const window_cell& c) {
  if (!c.observed) return 0;
  return json::array{c.has_value, exact(c.a), exact(c.b), c.events};
}

bool read_cell(const json::value& v, window_cell& out) {
  if (v.is_int64()) {
    out = {};
    return v.get_int64() == 0;
  }
  const auto* list = v.if_array();
  if (list == nullptr || list->size() != 4 || !list->at(0).is_bool() || !list->at(3).is_int64() ||
      list->at(3).get_int64() < 0 || list->at(3).get_int64() > most_events)
    return false;
  const auto a = exact_double(list->at(1));
  const auto b = exact_double(list->at(2));
  if (!a || !b) return false;
  out = {true, list->at(0).get_bool(), *a, *b, list->at(3).get_int64()};
  return true;
}

json::value fold_json(const window_fold& f) {
  return json::array{exact(f.a),      exact(f.b), exact(f.least), exact(f.most),
                     exact(f.newest), f.events,   f.observed,     f.values};
}

bool read_fold(const json::value& v, window_fold& out) {
  const auto* list = v.if_array();
  if (list == nullptr || list->size() != 8) return false;
  const std::array<double*, 5> numbers{&out.a, &out.b, &out.least, &out.most, &out.newest};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto n = exact_double(list->at(i));
    if (!n) return false;
    *numbers.at(i) = *n;
  }
  const std::array<std::int64_t*, 3> counts{&out.events, &out.observed, &out.values};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto* n = list->at(numbers.size() + i).if_int64();
    if (n == nullptr || *n < 0 || *n > most_events) return false;
    *counts.at(i) = *n;
  }
  return true;
}

json::value cell_json(const histogram_cell& c) {
  if (c.observed == 0) return 0;
  return json::object{{"bins", verdict_room::exact_list(c.bins)}, {"observed", c.observed}};
}
json::value fold_json(const histogram_cell& f) { return cell_json(f); }

bool read_cell(const json::value& v, histogram_cell& out) {
  out = {};
  if (v.is_int64()) return v.get_int64() == 0;
  const auto* o = v.if_object();
  const auto* bins = o == nullptr ? nullptr : o->if_contains("bins");
  if (bins == nullptr || !bins->is_array() || bins->get_array().size() > most_buckets + 1) return false;
  out.bins.resize(bins->get_array().size());
  return verdict_room::read_exact_list(bins, out.bins) &&
         verdict_room::read_whole(*o, "observed", out.observed);
}
bool read_fold(const json::value& v, histogram_cell& out) { return read_cell(v, out); }

}  // namespace

window_fold fold_of(const window_cell& c) noexcept {
  if (!c.observed) return {};
  if (!c.has_value) return {0, 0, 0, 0, 0, 0, 1, 0};
  return {c.a, c.b, c.a, c.a, c.a, c.events, 1, 1};
}

window_fold combine(const window_fold& older, const window_fold& newer) noexcept {
  window_fold out = newer.values > 0 ? newer : older;
  if (older.values > 0 && newer.values > 0) {
    out.least = std::min(older.least, newer.least);
    out.most = std::max(older.most, newer.most);
  }
  out.a = older.a + newer.a;
  out.b = older.b + newer.b;
  out.events = add_events(older.events, newer.events);
  out.observed = older.observed + newer.observed;
  out.values = older.values + newer.values;
  return out;
}

histogram_cell fold_of(const histogram_cell& c) { return c; }

histogram_cell combine(const histogram_cell& older, const histogram_cell& newer) {
  auto out = older.bins.empty() ? newer : older;
  out.observed = older.observed + newer.observed;
  if (older.bins.empty()) return out;
  for (std::size_t i = 0; i < std::min(newer.bins.size(), out.bins.size()); ++i) out.bins[i] += newer.bins[i];
  return out;
}

template <class Cell, class Fold>
json::value folding_window<Cell, Fold>::to_json() const {
  if (capacity_ == 0) return json::object{{"fold", fold_json(back_fold_)}};
  json::array cells;
  std::for_each(front_.rbegin(), front_.rend(), [&](const auto& e) { cells.push_back(cell_json(e.cell)); });
  for (const auto& c : back_) cells.push_back(cell_json(c));
  return json::object{{"front", static_cast<std::int64_t>(front_.size())}, {"cells", std::move(cells)}};
}

template <class Cell, class Fold>
bool folding_window<Cell, Fold>::from_json(const json::value& v) {
  const auto* object = v.if_object();
  if (object == nullptr) return false;
  folding_window fresh(capacity_);
  if (capacity_ == 0) {
    const auto* fold = object->if_contains("fold");
    if (fold == nullptr || !read_fold(*fold, fresh.back_fold_)) return false;
    *this = std::move(fresh);
    return true;
  }
  const auto* front = object->if_contains("front");
  const auto* cells = object->if_contains("cells");
  if (front == nullptr || !front->is_int64() || cells == nullptr || !cells->is_array()) return false;
  const auto& list = cells->get_array();
  const auto in_front = front->get_int64();
  const bool fits = in_front >= 0 && in_front <= static_cast<std::int64_t>(list.size()) &&
                    static_cast<std::int64_t>(list.size()) <= capacity_;
  if (!fits) return false;
  std::vector<Cell> all(list.size());
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!read_cell(list[i], all[i])) return false;
  const auto middle = all.begin() + in_front;
  fresh.back_.assign(all.begin(), middle);
  fresh.flip();  // the same folds in the same order as when they were made
  fresh.back_.assign(middle, all.end());
  for (const auto& c : fresh.back_) fresh.back_fold_ = combine(fresh.back_fold_, fold_of(c));
  *this = std::move(fresh);
  return true;
}

template class folding_window<window_cell, window_fold>;
template class folding_window<histogram_cell, histogram_cell>;

}  // namespace shipflow::health
