// Threads that the library makes take no signals: the host's handlers run on the host's threads.
#pragma once

#include <csignal>

namespace shipflow {

/// Blocks every signal for the calling thread while it lives; what is started meanwhile has them blocked for good.
class signals_blocked {
 public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace shipflow
