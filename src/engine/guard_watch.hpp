// Looking at health while a guard is armed: one watch per guard, which tells its run when the
// level changes. Between changes nothing is written.
#pragma once

#include <shipflow/run.hpp>

#include <cstddef>
#include <memory>

namespace shipflow::engine_room {

class actor;

class guard_watch {
 public:
  virtual ~guard_watch();
  /// Begins to look at once. The actor outlives the watch.
  [[nodiscard]] static std::unique_ptr<guard_watch> make(actor& run, std::size_t guard);
};

}  // namespace shipflow::engine_room
