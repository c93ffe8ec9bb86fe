#include "clock.hpp"

#include <shipflow/loop.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <utility>

namespace shipflow_c {
namespace {

class real_clock final : public clock {
 public:
  explicit real_clock(std::function<void()> ring) { loop_.on_post(std::move(ring)); }
  shipflow::scheduler& time() override { return loop_; }
  void run_ready() override { loop_.run_ready(); }
  std::optional<shipflow::time_point> next_due() override { return loop_.next_due(); }
  bool advance(shipflow::time_point) override { return false; }

 private:
  shipflow::loop loop_;
};

// Handlers may be posted from any thread; timers belong to the thread that turns the clock.
class virtual_clock final : public clock, private shipflow::scheduler {
 public:
  virtual_clock(std::function<void()> ring, shipflow::time_point start, std::uint64_t seed)
      : ring_(std::move(ring)), now_(start), numbers_(seed) {}

  shipflow::scheduler& time() override { return *this; }

  void run_ready() override {
    while (auto h = take()) h();
  }
  std::optional<shipflow::time_point> next_due() override {
    const std::lock_guard lock(guard_);
    if (!posted_.empty()) return shipflow::time_point{};
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
  }
  bool advance(shipflow::time_point limit) override {
    if (timers_.empty() || timers_.begin()->first.first > limit) return false;
    now_ = std::max(now_, timers_.begin()->first.first);
    run_ready();
    return true;
  }

 private:
  shipflow::time_point now() override { return now_; }
  void post(handler h) override {
    {
      const std::lock_guard lock(guard_);
      posted_.push_back(std::move(h));
    }
    ring_();
  }
  timer_id call_at(shipflow::time_point at, handler h) override {
    const std::lock_guard lock(guard_);
    timers_.emplace(std::pair{at, ++last_}, std::move(h));
    due_.emplace(last_, at);
    return last_;
  }
  void cancel(timer_id timer) override {
    const std::lock_guard lock(guard_);
    const auto found = due_.find(timer);
    if (found == due_.end()) return;
    timers_.erase({found->second, timer});
    due_.erase(found);
  }
  std::uint64_t random() override { return numbers_(); }

  handler take() {
    const std::lock_guard lock(guard_);
    if (!posted_.empty()) {
      auto h = std::move(posted_.front());
      posted_.pop_front();
      return h;
    }
    if (timers_.empty() || timers_.begin()->first.first > now_) return {};
    auto first = timers_.extract(timers_.begin());
    due_.erase(first.key().second);
    return std::move(first.mapped());
  }

  std::mutex guard_;
  std::function<void()> ring_;
  shipflow::time_point now_;
  std::deque<handler> posted_;
  std::map<std::pair<shipflow::time_point, timer_id>, handler> timers_;
  std::map<timer_id, shipflow::time_point> due_;
  timer_id last_ = 0;
  std::mt19937_64 numbers_;
};

}  // namespace

std::unique_ptr<clock> make_real_clock(std::function<void()> ring) {
  return std::make_unique<real_clock>(std::move(ring));
}

std::unique_ptr<clock> make_virtual_clock(std::function<void()> ring, shipflow::time_point start,
                                          std::uint64_t seed) {
  return std::make_unique<virtual_clock>(std::move(ring), start, seed);
}

}  // namespace shipflow_c
