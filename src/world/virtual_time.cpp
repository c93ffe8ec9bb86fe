// The one queue of virtual time. Handlers of programs and of the world stand in it by true time, then by
// the order in which they were given. What is posted, perhaps by another thread, waits beside it until the
// thread that runs the time does anything, so that its place is the same as if it had been queued at once.
#include <shipflow/world.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::uint32_t the_world = 0;

struct entry {
  scheduler::handler run;
  std::uint32_t program = the_world;
  std::optional<time_point> wall;  ///< timers: when the program's clock shows this
};
using place = std::pair<time_point, scheduler::timer_id>;

struct program_state {
  bool paused = false;
  duration off{0};
  std::vector<scheduler::timer_id> held;                                  ///< due while paused, in order
  std::map<scheduler::timer_id, std::function<void(duration)>> watchers;  ///< of the wall clock
};

}  // namespace

struct virtual_time::impl {
  explicit impl(std::uint64_t seed, time_point begin) : now(begin), numbers(seed) {}

  void post(scheduler::handler h, std::uint32_t program) {
    {
      const std::lock_guard lock(guard);
      posted.push_back({std::move(h), program, {}});
      some_posted = true;
    }
    if (ring) ring();
  }
  void take_posted() {
    if (!some_posted) return;
    std::vector<entry> taken;
    {
      const std::lock_guard lock(guard);
      taken.swap(posted);
      some_posted = false;
    }
    for (auto& e : taken) insert(now, std::move(e));
  }
  scheduler::timer_id put(time_point at, entry e) {
    take_posted();
    return insert(at, std::move(e));
  }
  scheduler::timer_id insert(time_point at, entry e) {
    const auto id = ++last;
    places.emplace(id, at);
    queue.emplace(place{at, id}, std::move(e));
    return id;
  }
  void cancel(scheduler::timer_id timer) {
    for (auto& [number, p] : programs) p.watchers.erase(timer);
    const auto found = places.find(timer);
    if (found == places.end()) return;
    queue.erase({found->second, timer});
    held.erase(timer);
    places.erase(found);
  }
  // Handlers may own what gives new work when it is destroyed, so look until nothing is left.
  void forget(std::uint32_t program) {
    programs[program].watchers.clear();
    for (bool some = true; some;) {
      take_posted();
      std::vector<entry> gone;
      for (auto it = queue.begin(); it != queue.end();) {
        const auto here = it++;
        if (here->second.program != program) continue;
        gone.push_back(std::move(here->second));
        places.erase(here->first.second);
        queue.erase(here);
      }
      for (const auto id : std::exchange(programs[program].held, {})) {
        const auto found = held.find(id);
        if (found == held.end()) continue;
        gone.push_back(std::move(found->second));
        held.erase(found);
        places.erase(id);
      }
      some = !gone.empty();
    }
  }
  bool run_first(time_point limit) {
    take_posted();
    while (!queue.empty() && queue.begin()->first.first <= limit) {
      auto first = queue.extract(queue.begin());
      const auto id = first.key().second;
      now = std::max(now, first.key().first);
      auto& owner = programs[first.mapped().program];
      if (owner.paused) {
        owner.held.push_back(id);
        held.emplace(id, std::move(first.mapped()));
        continue;
      }
      places.erase(id);
      ++ran;
      const auto run = std::move(first.mapped().run);
      run();
      return true;
    }
    return false;
  }

  time_point now;
  scheduler::timer_id last = 0;
  std::map<place, entry> queue;
  std::unordered_map<scheduler::timer_id, time_point> places;
  std::map<scheduler::timer_id, entry> held;
  std::map<std::uint32_t, program_state> programs;
  std::uint32_t last_program = the_world;
  std::uint64_t ran = 0;
  std::mt19937_64 numbers;
  std::function<void()> ring;
  std::mutex guard;  // of what is posted
  std::vector<entry> posted;
  std::atomic<bool> some_posted{false};
};

virtual_time::virtual_time(std::uint64_t seed, time_point begin)
    : impl_(std::make_unique<impl>(seed, begin)) {}
virtual_time::~virtual_time() {
  for (std::uint32_t p = 0; p <= impl_->last_program; ++p) impl_->forget(p);
}

