// The looks of one probe as a store keeps them: one chunk per minute, and a digest over all of them
// that a verdict can name. What was kept can be counted again to the same state.
#pragma once

#include "health/probe_health.hpp"

#include <shipflow/json.hpp>
#include <shipflow/store.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::health {

/// The body of a chunk is described in <shipflow/run.hpp>.
class look_book {
 public:
  explicit look_book(std::string series) : series_(std::move(series)) {}

  /// Counts kept looks, in the order of `store::read_samples`, and goes on after them. Chunks of other
  /// series and unreadable ones count as lost.
  void restore(const std::vector<sample_chunk>& kept, probe_health& state);
  void note(time_point at, const probe_answer& a);

  /// Over every look noted so far.
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
  /// Is there a whole minute that was not taken yet?
  [[nodiscard]] bool full() const noexcept { return !whole_.empty(); }
  /// What has to be put into the store now.
  [[nodiscard]] std::vector<sample_chunk> take();

 private:
  void read(const sample_chunk& chunk, probe_health& state);
  void add(json::array row);
  [[nodiscard]] sample_chunk present() const;

  std::string series_;
  std::string digest_;
  std::int64_t minute_ = 0;
  json::array rows_;  // of the present minute
  std::vector<sample_chunk> whole_;
  bool fresh_ = false;  // rows_ holds something that was not taken
};

/// "pass", "fail", "unavailable"; and back, empty for other words.
[[nodiscard]] std::string_view name_of(look l) noexcept;
[[nodiscard]] std::optional<look> look_named(std::string_view word) noexcept;

}  // namespace shipflow::health
