// A scheduler whose clock jumps from timer to timer: a day costs as long as its events do.
#pragma once

#include <shipflow/scheduler.hpp>

#include <deque>
#include <functional>
#include <map>
#include <random>
#include <utility>

namespace shipflow_test {

class virtual_time final : public shipflow::scheduler {
 public:
  explicit virtual_time(std::uint64_t seed) : numbers_(seed) {}

  shipflow::time_point now() override { return now_; }
  void post(handler h) override { posted_.push_back(std::move(h)); }
  timer_id call_at(shipflow::time_point at, handler h) override {
    timers_.emplace(std::pair{at, ++last_}, std::move(h));
    due_[last_] = at;
    return last_;
  }
  void cancel(timer_id timer) override {
    const auto found = due_.find(timer);
    if (found == due_.end()) return;
    timers_.erase({found->second, timer});
    due_.erase(found);
  }
  std::uint64_t random() override { return numbers_(); }

  /// Runs what is due now, without letting time pass.
  void run_ready() {
    while (!posted_.empty()) {
      auto h = std::move(posted_.front());
      posted_.pop_front();
      h();
    }
  }
  /// Lets time pass to the next timer; false when there is none before `limit`.
  bool step(shipflow::time_point limit) {
    run_ready();
    if (timers_.empty() || timers_.begin()->first.first > limit) return false;
    auto first = timers_.extract(timers_.begin());
    due_.erase(first.key().second);
    if (first.key().first > now_) now_ = first.key().first;
    first.mapped()();
    run_ready();
    return true;
  }
  /// Runs until `done`, or until nothing is left before `for_at_most` has passed.
  bool run_until(const std::function<bool()>& done, shipflow::duration for_at_most = std::chrono::hours(48)) {
    const auto limit = now_ + for_at_most;
    run_ready();
    while (!done()) {
      if (step(limit)) continue;
      now_ = limit;
      return done();
    }
    return true;
  }
  void jump(shipflow::duration by) { now_ += by; }
  /// Forgets everything that is pending, as a crash does.
  void forget() {
    posted_.clear();
    timers_.clear();
    due_.clear();
  }

 private:
  shipflow::time_point now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 3} + std::chrono::hours(10)};
  std::deque<handler> posted_;
  std::map<std::pair<shipflow::time_point, timer_id>, handler> timers_;
  std::map<timer_id, shipflow::time_point> due_;
  timer_id last_ = 0;
  std::mt19937_64 numbers_;
};

}  // namespace shipflow_test
