// The store as one engine of a rehearsal sees it: the scene learns of every commit, and may make it fail.
#pragma once

#include "rehearsal/wrapped_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shipflow::rehearsal {

/// What becomes of a commit.
enum class commit_fate {
  normal,
  lost_with_the_engine,   ///< not written, never answered
  written_and_not_heard,  ///< written, never answered
  refused,                ///< not written, answered `failed`
  unknown_written,        ///< written, answered `unknown`
  unknown_not_written,    ///< not written, answered `unknown`
};

/// A fact on its way to the store, as far as faults look at it.
struct passing_fact {
  fact_kind kind = fact_kind::note;
  std::string_view step;
  const stored_fact* stored = nullptr;
};
[[nodiscard]] passing_fact look_at(const stored_fact& f);

class disturbed_store final : public wrapped_store {
 public:
  using wrapped_store::wrapped_store;
  /// Asked before each commit.
  std::function<commit_fate(const commit_request&)> judge;
  /// Told after each commit that was written.
  std::function<void(const commit_request&)> written;
  /// Its engine is dead: nothing is written or answered any more.
  bool dead = false;

  void commit(commit_request c, std::function<void(commit_result)> done) override;
};

}  // namespace shipflow::rehearsal
