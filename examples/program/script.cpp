#include "script.hpp"

#include <cerrno>
#include <csignal>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace program {

using shipflow::answer;
using shipflow::errc;
using shipflow::make_error;
using shipflow::verb;

std::vector<shipflow::action_spec> script::actions() const {
  shipflow::action_spec run;
  run.name = "run";
  run.undo = shipflow::reversibility::forward_only;
  return {run};
}

void script::call(shipflow::request q, shipflow::reply r) {
  if (q.what == verb::apply) return r(start());
  if (q.what == verb::settle) return r(look(q));
  r(answer::done());
}

// This program blocks some signals; the script must not.
answer script::start() {
  std::vector<char*> arguments;
  for (auto& word : argv_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_t how{};
  posix_spawnattr_init(&how);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
  const int trouble = posix_spawnp(&pid_, argv_.front().c_str(), nullptr, &how, arguments.data(), environ);
  posix_spawnattr_destroy(&how);
  if (trouble == 0) return answer::started(pid_);
  exit_code_ = 127;
  return answer::failed(make_error(
      errc::not_found, "cannot start " + argv_.front() + ": " + std::system_category().message(trouble)));
}

answer script::look(const shipflow::request& q) {
  constexpr shipflow::duration again{100};
  // It is not ours to end: a rollback that would have been decided only stops waiting for it.
  if (q.stop.stop_requested()) return answer::failed(make_error(errc::cancelled, "no longer waited for"));
  if (!ended()) return answer::in_progress(-1, "", again);
  if (exit_code_ == 0) return answer::done();
  return answer::failed(
      make_error(errc::failed, argv_.front() + " ended with exit code " + std::to_string(exit_code())));
}

void script::note(int status) {
  constexpr int by_signal = 128;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
}

bool script::ended() {
  int status = 0;
  if (!exit_code_ && pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) note(status);
  return exit_code_.has_value();
}

void script::wait() {
  int status = 0;
  while (!exit_code_ && pid_ > 0) {
    if (waitpid(pid_, &status, 0) == pid_) return note(status);
    if (errno != EINTR) return;
  }
}

}  // namespace program
