// The only door to time and to "later". Everything that needs a clock, a timer or
// randomness is handed these; nothing in the library reads them from the system itself.
#pragma once

#include <shipflow/time.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace shipflow {
inline namespace v1 {

/// A clock, a timer queue and a place to run handlers: one thread of execution at a time.
/// Handlers run in order of time, then of submission, never inside `post` or `call_at`.
class scheduler {
 public:
  using handler = std::function<void()>;
  /// Names a timer; 0 is never a timer.
  using timer_id = std::uint64_t;

  virtual ~scheduler();

  /// Wall time. May jump; the engine records jumps and never loses a timer by one: what is due at a
  /// time of day waits for that time, what is due after a pause does not notice.
  [[nodiscard]] virtual time_point now() = 0;
  /// Runs `h` soon. Callable from any thread.
  virtual void post(handler h) = 0;
  /// Runs `h` when `now() >= at`. Callable only from handlers of this scheduler.
  virtual timer_id call_at(time_point at, handler h) = 0;
  /// Runs `h` after `wait`, whatever the wall clock does meanwhile: for pauses and deadlines. Where
  /// the clock cannot jump that is `call_at(now() + wait)`, which is the default.
  virtual timer_id call_after(duration wait, handler h);
  /// Runs `h` each time the wall clock was seen to jump, by how much, until `cancel`. The default is
  /// for clocks that cannot jump: never. Callable only from handlers or before the first one.
  virtual timer_id watch_clock(std::function<void(duration by)> h);
  /// The handler of a timer that has not run will not run. Unknown ids are ignored.
  virtual void cancel(timer_id timer) = 0;
  /// A random number from the injected source: ids and jitter.
  [[nodiscard]] virtual std::uint64_t random() = 0;
};

}  // namespace v1
}  // namespace shipflow
