// The scheduler of a real program: the system's clock, one queue, and no thread of its own.
// Work happens inside `run_*` calls, on the thread that makes them.
#pragma once

#include <shipflow/scheduler.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace shipflow {
inline namespace v1 {

/// A scheduler that the host drives. `post` may be called from any thread; everything else from
/// the thread that runs the loop. Handlers left over at destruction are dropped.
class loop final : public scheduler {
 public:
  /// A jump of the wall clock by more than a second against the steady clock is told to those who
  /// watch the clock, at most a second after it happened.
  loop();
  /// With another wall clock: for tests of what a wrong clock does.
  explicit loop(std::function<time_point()> wall_clock);
  ~loop() override;
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  [[nodiscard]] time_point now() override;
  void post(handler h) override;
  timer_id call_at(time_point at, handler h) override;
  timer_id call_after(duration wait, handler h) override;
  timer_id watch_clock(std::function<void(duration by)> h) override;
  void cancel(timer_id timer) override;
  [[nodiscard]] std::uint64_t random() override;

  /// Runs handlers until `done()` is true or `stop` was called; sleeps while nothing is due.
  void run_until(const std::function<bool()>& done);
  /// Runs what is due now and returns how many handlers ran.
  std::size_t run_ready();
  /// Ends `run_until` soon. Callable from any thread and from signal handlers' watchers.
  void stop();
  [[nodiscard]] bool stopped() const noexcept;

  /// When the next handler wants to run: the past when one is posted, empty when there is none.
  [[nodiscard]] std::optional<time_point> next_due();
  /// Called after every `post`, on the thread that posted, for loops inside other loops. Set it
  /// before anything is posted; it must not throw, block, or call the loop.
  void on_post(std::function<void()> ring);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// A thread that takes no signals, for a loop beside the host's own work: they stay with the threads that the host has.
/// Throws what std::thread throws.
[[nodiscard]] std::thread thread_without_signals(std::function<void()> work);

}  // namespace v1
}  // namespace shipflow
