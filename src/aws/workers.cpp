#include "aws/workers.hpp"

#include <csignal>
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
      // The host's signal handlers run on the host's threads.
      sigset_t all;
      sigset_t before;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
      for (int i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
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
