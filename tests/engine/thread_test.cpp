// Threads for loops, and the signals of their host.
#include <shipflow/loop.hpp>

#include <doctest/doctest.h>

#include <csignal>

using namespace shipflow;

namespace {

bool is_blocked(int signal) {
  sigset_t now;
  sigemptyset(&now);
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

}  // namespace

TEST_CASE("engine/thread: a thread for a loop takes no signals, and its maker takes them as before") {
  const bool before = is_blocked(SIGTERM);
  bool inside = false;
  int ran = 0;
  auto t = thread_without_signals([&] {
    loop time;
    time.post([&] {
      inside = is_blocked(SIGTERM) && is_blocked(SIGINT);
      ++ran;
    });
    time.run_ready();
  });
  t.join();
  CHECK(ran == 1);
  CHECK(inside);
  CHECK(is_blocked(SIGTERM) == before);
}