time_point virtual_time::now() { return impl_->now; }
void virtual_time::post(handler h) { impl_->post(std::move(h), the_world); }
scheduler::timer_id virtual_time::call_at(time_point at, handler h) {
  return impl_->put(std::max(at, impl_->now), {std::move(h), the_world, at});
}
void virtual_time::cancel(timer_id timer) { impl_->cancel(timer); }
std::uint64_t virtual_time::random() { return impl_->numbers(); }

std::unique_ptr<virtual_program> virtual_time::begin_program() {
  return std::unique_ptr<virtual_program>(new virtual_program(*this, ++impl_->last_program));
}

void virtual_time::run_ready() {
  while (impl_->run_first(impl_->now)) {
  }
}

bool virtual_time::step(time_point limit) { return impl_->run_first(limit); }

bool virtual_time::run_until(const std::function<bool()>& done, duration at_most) {
  const auto limit = impl_->now + at_most;
  while (!done()) {
    if (step(limit)) continue;
    impl_->now = std::max(impl_->now, limit);
    return done();
  }
  return true;
}

std::optional<time_point> virtual_time::next_handler() const {
  impl_->take_posted();
  if (impl_->queue.empty()) return std::nullopt;
  return impl_->queue.begin()->first.first;
}

std::uint64_t virtual_time::handlers() const noexcept { return impl_->ran; }
void virtual_time::on_post(std::function<void()> ring) { impl_->ring = std::move(ring); }
void virtual_time::jump(duration by) {
  impl_->take_posted();
  impl_->now += by;
}
void virtual_time::forget() { impl_->forget(the_world); }

virtual_program::virtual_program(virtual_time& time, std::uint32_t number) : time_(time), number_(number) {}
virtual_program::~virtual_program() { forget(); }

time_point virtual_program::now() { return time_.impl_->now + time_.impl_->programs[number_].off; }
void virtual_program::post(handler h) { time_.impl_->post(std::move(h), number_); }
scheduler::timer_id virtual_program::call_at(time_point at, handler h) {
  auto& shared = *time_.impl_;
  return shared.put(std::max(at - shared.programs[number_].off, shared.now), {std::move(h), number_, at});
}
scheduler::timer_id virtual_program::call_after(duration wait, handler h) {
  return time_.impl_->put(time_.impl_->now + std::max(wait, duration{0}), {std::move(h), number_, {}});
}
scheduler::timer_id virtual_program::watch_clock(std::function<void(duration by)> h) {
  const auto id = ++time_.impl_->last;
  time_.impl_->programs[number_].watchers.emplace(id, std::move(h));
  return id;
}
void virtual_program::cancel(timer_id timer) { time_.impl_->cancel(timer); }
std::uint64_t virtual_program::random() { return time_.random(); }
void virtual_program::forget() { time_.impl_->forget(number_); }
void virtual_program::pause() { time_.impl_->programs[number_].paused = true; }

void virtual_program::proceed() {
  auto& shared = *time_.impl_;
  auto& mine = shared.programs[number_];
  mine.paused = false;
  for (const auto id : std::exchange(mine.held, {})) {
    const auto found = shared.held.find(id);
    if (found == shared.held.end()) continue;  // cancelled meanwhile
    shared.queue.emplace(place{shared.places[id], id}, std::move(found->second));
    shared.held.erase(found);
  }
}

void virtual_program::set_clock(duration off) {
  auto& shared = *time_.impl_;
  auto& mine = shared.programs[number_];
  mine.off += off;
  std::vector<std::pair<place, entry>> moved;
  for (auto it = shared.queue.begin(); it != shared.queue.end();) {
    const auto here = it++;
    if (here->second.program != number_ || !here->second.wall) continue;
    moved.emplace_back(here->first, std::move(here->second));
    shared.queue.erase(here);
  }
  for (auto& [old, e] : moved) {
    const place now_at{std::max(*e.wall - mine.off, shared.now), old.second};
    shared.places[old.second] = now_at.first;
    shared.queue.emplace(now_at, std::move(e));
  }
  // Told like any other handler: never inside this call.
  for (const auto& [id, told] : mine.watchers) post([told, off] { told(off); });
}

}  // namespace v1
}  // namespace shipflow
