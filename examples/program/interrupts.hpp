// Ctrl-C and SIGTERM while a loop runs.
#pragma once

#include <shipflow/loop.hpp>

#include <atomic>
#include <csignal>
#include <ctime>
#include <thread>

namespace program {

// SIGINT and SIGTERM end the loop, not the release: it stays resumable. Must be made before other
// threads, so that they inherit the blocked signals.
class interrupts {
 public:
  interrupts() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void watch(shipflow::loop& loop) {
    thread_ = std::thread([this, &loop] {
      const timespec tick{0, 100'000'000};
      while (!done_) {
        if (sigtimedwait(&set_, nullptr, &tick) <= 0) continue;
        loop.stop();
        return;
      }
    });
  }
  ~interrupts() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  sigset_t set_{};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace program
