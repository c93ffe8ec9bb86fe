// The samples of one trigger as a store keeps them: one chunk per minute, and a digest over all of
// them that a verdict can name. What was kept can be folded again to the same state.
#pragma once

#include "health/slot_maker.hpp"
#include "health/trigger.hpp"

#include <shipflow/store.hpp>

namespace shipflow::health {

/// The body of a chunk is described in <shipflow/run.hpp>.
class sample_book {
 public:
  sample_book(std::string series, std::shared_ptr<const trigger> t);

  /// Reads kept chunks, in the order of `store::read_samples`, into `state` and `maker`, and goes on
  /// after them. Chunks of other series, of other conditions and unreadable ones count as lost: their
  /// slots are missing. `first` is where the release begins if no chunk says so; empty: not yet.
  void restore(const std::vector<sample_chunk>& kept, std::optional<slot_index> first, trigger_state& state,
               slot_maker& maker);
  /// The release begins with slot `k`, or after the last one noted. Again: no effect.
  void begin(slot_index k);
  /// Slot `k`, later than all before, was folded; `maker` closed it.
  void note(slot_index k, const std::vector<slot_sample>& samples, const slot_maker& maker);

  [[nodiscard]] std::optional<slot_index> began() const noexcept { return began_; }
  [[nodiscard]] std::optional<slot_index> last() const noexcept { return last_; }
  /// Over every sample noted so far.
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
  /// Is there a whole minute that was not taken yet?
  [[nodiscard]] bool full() const noexcept { return !whole_.empty(); }
  /// What has to be put into the store now.
  [[nodiscard]] std::vector<sample_chunk> take();

 private:
  bool read(const sample_chunk& chunk);
  [[nodiscard]] sample_chunk present() const;
  void add(json::array row);

  struct kept_row {
    slot_index slot = 0;
    std::vector<slot_sample> samples;
  };
  std::string series_;
  std::shared_ptr<const trigger> trigger_;
  std::string digest_;
  std::optional<slot_index> began_, last_;
  std::int64_t minute_ = 0;
  json::array rows_;      // of the present minute
  json::value counters_;  // readings that closed the newest slot
  std::vector<sample_chunk> whole_;
  std::vector<kept_row> read_;  // while restoring
  bool fresh_ = false;          // rows_ holds something that was not taken
};

}  // namespace shipflow::health
