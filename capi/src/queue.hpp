// Events on their way to the host, and the descriptor that says that there are some.
#pragma once

#include "event.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

namespace shipflow_c {

class event_queue {
 public:
  /// `limit`: events kept beside calls. Throws `failure` without a descriptor.
  explicit event_queue(std::size_t limit);
  ~event_queue();
  event_queue(const event_queue&) = delete;
  event_queue& operator=(const event_queue&) = delete;

  /// Calls and ends of runs are always kept; other events are dropped and counted while the queue is full.
  void push(std::unique_ptr<shipflow_event> e);
  [[nodiscard]] std::unique_ptr<shipflow_event> pop();
  [[nodiscard]] bool empty() const;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Makes the descriptor readable. Async-signal-safe.
  void ring() noexcept;
  /// Makes it unreadable; what is pushed afterwards makes it readable again.
  void hush() noexcept;
  /// Waits until it is readable, at most so many milliseconds; -1: for ever.
  void wait(std::int64_t ms) const;

 private:
  mutable std::mutex guard_;
  std::deque<std::unique_ptr<shipflow_event>> events_;
  std::size_t limit_;
  std::size_t plain_ = 0;
  std::uint64_t dropped_ = 0;
  int fd_;
};

}  // namespace shipflow_c
