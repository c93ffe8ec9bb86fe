// A few threads that do what they are given.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace shipflow::aws {

class workers {
 public:
  explicit workers(int count) : count_(count) {}
  /// Waits for the jobs at hand; what has not begun is dropped.
  ~workers();
  workers(const workers&) = delete;
  workers& operator=(const workers&) = delete;
  using clock = std::chrono::steady_clock;
  /// The threads begin with the first job.
  void post(std::function<void()> job) { post_at(clock::time_point{}, std::move(job)); }
  /// The same, not before that time.
  void post_at(clock::time_point at, std::function<void()> job);

 private:
  void run();

  const int count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<clock::time_point, std::function<void()>> jobs_;  ///< by when they are due, then as they came
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace shipflow::aws
