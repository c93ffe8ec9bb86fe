// One thread on which a clerk answers requests in order.
#pragma once

#include "provider/command/clerk.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace shipflow::commands {

class worker {
 public:
  explicit worker(command_options options);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// From any thread; never blocks for longer than it takes to queue.
  void add(request q, reply r);

 private:
  struct call {
    request q;
    reply r;
  };
  void run(const std::stop_token& ending);
  bool next(const std::stop_token& ending, call& out);
  void serve(call c);

  const command_options options_;  // touched by the thread only after construction
  real_keepers keepers_;
  clerk clerk_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<call> calls_;  // guarded by mutex_
  std::jthread thread_;     // last: everything it uses exists before it
};

}  // namespace shipflow::commands
