#include "provider/local/worker.hpp"

#include "base/signals_blocked.hpp"

#include <utility>

namespace shipflow::local {

worker::worker() {
  const signals_blocked meanwhile;
  thread_ = std::thread([this] { run(); });
}

worker::~worker() {
  {
    const std::lock_guard guard(mutex_);
    over_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void worker::post(std::function<void()> job) {
  {
    const std::lock_guard guard(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void worker::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return over_ || !jobs_.empty(); });
    if (over_) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace shipflow::local
