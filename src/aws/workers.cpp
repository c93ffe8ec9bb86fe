#include "aws/workers.hpp"

#include "base/signals_blocked.hpp"

#include <utility>

namespace shipflow::aws {

workers::~workers() {
  {
    const std::lock_guard guard(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  for (auto& t : threads_) t.join();
}

void workers::post_at(clock::time_point at, std::function<void()> job) {
  {
    const std::lock_guard guard(mutex_);
    jobs_.emplace(at, std::move(job));
    if (threads_.empty()) {
      const signals_blocked meanwhile;
      for (int i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
    }
  }
  wake_.notify_one();
}

void workers::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    while (!over_ && (jobs_.empty() || jobs_.begin()->first > clock::now())) {
      if (jobs_.empty())
        wake_.wait(lock);
      else
        wake_.wait_until(lock, clock::time_point(jobs_.begin()->first));
    }
    if (over_) return;
    const auto job = std::move(jobs_.begin()->second);
    jobs_.erase(jobs_.begin());
    lock.unlock();
    job();
  }
}

}  // namespace shipflow::aws
