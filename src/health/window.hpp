// The newest slots of one aggregate, folded. Amortised O(1) per slot without ever subtracting, so
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

class sliding_window {
 public:
  /// `capacity` slots; 0 keeps everything since `clear` in O(1) memory.
  explicit sliding_window(std::int64_t capacity) : capacity_(capacity) {}

  void push(const window_cell& c);
  void clear();
  [[nodiscard]] window_fold fold() const noexcept;
  [[nodiscard]] std::int64_t capacity() const noexcept { return capacity_; }

  /// {"front": n, "cells": [...]} or, for capacity 0, {"fold": [...]}; restores bit by bit.
  [[nodiscard]] json::value to_json() const;
  /// False when the value does not fit this window; the window is then unchanged.
  [[nodiscard]] bool from_json(const json::value& v);

 private:
  struct entry {
    window_cell cell;
    window_fold below;  ///< fold of this cell and everything newer in the front stack
  };
  void flip();

  std::int64_t capacity_;
  std::vector<entry> front_;       ///< oldest on top (at the back of the vector)
  std::vector<window_cell> back_;  ///< newest at the back
  window_fold back_fold_;
};

}  // namespace shipflow::health
