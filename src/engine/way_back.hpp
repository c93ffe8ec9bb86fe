// The way back to the scheduler for answers: they come from any thread, at any time, also when the engine and its
// scheduler are gone.
#pragma once

#include <shipflow/scheduler.hpp>

#include <mutex>
#include <utility>

namespace shipflow::engine_room {

class way_back {
 public:
  explicit way_back(scheduler& time) : time_(&time) {}

  /// Runs `h` soon on the scheduler's thread, or drops it once the way is closed. Any thread.
  void post(scheduler::handler h) {
    const std::lock_guard lock(guard_);
    if (time_ != nullptr) time_->post(std::move(h));
  }

  /// Afterwards nothing reaches the scheduler any more.
  void close() {
    const std::lock_guard lock(guard_);
    time_ = nullptr;
  }

 private:
  std::mutex guard_;
  scheduler* time_;
};

}  // namespace shipflow::engine_room
