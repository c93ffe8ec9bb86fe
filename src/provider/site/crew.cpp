#include "provider/site/crew.hpp"

#include "base/signals_blocked.hpp"

#include <algorithm>
#include <chrono>

namespace shipflow::site {
namespace {

constexpr int most_tries = 10;
constexpr std::chrono::milliseconds first_pause{100};
constexpr std::chrono::milliseconds longest_pause{5'000};

error cancelled() { return make_error(errc::cancelled, "the work was cancelled"); }

}  // namespace

struct crew::job {
  std::size_t n = 0;
  std::size_t next = 0;
  std::vector<std::pair<std::size_t, int>> again;  ///< items that were throttled, and how often
  double limit = 1;
  double most = 1;
  int working = 0;
  result<void> ended{};
  std::stop_token stop;
  const std::function<result<void>(std::size_t)>* work = nullptr;

  [[nodiscard]] bool done() const { return !ended || (next == n && again.empty()); }
  [[nodiscard]] bool may_begin() const { return !done() && working < static_cast<int>(limit); }
};

crew::~crew() {
  {
    const std::lock_guard guard(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  for (auto& t : threads_) t.join();
}

result<void> crew::alone(std::size_t n, const std::stop_token& stop,
                         const std::function<result<void>(std::size_t)>& work) {
  for (std::size_t i = 0; i < n; ++i) {
    if (stop.stop_requested()) return cancelled();
    if (auto ok = work(i); !ok) return ok;
  }
  return {};
}

result<void> crew::each(std::size_t n, int at_once, const std::stop_token& stop,
                        const std::function<result<void>(std::size_t)>& work) {
  if (n == 0) return {};
  if (count_ == 0) return alone(n, stop, work);
  job j;
  j.n = n;
  j.limit = j.most = std::max(1, at_once);
  j.stop = stop;
  j.work = &work;
  std::unique_lock lock(mutex_);
  if (threads_.empty()) {
    const signals_blocked meanwhile;
    for (int i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
  }
  now_ = &j;
  wake_.notify_all();
  left_.wait(lock, [&] { return j.working == 0 && j.done(); });
  now_ = nullptr;
  return j.ended;
}

void crew::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return over_ || (now_ != nullptr && now_->may_begin()); });
    if (over_) return;
    auto& j = *now_;
    ++j.working;
    while (j.may_begin() || (!j.done() && j.working <= static_cast<int>(j.limit))) {
      std::pair<std::size_t, int> item{j.next, 0};
      if (!j.again.empty()) {
        item = j.again.back();
        j.again.pop_back();
      } else {
        ++j.next;
      }
      lock.unlock();
      auto ok = j.stop.stop_requested() ? result<void>(cancelled()) : (*j.work)(item.first);
      const bool throttled = !ok && ok.error().code == errc::throttled && item.second + 1 < most_tries;
      lock.lock();
      if (throttled) {
        j.limit = std::max(1.0, j.limit / 2);
        // While it is not in a list the job cannot end: this thread counts as working.
        const auto pause = std::min(longest_pause, first_pause * (1 << std::min(item.second, 6)));
        left_.wait_for(lock, pause, [&] { return over_ || !j.ended; });
        j.again.emplace_back(item.first, item.second + 1);
      } else if (!ok) {
        if (j.ended) j.ended = ok;
        left_.notify_all();
      } else {
        j.limit = std::min(j.most, j.limit + 1 / j.limit);
        if (j.working < static_cast<int>(j.limit) && !j.done()) wake_.notify_one();
      }
    }
    --j.working;
    if (!j.done() && j.may_begin()) wake_.notify_one();
    if (j.working == 0) left_.notify_all();
  }
}

}  // namespace shipflow::site
