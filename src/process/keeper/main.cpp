// shipflow-keeper: started by the library, never by people. Standard input is the socket to the
// library, descriptor 3 the lock `starting`; both are explained in keeper.hpp.
#include "process/keeper/command.hpp"
#include "process/keeper/host.hpp"
#include "process/keeper/record.hpp"
#include "process/keeper/watch.hpp"
#include "process/lock.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

constexpr int socket_fd = 0;
constexpr int starting_fd = 3;

/// What the host left open by accident must not reach the program, nor be held open by us.
void close_strangers() {
  if (::close_range(starting_fd + 1, ~0U, 0) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (int fd = starting_fd + 1; fd < static_cast<int>(limit.rlim_cur); ++fd) ::close(fd);
}

/// Away from the host: not its child, not its terminal's, and secrets in no core file.
void detach() {
  if (::fork() != 0) ::_exit(0);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int number : {SIGPIPE, SIGHUP, SIGINT, SIGQUIT}) ::signal(number, SIG_IGN);
  if (::chdir("/") != 0) ::_exit(1);
  ::fcntl(socket_fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(starting_fd, F_SETFD, FD_CLOEXEC);
}

result<keeper_ears> open_ears(const home_files& files) {
  keeper_ears ears;
  sigset_t heard;
  ::sigemptyset(&heard);
  ::sigaddset(&heard, SIGCHLD);
  ::sigaddset(&heard, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &heard, nullptr);
  ears.signals.reset(::signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!ears.signals) return system_error("the keeper cannot receive signals", errno);
  if (::mkfifo(files.control.c_str(), 0600) != 0 && errno != EEXIST)
    return system_error("cannot make " + files.control, errno);
  ears.control.reset(::open(files.control.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!ears.control) return system_error("cannot open " + files.control, errno);
  return ears;
}

/// Held from the start to the end of the keeper, and what it has to wait with.
struct beginning {
  unique_fd lock;
  keeper_ears ears;
  command program;
};

result<beginning> begin(const keeper_spec& spec, const home_files& files) {
  beginning b;
  auto lock = take_lock(files.lock, duration{5'000});
  if (!lock) return lock.error();
  b.lock = *std::move(lock);
  auto ears = open_ears(files);
  if (!ears) return ears.error();
  b.ears = *std::move(ears);
  const auto written = write_spec(files, spec);
  auto program = written ? execute(spec) : result<command>(written.error());
  if (!program) {
    erase_spec(files);
    return program.error();
  }
  b.program = *std::move(program);
  return b;
}

int keep() {
  const auto spec = receive_spec(socket_fd);
  if (!spec) {
    send_answer(socket_fd, spec.error());
    return 1;
  }
  const home_files files(spec->home);
  auto begun = begin(*spec, files);
  if (!begun) {
    send_answer(socket_fd, begun.error());
    return 1;
  }
  watcher watching(*spec, files, std::move(begun->ears), std::move(begun->program));
  send_answer(socket_fd, {});
  ::dup2(STDOUT_FILENO, socket_fd);  // closes the socket; descriptor 0 stays taken
  ::close(starting_fd);
  watching.run();
  return 0;
}

}  // namespace
}  // namespace shipflow::process

int main(int argc, char**) {
  using namespace shipflow::process;
  if (argc != 2 || ::fcntl(starting_fd, F_GETFD) < 0) {
    std::fputs("shipflow-keeper is started by shipflow and does nothing for people\n", stderr);
    return 2;
  }
  close_strangers();
  detach();
  ::_exit(keep());
}
