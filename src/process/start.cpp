#include "process/files.hpp"
#include "process/home.hpp"
#include "process/keeper.hpp"
#include "process/lock.hpp"
#include "process/wire.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

using clock = std::chrono::steady_clock;
constexpr duration patience{10'000};
/// Above the descriptors that the keeper expects to find its own at.
constexpr int first_free_fd = 10;

error wrong(std::string message) { return make_error(errc::invalid_argument, std::move(message)); }

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

result<void> check_environment(const keeper_spec& spec) {
  for (const auto& [name, value] : spec.environment) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name))
      return wrong("\"" + name.substr(0, 40) + "\" cannot name an environment variable");
    if (has_nul(value)) return wrong("environment variable " + name + " holds a NUL byte");
  }
  return {};
}

result<void> check(const keeper_spec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty()) return wrong("the command is empty; name a program");
  for (const auto& argument : spec.argv)
    if (has_nul(argument)) return wrong("an argument of " + spec.argv.front() + " holds a NUL byte");
  if (!spec.home.starts_with('/') || has_nul(spec.home))
    return wrong("the home of a keeper must be an absolute path");
  if (!spec.directory.starts_with('/') || has_nul(spec.directory))
    return wrong("the directory \"" + spec.directory + "\" of " + spec.argv.front() +
                 " must be an absolute path");
  if (spec.time_limit.count() < 0 || spec.grace.count() < 0 || spec.restart.backoff.count() < 0)
    return wrong("time limit, grace and backoff of " + spec.argv.front() + " must not be negative");
  if (spec.restart.limit < 0)
    return wrong("the restart limit of " + spec.argv.front() + " must not be negative");
  return check_environment(spec);
}

result<void> make_home(const std::string& home) {
  std::error_code ec;
  const auto parent = std::filesystem::path(home).parent_path();
  if (!std::filesystem::is_directory(parent, ec)) {
    // Missing parents are private too: umask cannot be used, it belongs to the whole process.
    if (auto made = make_home(parent.string()); !made) return made;
  }
  if (::mkdir(home.c_str(), 0700) != 0 && errno != EEXIST) return system_error("cannot make " + home, errno);
  struct stat found {};
  if (::stat(home.c_str(), &found) != 0) return system_error("cannot read " + home, errno);
  if (!S_ISDIR(found.st_mode)) return make_error(errc::already_exists, home + " is not a directory");
  return {};
}

/// A copy that cannot collide with the numbers 0 to 3, even when the host closed its own.
result<unique_fd> out_of_the_way(const unique_fd& fd) {
  unique_fd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, first_free_fd));
  if (!copy) return system_error("cannot copy a descriptor", errno);
  return copy;
}

struct spawn_settings {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  spawn_settings(int socket, int starting) {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, socket, 0);
    ::posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, starting, 3);
    ::posix_spawnattr_init(&attributes);
    sigset_t set;
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&attributes, &set);
    ::sigfillset(&set);
    ::posix_spawnattr_setsigdefault(&attributes, &set);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
  ~spawn_settings() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
};

error keeper_unusable(const std::string& program, int error_number) {
  auto e = system_error("cannot start the keeper program " + program, error_number);
  e.message += "; it is installed with shipflow in libexec/shipflow";
  return e;
}

result<void> spawn_keeper(const std::string& program, const std::string& home, int socket, int starting) {
  const spawn_settings settings(socket, starting);
  std::string name = "shipflow-keeper";
  std::string argument = home;
  const std::array<char*, 3> arguments{name.data(), argument.data(), nullptr};
  const std::array<char*, 1> environment{nullptr};
  pid_t pid = 0;
  const int failure = ::posix_spawn(&pid, program.c_str(), &settings.files, &settings.attributes,
                                    arguments.data(), environment.data());
  if (failure != 0) return keeper_unusable(program, failure);
  // It forks at once and this first process ends; a host that reaps everything may have been faster.
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {};
}

error no_answer(const std::string& home) {
  return make_error(errc::unknown_outcome,
                    "the keeper of " + home + " did not answer within " + format_duration(patience));
}

/// Waits until the socket is ready for what is wanted; false when the time is over.
bool await(int socket, short what, clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<duration>(until - clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket, what, 0};
    const int n = ::poll(&one, 1, static_cast<int>(left));
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

result<void> send_spec(int socket, std::string_view bytes, const std::string& home, clock::time_point until) {
  while (!bytes.empty()) {
    if (!await(socket, POLLOUT, until)) return no_answer(home);
    const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return {};  // it refused the header; its answer says why
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

result<void> receive_answer(int socket, const std::string& home, clock::time_point until) {
  std::string text;
  std::array<char, 4096> bytes{};
  for (;;) {
    if (!await(socket, POLLIN, until)) return no_answer(home);
    const auto n = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return wire::decode_answer(text);
    text.append(bytes.data(), static_cast<std::size_t>(n));
  }
}

result<void> launch(const keeper_spec& spec, const std::string& program, const unique_fd& starting) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return system_error("cannot make a socket for the keeper", errno);
  const unique_fd ours(pair[0]);
  unique_fd theirs(pair[1]);
  auto socket = out_of_the_way(theirs);
  auto lock = out_of_the_way(starting);
  if (!socket) return socket.error();
  if (!lock) return lock.error();
  if (auto spawned = spawn_keeper(program, spec.home, socket->get(), lock->get()); !spawned) return spawned;
  theirs.reset();
  socket->reset();
  const auto until = clock::now() + patience;
  if (auto sent = send_spec(ours.get(), wire::encode(spec), spec.home, until); !sent) return sent;
  return receive_answer(ours.get(), spec.home, until);
}

}  // namespace

result<start_kind> start(const keeper_spec& spec, const std::string& keeper_program) {
  if (auto checked = check(spec); !checked) return checked.error();
  if (keeper_program.empty())
    return make_error(errc::not_found,
                      "the program shipflow-keeper was not found; it is installed with shipflow");
  if (auto made = make_home(spec.home); !made) return made.error();
  const home_files files(spec.home);
  // Held by us until the keeper holds its copy, so there is no moment in which a start under way
  // looks like none.
  const auto starting = take_lock(files.starting, patience);
  if (!starting) return starting.error();
  if (exists(files.spec)) return start_kind::adopted;
  if (auto launched = launch(spec, keeper_program, *starting); !launched) return launched.error();
  return start_kind::started;
}

}  // namespace shipflow::process
