// What an engine's host turns: the real loop, or one whose time jumps.
#pragma once

#include <shipflow/scheduler.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace shipflow_c {

class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual shipflow::scheduler& time() = 0;
  /// Runs what is due.
  virtual void run_ready() = 0;
  /// When something is due next; the past for now.
  [[nodiscard]] virtual std::optional<shipflow::time_point> next_due() = 0;
  /// Lets virtual time pass to the next timer, at most to `limit`; false when there is none, and always with real time.
  virtual bool advance(shipflow::time_point limit) = 0;
};

/// The system's clock. `ring` is called after every post, from any thread.
[[nodiscard]] std::unique_ptr<clock> make_real_clock(std::function<void()> ring);
[[nodiscard]] std::unique_ptr<clock> make_virtual_clock(std::function<void()> ring,
                                                        shipflow::time_point start, std::uint64_t seed);

}  // namespace shipflow_c
