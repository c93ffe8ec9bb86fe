// Threads that work through a list together, fewer of them when the other side asks to slow down.
#pragma once

#include <shipflow/error.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace shipflow::site {

class crew {
 public:
  /// 0: everything happens on the caller's thread, and nothing waits.
  explicit crew(int threads) : count_(threads) {}
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  /// Calls `work` with 0 to n-1, at most `at_once` at the same time, and returns when all have returned; the first
  /// error ends it. `throttled`: the item is tried again after a pause, ten times, and half as many work from then on;
  /// every success brings a part of one back. One call at a time.
  result<void> each(std::size_t n, int at_once, const std::stop_token& stop,
                    const std::function<result<void>(std::size_t)>& work);

 private:
  struct job;
  void run();
  static result<void> alone(std::size_t n, const std::stop_token& stop,
                            const std::function<result<void>(std::size_t)>& work);

  const int count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable left_;
  std::vector<std::thread> threads_;
  job* now_ = nullptr;
  bool over_ = false;
};

}  // namespace shipflow::site
