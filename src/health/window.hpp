// The newest slots of one aggregate, folded. Amortised O(1) folds per slot without ever subtracting, so
// that sums do not drift: a queue of two stacks, each with the folds of what lies below.
#pragma once

#include <shipflow/json.hpp>

#include <cstdint>
#include <vector>

namespace shipflow::health {

/// What one slot adds. Not observed: missing or invalid.
struct window_cell {
  bool observed = false;
  bool has_value = false;  ///< false for empty slots of gauges
  double a = 0;            ///< numerator, growth or reading
  double b = 0;            ///< denominator
  std::int64_t events = 0;
  friend bool operator==(const window_cell&, const window_cell&) = default;
};

/// Cells folded from old to new.
struct window_fold {
  double a = 0;
  double b = 0;
  double least = 0, most = 0, newest = 0;  ///< only when `values` is above zero
  std::int64_t events = 0;
  std::int64_t observed = 0;  ///< slots
  std::int64_t values = 0;    ///< slots with a value
};
[[nodiscard]] window_fold fold_of(const window_cell& c) noexcept;
[[nodiscard]] window_fold combine(const window_fold& older, const window_fold& newer) noexcept;

/// Buckets of one slot, or of several; always the same number of bins, or none when not observed.
struct histogram_cell {
  std::vector<double> bins;
  std::int64_t observed = 0;  ///< slots
  friend bool operator==(const histogram_cell&, const histogram_cell&) = default;
};
[[nodiscard]] histogram_cell fold_of(const histogram_cell& c);
[[nodiscard]] histogram_cell combine(const histogram_cell& older, const histogram_cell& newer);

template <class Cell, class Fold>
class folding_window {
 public:
  /// `capacity` slots; 0 keeps everything since `clear` in the memory of one fold.
  explicit folding_window(std::int64_t capacity) : capacity_(capacity) {}

  void push(const Cell& c) {
    back_fold_ = combine(back_fold_, fold_of(c));
    if (capacity_ == 0) return;
    back_.push_back(c);
    if (front_.size() + back_.size() <= static_cast<std::size_t>(capacity_)) return;
    if (front_.empty()) flip();
    front_.pop_back();
  }
  void clear() {
    front_.clear();
    back_.clear();
    back_fold_ = {};
  }
  [[nodiscard]] Fold fold() const {
    return front_.empty() ? back_fold_ : combine(front_.back().below, back_fold_);
  }
  /// Have as many slots passed as it holds? Never when it keeps everything.
  [[nodiscard]] bool full() const noexcept {
    return capacity_ > 0 && front_.size() + back_.size() == static_cast<std::size_t>(capacity_);
  }
  [[nodiscard]] std::int64_t capacity() const noexcept { return capacity_; }

  /// {"front": n, "cells": [...]} or, for capacity 0, {"fold": [...]}; restores bit by bit.
  [[nodiscard]] json::value to_json() const;
  /// False when the value does not fit this window; the window is then unchanged.
  [[nodiscard]] bool from_json(const json::value& v);

 private:
  struct entry {
    Cell cell;
    Fold below;  ///< fold of this cell and everything newer in the front stack
  };
  void flip() {
    Fold below;
    for (; !back_.empty(); back_.pop_back()) {
      below = combine(fold_of(back_.back()), below);
      front_.push_back({back_.back(), below});
    }
    back_fold_ = {};
  }

  std::int64_t capacity_;
  std::vector<entry> front_;  ///< oldest on top (at the back of the vector)
  std::vector<Cell> back_;    ///< newest at the back
  Fold back_fold_;
};

extern template class folding_window<window_cell, window_fold>;
extern template class folding_window<histogram_cell, histogram_cell>;
using sliding_window = folding_window<window_cell, window_fold>;
using histogram_window = folding_window<histogram_cell, histogram_cell>;

}  // namespace shipflow::health
