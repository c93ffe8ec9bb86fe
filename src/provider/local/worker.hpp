// One thread that does what it is given, in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace shipflow::local {

class worker {
 public:
  worker();
  /// Waits for the job at hand; what has not begun is dropped.
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  void post(std::function<void()> job);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace shipflow::local
