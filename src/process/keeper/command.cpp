#include "process/keeper/command.hpp"

#include "process/home.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

std::string_view path_of(const keeper_spec& spec) {
  for (const auto& [name, value] : spec.environment)
    if (name == "PATH") return value;
  return default_path;
}

/// The files to try, in order. No shell and no search of the keeper's own path.
std::vector<std::string> candidates(const keeper_spec& spec) {
  const auto& program = spec.argv.front();
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> out;
  auto path = path_of(spec);
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    if (end > 0) out.push_back(std::string(path.substr(0, end)) + "/" + program);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

std::vector<std::string> environment_of(const keeper_spec& spec) {
  std::vector<std::string> out;
  for (const auto& [name, value] : spec.environment)
    if (name != home_mark) out.push_back(name + "=" + value);
  out.push_back(std::string(home_mark) + "=" + spec.home);
  return out;
}

/// The array of pointers that execve(2) wants; valid as long as the strings.
std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (auto& one : strings) out.push_back(one.data());
  out.push_back(nullptr);
  return out;
}

/// Standard input: nothing, or a file in memory, so that nobody has to feed a pipe.
result<unique_fd> input_of(const keeper_spec& spec) {
  if (spec.input.empty()) return unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  unique_fd memory(::memfd_create("input", MFD_CLOEXEC));
  if (!memory) return system_error("cannot hold the input of the program", errno);
  if (auto written = write_all(memory.get(), spec.input, "the input of the program"); !written)
    return written.error();
  if (::lseek(memory.get(), 0, SEEK_SET) != 0)
    return system_error("cannot hold the input of the program", errno);
  return memory;
}

enum class stage : int { directory, descriptors, program };

/// What the child says when it could not execute the program.
struct report {
  stage at = stage::program;
  int error_number = 0;
};

struct preparation {
  pid_t keeper = 0;
  int input = -1, out = -1, err = -1, report_to = -1;
  const char* directory = nullptr;
  std::vector<std::string> programs;
  std::vector<std::string> arguments, environment;
  std::vector<char*> argument_pointers, environment_pointers;
};

[[noreturn]] void give_up(const preparation& p, stage at, int error_number) {
  const report r{at, error_number};
  // If even this fails the parent sees an end without a report and says so.
  if (::write(p.report_to, &r, sizeof r) < 0) ::_exit(126);
  ::_exit(127);
}

void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGHUP, SIGINT, SIGQUIT}) ::signal(number, SIG_DFL);
}

[[noreturn]] void become_program(const preparation& p) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != p.keeper) ::_exit(127);  // the keeper died before the line above took effect
  reset_signals();
  if (::chdir(p.directory) != 0) give_up(p, stage::directory, errno);
  if (::dup2(p.input, 0) < 0 || ::dup2(p.out, 1) < 0 || ::dup2(p.err, 2) < 0)
    give_up(p, stage::descriptors, errno);
  int worst = ENOENT;
  for (const auto& program : p.programs) {
    ::execve(program.c_str(), p.argument_pointers.data(), p.environment_pointers.data());
    // As the shells do: a file that may not be executed is remembered, the search goes on.
    if (errno == EACCES) worst = EACCES;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) give_up(p, stage::program, errno);
  }
  give_up(p, stage::program, worst);
}

std::string absolute(const keeper_spec& spec, const std::string& program) {
  return program.starts_with('/') ? program : spec.directory + "/" + program;
}

error program_missing(const keeper_spec& spec) {
  const auto& program = spec.argv.front();
  if (program.find('/') == std::string::npos)
    return make_error(errc::not_found, "program " + program + " is not on the path of the command (" +
                                           std::string(path_of(spec)) + ")");
  if (exists(absolute(spec, program)))
    return make_error(errc::not_found, "program " + absolute(spec, program) +
                                           " names an interpreter in its first line that does not exist");
  return make_error(errc::not_found, "program " + absolute(spec, program) + " does not exist");
}

error explain(const keeper_spec& spec, const report& r) {
  const auto& program = spec.argv.front();
  if (r.at == stage::directory)
    return system_error("cannot enter the directory " + spec.directory, r.error_number);
  if (r.at == stage::descriptors)
    return system_error("cannot connect the output of " + program, r.error_number);
  switch (r.error_number) {
    case ENOENT: return program_missing(spec);
    case EACCES: return make_error(errc::denied, "program " + program + " is not an executable file");
    case ENOEXEC:
      return make_error(errc::invalid_argument,
                        "program " + program + " is neither a binary of this machine nor starts with #!");
    case E2BIG:
      return make_error(errc::invalid_argument,
                        "arguments and environment of " + program + " are larger than the system allows");
    default: return system_error("cannot execute " + program, r.error_number);
  }
}

/// Reads until the end that execve(2) makes by closing; a report means that it failed.
result<void> await_execution(const unique_fd& reports, const keeper_spec& spec, pid_t pid) {
  report r;
  ssize_t n = 0;
  do {
    n = ::read(reports.get(), &r, sizeof r);
  } while (n < 0 && errno == EINTR);
  if (n == 0) return {};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (n != static_cast<ssize_t>(sizeof r))
    return make_error(errc::io,
                      "cannot execute " + spec.argv.front() + ": its process ended before it began");
  return explain(spec, r);
}

}  // namespace

result<command> execute(const keeper_spec& spec) {
  command started;
  preparation p;
  auto input = input_of(spec);
  if (!input) return input.error();
  auto out = make_pipe();
  if (!out) return out.error();
  auto err = std::pair<unique_fd, unique_fd>();
  if (spec.stdout_limit > 0) {
    auto made = make_pipe();
    if (!made) return made.error();
    err = *std::move(made);
  }
  auto reports = make_pipe();
  if (!reports) return reports.error();
  p.keeper = ::getpid();
  p.input = input->get();
  p.out = out->second.get();
  p.err = err.second ? err.second.get() : p.out;
  p.report_to = reports->second.get();
  p.directory = spec.directory.c_str();
  p.programs = candidates(spec);
  p.arguments = spec.argv;
  p.environment = environment_of(spec);
  p.argument_pointers = pointers(p.arguments);
  p.environment_pointers = pointers(p.environment);
  started.pid = ::fork();
  if (started.pid < 0) return system_error("cannot start a process for " + spec.argv.front(), errno);
  if (started.pid == 0) become_program(p);
  ::setpgid(started.pid, started.pid);  // whoever comes first; the group exists when we return
  reports->second.reset();
  if (auto executed = await_execution(reports->first, spec, started.pid); !executed) return executed.error();
  started.out = std::move(out->first);
  started.err = std::move(err.first);
  for (const auto* end : {&started.out, &started.err})
    if (*end) ::fcntl(end->get(), F_SETFL, O_NONBLOCK);
  return started;
}

}  // namespace shipflow::process
