#include "base/signals_blocked.hpp"
#include "base/wall_clock.hpp"

#include <shipflow/loop.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace shipflow {
inline namespace v1 {

namespace {

// A difference that is not the rounding or slewing of a healthy clock.
constexpr duration jump_seen{1'000};

duration steady_now() {
  return std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch());
}

// Handlers by time, then by id, so that equal times run in order of submission. The time is wall
// time since the epoch or steady time.
class timer_queue {
 public:
  using entry = std::pair<duration, scheduler::timer_id>;
  void add(duration at, scheduler::timer_id id, scheduler::handler h) {
    handlers_.emplace(entry{at, id}, std::move(h));
    due_.emplace(id, at);
  }
  bool remove(scheduler::timer_id id) {
    const auto found = due_.find(id);
    if (found == due_.end()) return false;
    handlers_.erase({found->second, id});
    due_.erase(found);
    return true;
  }
  /// How long the first one has been due; negative: it is not yet.
  [[nodiscard]] std::optional<duration> overdue(duration now) const {
    if (handlers_.empty()) return std::nullopt;
    return now - handlers_.begin()->first.first;
  }
  [[nodiscard]] scheduler::handler take() {
    auto first = handlers_.extract(handlers_.begin());
    due_.erase(first.key().second);
    return std::move(first.mapped());
  }

 private:
  std::map<entry, scheduler::handler> handlers_;
  std::map<scheduler::timer_id, duration> due_;
};

}  // namespace

struct loop::impl {
  explicit impl(std::function<time_point()> clock) : wall_clock(std::move(clock)) { offset = difference(); }

  std::mutex guard;
  std::condition_variable wake;
  std::function<time_point()> wall_clock;
  std::deque<handler> posted;
  timer_queue at;     // wall time
  timer_queue after;  // steady time
  std::map<timer_id, std::function<void(duration)>> watchers;
  timer_id last = 0;
  bool stopped = false;
  std::function<void()> ring;
  duration offset{0};  // of the wall clock to the steady one
  std::random_device entropy;
  std::mt19937_64 numbers{(static_cast<std::uint64_t>(entropy()) << 32U) ^ entropy()};

  [[nodiscard]] duration wall_now() const { return wall_clock().time_since_epoch(); }
  [[nodiscard]] duration difference() const { return wall_now() - steady_now(); }

  void look_at_clock() {
    const auto now = difference();
    const auto by = now - std::exchange(offset, now);
    if (by > -jump_seen && by < jump_seen) return;
    for (const auto& [id, watcher] : watchers) posted.emplace_back([watcher = watcher, by] { watcher(by); });
  }

  // Takes the next handler that may run now, or an empty one.
  handler take() {
    look_at_clock();
    if (!posted.empty()) {
      auto h = std::move(posted.front());
      posted.pop_front();
      return h;
    }
    const auto wall = at.overdue(wall_now());
    const auto steady = after.overdue(steady_now());
    const bool wall_due = wall && wall->count() >= 0;
    const bool steady_due = steady && steady->count() >= 0;
    if (wall_due && (!steady_due || *wall >= *steady)) return at.take();
    return steady_due ? after.take() : handler{};
  }

  // Woken at least once a second, so that a jump of the wall clock is seen and delays no timer by more.
  [[nodiscard]] duration wait() const {
    auto out = duration{1'000};
    if (const auto wall = at.overdue(wall_now())) out = std::min(out, -*wall);
    if (const auto steady = after.overdue(steady_now())) out = std::min(out, -*steady);
    return out;
  }
};

loop::loop() : loop(shipflow::wall_clock) {}
loop::loop(std::function<time_point()> wall_clock) : impl_(std::make_unique<impl>(std::move(wall_clock))) {}
loop::~loop() = default;

time_point loop::now() { return impl_->wall_clock(); }

void loop::post(handler h) {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->posted.push_back(std::move(h));
  }
  impl_->wake.notify_one();
  if (impl_->ring) impl_->ring();
}

scheduler::timer_id loop::call_at(time_point at, handler h) {
  const std::lock_guard lock(impl_->guard);
  impl_->at.add(at.time_since_epoch(), ++impl_->last, std::move(h));
  return impl_->last;
}

scheduler::timer_id loop::call_after(duration wait, handler h) {
  const std::lock_guard lock(impl_->guard);
  impl_->after.add(steady_now() + wait, ++impl_->last, std::move(h));
  return impl_->last;
}

scheduler::timer_id loop::watch_clock(std::function<void(duration)> h) {
  const std::lock_guard lock(impl_->guard);
  impl_->watchers.emplace(++impl_->last, std::move(h));
  return impl_->last;
}

void loop::cancel(timer_id timer) {
  const std::lock_guard lock(impl_->guard);
  if (!impl_->at.remove(timer) && !impl_->after.remove(timer)) impl_->watchers.erase(timer);
}

std::uint64_t loop::random() {
  const std::lock_guard lock(impl_->guard);
  return impl_->numbers();
}

std::size_t loop::run_ready() {
  std::size_t ran = 0;
  while (true) {
    handler h;
    {
      const std::lock_guard lock(impl_->guard);
      h = impl_->take();
    }
    if (!h) return ran;
    h();
    ++ran;
  }
}

void loop::run_until(const std::function<bool()>& done) {
  while (!stopped() && !done()) {
    if (run_ready() != 0) continue;
    std::unique_lock lock(impl_->guard);
    if (impl_->stopped || !impl_->posted.empty()) continue;
    if (const auto wait = impl_->wait(); wait.count() > 0) impl_->wake.wait_for(lock, wait);
  }
}

void loop::stop() {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->stopped = true;
  }
  impl_->wake.notify_all();
}

bool loop::stopped() const noexcept {
  const std::lock_guard lock(impl_->guard);
  return impl_->stopped;
}

std::optional<time_point> loop::next_due() {
  const std::lock_guard lock(impl_->guard);
  if (!impl_->posted.empty()) return time_point{};
  const auto now = impl_->wall_clock();
  std::optional<time_point> first;
  for (const auto& overdue : {impl_->at.overdue(now.time_since_epoch()), impl_->after.overdue(steady_now())})
    if (overdue && (!first || now - *overdue < *first)) first = now - *overdue;
  return first;
}

void loop::on_post(std::function<void()> ring) { impl_->ring = std::move(ring); }

std::thread thread_without_signals(std::function<void()> work) {
  const signals_blocked meanwhile;
  return std::thread(std::move(work));
}

}  // namespace v1
}  // namespace shipflow
