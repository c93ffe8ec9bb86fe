#include "queue.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace shipflow_c {
namespace {

// Somebody waits for the others: calls want an answer, and a run ends once.
bool may_be_dropped(const shipflow_event& e) { return e.event_kind == SHIPFLOW_EVENT_RUN; }

// {"a":1} with one more member in front.
void add_dropped(std::string& body, std::uint64_t count) {
  body.insert(1, "\"dropped\":" + std::to_string(count) + (body == "{}" ? "" : ","));
}

}  // namespace

event_queue::event_queue(std::size_t limit) : limit_(limit), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw failure(SHIPFLOW_IO, "no descriptor for the event queue");
}

event_queue::~event_queue() { ::close(fd_); }

void event_queue::push(std::unique_ptr<shipflow_event> e) {
  const std::lock_guard lock(guard_);
  const bool plain = may_be_dropped(*e);
  if (plain && plain_ >= limit_) {
    ++dropped_;
    return;
  }
  if (plain && dropped_ != 0) add_dropped(e->body, std::exchange(dropped_, 0));
  plain_ += plain ? 1 : 0;
  const bool was_empty = events_.empty();
  events_.push_back(std::move(e));
  if (was_empty) ring();
}

std::unique_ptr<shipflow_event> event_queue::pop() {
  const std::lock_guard lock(guard_);
  if (events_.empty()) return nullptr;
  auto e = std::move(events_.front());
  events_.pop_front();
  if (may_be_dropped(*e)) --plain_;
  if (!events_.empty()) ring();
  return e;
}

bool event_queue::empty() const {
  const std::lock_guard lock(guard_);
  return events_.empty();
}

void event_queue::ring() noexcept {
  const int kept = errno;
  const std::uint64_t one = 1;
  // A full counter is readable already.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
  errno = kept;
}

void event_queue::hush() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd_, &count, sizeof count);
}

void event_queue::wait(std::int64_t ms) const {
  pollfd p{fd_, POLLIN, 0};
  (void)::poll(&p, 1, static_cast<int>(std::min<std::int64_t>(ms, std::numeric_limits<int>::max())));
}

}  // namespace shipflow_c
