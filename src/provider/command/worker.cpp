#include "provider/command/worker.hpp"

#include <chrono>

namespace shipflow::commands {
namespace {

constexpr duration look_interval{10};

}  // namespace

worker::worker(command_options options)
    : options_(std::move(options)),
      keepers_(options_.keeper),
      clerk_(options_, keepers_),
      thread_([this](const std::stop_token& ending) { run(ending); }) {}

worker::~worker() {
  thread_.request_stop();
  thread_.join();
}

void worker::add(request q, reply r) {
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back({std::move(q), std::move(r)});
  }
  changed_.notify_one();
}

void worker::run(const std::stop_token& ending) {
  remove_old_looks(options_.state_directory);
  while (!ending.stop_requested()) {
    call c;
    if (next(ending, c)) serve(std::move(c));
    clerk_.follow_looks();
  }
  clerk_.drop_looks();
}

bool worker::next(const std::stop_token& ending, call& out) {
  std::unique_lock lock(mutex_);
  const auto filled = [this] { return !calls_.empty(); };
  if (!clerk_.looks())
    changed_.wait(lock, ending, filled);
  else
    changed_.wait_for(lock, ending, look_interval, filled);
  if (calls_.empty() || ending.stop_requested()) return false;
  out = std::move(calls_.front());
  calls_.pop_front();
  return true;
}

void worker::serve(call c) {
  if (c.q.what == verb::observe || c.q.what == verb::ready) return clerk_.begin_look(c.q, std::move(c.r));
  c.r(clerk_.answer_to(c.q));
}

}  // namespace shipflow::commands
