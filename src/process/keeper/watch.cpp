#include "process/keeper/watch.hpp"

#include "base/wall_clock.hpp"
#include "process/keeper/record.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();
/// How often the end of descendants is pursued, beside every SIGCHLD.
constexpr duration pursuit{100};
constexpr duration longest_rest{60'000};
/// Chunks read from a pipe before signals are looked at again.
constexpr int chunks_at_once = 16;

/// A limit too far away to add to a clock is no limit.
std::chrono::steady_clock::time_point after(duration limit) {
  return limit > std::chrono::hours(24 * 10'000) ? never : std::chrono::steady_clock::now() + limit;
}

std::chrono::steady_clock::time_point limit_of(const keeper_spec& spec) {
  return spec.time_limit.count() > 0 ? after(spec.time_limit) : never;
}

}  // namespace

watcher::watcher(const keeper_spec& spec, const home_files& files, keeper_ears ears, command first)
    : spec_(spec),
      files_(files),
      ears_(std::move(ears)),
      command_(std::move(first)),
      until_(limit_of(spec)),
      out_filter_(spec.redact),
      err_filter_(spec.redact),
      output_(files.output, spec.output_limit),
      standard_(files.standard, spec.stdout_limit) {
  state_.pid = command_.pid;
  state_.started = wall_clock();
  write_running(files_, state_);
}

void watcher::run() {
  if (exists(files_.stop)) request_stop();  // asked before the FIFO was there
  while (mode_ != mode::over) wait();
  state_.ended = wall_clock();
  state_.out_bytes = standard_.total();
  erase_temporaries(files_);
  write_status(files_, state_);
}

int watcher::patience() const {
  if (until_ == never) return -1;
  const auto left = std::chrono::ceil<duration>(until_ - clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000));
}

void watcher::wait() {
  std::array<pollfd, 4> ends{pollfd{ears_.signals.get(), POLLIN, 0}, pollfd{ears_.control.get(), POLLIN, 0},
                             pollfd{command_.out.get(), POLLIN, 0}, pollfd{command_.err.get(), POLLIN, 0}};
  int most = patience();
  if (mode_ == mode::ending || mode_ == mode::killing)
    most = std::min(most < 0 ? 1'000'000 : most, static_cast<int>(pursuit.count()));
  if (::poll(ends.data(), ends.size(), most) < 0) return;
  if (ends[2].revents != 0) pump(command_.out, out_filter_);
  if (ends[3].revents != 0) pump(command_.err, err_filter_);
  if (ends[0].revents != 0) on_signals();
  if (ends[1].revents != 0) on_control();
  on_time();
}

void watcher::on_signals() {
  signalfd_siginfo info{};
  while (::read(ears_.signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    if (info.ssi_signo == SIGTERM) request_stop();
  reap();
}

void watcher::on_control() {
  std::array<char, 64> bytes{};
  while (::read(ears_.control.get(), bytes.data(), bytes.size()) > 0) {
  }
  request_stop();
}

void watcher::on_time() {
  if (mode_ == mode::ending || mode_ == mode::killing) reap();
  if (clock::now() < until_) {
    if (mode_ == mode::ending || mode_ == mode::killing) pursue_leftovers();
    return;
  }
  switch (mode_) {
    case mode::running:
      state_.timed_out = true;
      end_program();
      break;
    case mode::ending: kill_program(); break;
    case mode::resting: begin_again(); break;
    case mode::killing:
    case mode::over: break;
  }
}

void watcher::request_stop() {
  if (mode_ == mode::resting) {
    state_.stopped = true;
    mode_ = mode::over;
  } else if (alive_ && !state_.stopped) {
    state_.stopped = true;
    if (mode_ == mode::running) end_program();
  }
}

void watcher::end_program() {
  mode_ = mode::ending;
  until_ = after(spec_.grace);
  // Not reaped yet, so neither the pid nor the group can be somebody else's.
  ::kill(-command_.pid, SIGTERM);
  ::kill(-command_.pid, SIGCONT);
}

void watcher::kill_program() {
  mode_ = mode::killing;
  until_ = never;
  if (alive_) ::kill(-command_.pid, SIGKILL);
  pursue_leftovers();
}

void watcher::reap() {
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      if (errno == ECHILD && !alive_ && (mode_ == mode::ending || mode_ == mode::killing)) settle();
      return;
    }
    if (info.si_pid == 0) return pursue_leftovers();
    if (info.si_pid == command_.pid && alive_) note_end(info.si_code, info.si_status);
    ::waitpid(info.si_pid, nullptr, 0);
    leftovers_.forget(info.si_pid);
  }
}

void watcher::note_end(int wait_code, int wait_status) {
  alive_ = false;
  state_.exit_code = wait_code == CLD_EXITED ? wait_status : -1;
  state_.signal = wait_code == CLD_EXITED ? 0 : wait_status;
  // The last moment in which its group is certainly its own: it is reaped next.
  if (mode_ == mode::killing)
    ::kill(-command_.pid, SIGKILL);
  else if (mode_ == mode::running)
    end_program();
}

/// What the program leaves behind gets the same treatment as the program.
void watcher::pursue_leftovers() {
  if (mode_ == mode::killing)
    leftovers_.kill();
  else if (mode_ == mode::ending && !alive_)
    leftovers_.ask(command_.pid);
}

/// No descendant is left.
void watcher::settle() {
  close_output();
  state_.pid = 0;
  if (!wants_restart()) {
    mode_ = mode::over;
    return;
  }
  mode_ = mode::resting;
  auto rest = spec_.restart.backoff;
  for (int i = 0; i < state_.restarts && rest < longest_rest; ++i) rest *= 2;
  until_ = after(std::min(rest, longest_rest));
  write_running(files_, state_);
}

bool watcher::wants_restart() const {
  return !state_.stopped && !state_.timed_out && state_.restarts < spec_.restart.limit;
}

void watcher::begin_again() {
  ++state_.restarts;
  auto started = execute(spec_);
  if (!started) {
    state_.problem = "restart " + std::to_string(state_.restarts) + ": " + started.error().message;
    mode_ = mode::over;
    return;
  }
  command_ = *std::move(started);
  alive_ = true;
  mode_ = mode::running;
  until_ = limit_of(spec_);
  state_.pid = command_.pid;
  state_.started = wall_clock();
  write_running(files_, state_);
}

void watcher::pump(unique_fd& pipe, redactor& filter) {
  static std::array<char, 65'536> bytes;
  for (int i = 0; i < chunks_at_once; ++i) {
    const auto n = ::read(pipe.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return pipe.reset();
    keep(filter, filter.feed({bytes.data(), static_cast<std::size_t>(n)}));
  }
}

void watcher::keep(const redactor& from, std::string_view bytes) {
  output_.append(bytes);
  if (&from == &out_filter_ && spec_.stdout_limit > 0) standard_.append(bytes);
}

void watcher::close_output() {
  // Nobody is left who could write: what the pipes hold is all there will be.
  for (auto* pipe : {&command_.out, &command_.err}) {
    auto& filter = pipe == &command_.out ? out_filter_ : err_filter_;
    std::size_t before = 0;
    do {
      before = output_.total();
      if (*pipe) pump(*pipe, filter);
    } while (*pipe && output_.total() != before);
    pipe->reset();
    keep(filter, filter.finish());
  }
}

}  // namespace shipflow::process
