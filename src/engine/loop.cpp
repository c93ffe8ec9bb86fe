#include <shipflow/loop.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <utility>

namespace shipflow {
inline namespace v1 {

// Timers are ordered by time, then by id, so that equal times run in order of submission.
struct loop::impl {
  std::mutex guard;
  std::condition_variable wake;
  std::deque<handler> posted;
  std::map<std::pair<time_point, timer_id>, handler> timers;
  std::map<timer_id, time_point> due;
  timer_id last = 0;
  bool stopped = false;
  std::function<void()> ring;
  std::random_device entropy;
  std::mt19937_64 numbers{(static_cast<std::uint64_t>(entropy()) << 32U) ^ entropy()};

  // Takes the next handler that may run now, or an empty one.
  handler take(time_point now) {
    if (!posted.empty()) {
      auto h = std::move(posted.front());
      posted.pop_front();
      return h;
    }
    if (timers.empty() || timers.begin()->first.first > now) return {};
    auto first = timers.extract(timers.begin());
    due.erase(first.key().second);
    return std::move(first.mapped());
  }
};

loop::loop() : impl_(std::make_unique<impl>()) {}
loop::~loop() = default;

time_point loop::now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

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
  const auto id = ++impl_->last;
  impl_->timers.emplace(std::pair{at, id}, std::move(h));
  impl_->due.emplace(id, at);
  return id;
}

void loop::cancel(timer_id timer) {
  const std::lock_guard lock(impl_->guard);
  const auto found = impl_->due.find(timer);
  if (found == impl_->due.end()) return;
  impl_->timers.erase({found->second, timer});
  impl_->due.erase(found);
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
      h = impl_->take(now());
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
    // Woken at least once a second, so that a jump of the wall clock delays no timer by more.
    auto wait = duration{1'000};
    if (!impl_->timers.empty()) wait = std::min(wait, impl_->timers.begin()->first.first - now());
    if (wait.count() > 0) impl_->wake.wait_for(lock, wait);
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
  if (impl_->timers.empty()) return std::nullopt;
  return impl_->timers.begin()->first.first;
}

void loop::on_post(std::function<void()> ring) { impl_->ring = std::move(ring); }

}  // namespace v1
}  // namespace shipflow
