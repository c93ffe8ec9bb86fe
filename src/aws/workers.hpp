// A few threads that do what they are given.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace shipflow::aws {

class workers {
 public:
  explicit workers(int count) : count_(count) {}
  /// Waits for the jobs at hand; what has not begun is dropped.
  ~workers();
  workers(const workers&) = delete;
  workers& operator=(const workers&) = delete;
  /// The threads begin with the first job.
  void post(std::function<void()> job);

 private:
  void run();

  const int count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace shipflow::aws
