// Looking at health while a guard is armed: one watch per guard, which tells its run when the
// level changes. Between changes nothing is written.
#pragma once

#include <shipflow/run.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace shipflow::engine_room {

class actor;

class guard_watch {
 public:
  virtual ~guard_watch();
  /// Begins to look at once, after what an earlier watch of the run left in the store. The actor
  /// outlives the watch.
  [[nodiscard]] static std::unique_ptr<guard_watch> make(actor& run, std::size_t guard,
                                                         const std::vector<sample_chunk>& kept);
  /// The guard's step is done: from now on levels are told. Again: no effect.
  virtual void arm();
  /// The wall clock jumped by so much.
  virtual void clock_jumped(duration by);
  /// Samples that are not in the store yet; they go with the next commit.
  [[nodiscard]] virtual std::vector<sample_chunk> take_samples();
};

}  // namespace shipflow::engine_room
