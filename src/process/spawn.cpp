#include "process/spawn.hpp"

#include "process/files.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

constexpr const char* usual_path = "/usr/local/bin:/usr/bin:/bin";

std::string path_of(const child_spec& spec) {
  for (const auto& [name, value] : spec.environment)
    if (name == "PATH") return value;
  return usual_path;
}

// The first executable file of that name, or empty.
std::string program_of(const child_spec& spec) {
  const auto& name = spec.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const std::string path = path_of(spec);
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find(':', begin), path.size());
    std::string candidate = path.substr(begin, end - begin) + "/" + name;
    if (end > begin && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return {};
}

// Everything exec needs, allocated before fork.
struct image {
  std::string program;
  std::vector<std::string> words;
  std::vector<std::string> settings;
  std::vector<char*> argv;
  std::vector<char*> envp;
  const char* directory = nullptr;
  pid_t parent = 0;
};

image make_image(const child_spec& spec) {
  image i;
  i.program = program_of(spec);
  i.words = spec.argv;
  i.directory = spec.directory.c_str();
  i.parent = ::getpid();
  bool path = false;
  for (const auto& [name, value] : spec.environment) {
    path = path || name == "PATH";
    i.settings.push_back(name + "=" + value);
  }
  if (!path) i.settings.push_back(std::string("PATH=") + usual_path);
  for (auto& w : i.words) i.argv.push_back(w.data());
  for (auto& s : i.settings) i.envp.push_back(s.data());
  i.argv.push_back(nullptr);
  i.envp.push_back(nullptr);
  return i;
}

// Between fork and exec only async-signal-safe calls are allowed.
[[noreturn]] void become(const image& i, int input, int output, int complaints, int report) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != i.parent) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int s = 1; s < NSIG; ++s) ::signal(s, SIG_DFL);
  bool ok = ::dup2(input, 0) == 0 && ::dup2(output, 1) == 1 && ::dup2(complaints, 2) == 2;
  ::syscall(SYS_close_range, 3U, UINT_MAX, 4U /* CLOSE_RANGE_CLOEXEC */);
  ok = ok && ::chdir(i.directory) == 0;
  if (ok) ::execve(i.program.c_str(), i.argv.data(), i.envp.data());
  const int why = errno;
  static_cast<void>(!::write(report, &why, sizeof why));
  ::_exit(127);
}

// What the program reads, whole before it starts, so that nobody has to feed it.
result<unique_fd> input_of(const child_spec& spec) {
  if (spec.input.empty()) {
    unique_fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null) return system_error("/dev/null", errno);
    return null;
  }
  unique_fd text(::memfd_create("input", MFD_CLOEXEC));
  if (!text) return system_error("no memory file", errno);
  if (auto written = write_all(text.get(), spec.input, "the input to memory"); !written)
    return written.error();
  if (::lseek(text.get(), 0, SEEK_SET) != 0) return system_error("memory file", errno);
  return text;
}

}  // namespace

result<spawned> spawn(const child_spec& spec) {
  const image i = make_image(spec);
  if (i.program.empty())
    return make_error(errc::not_found, "program " + spec.argv.front() + " is not in PATH");
  auto out = make_pipe();
  if (!out) return out.error();
  auto report = make_pipe();
  if (!report) return report.error();
  const auto input = input_of(spec);
  if (!input) return input.error();
  const unique_fd nowhere(spec.keep == kept::standard ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : -1);
  const int complaints = spec.keep == kept::standard ? nowhere.get() : out->second.get();
  const pid_t pid = ::fork();
  if (pid < 0) return system_error("no process", errno);
  if (pid == 0) become(i, input->get(), out->second.get(), complaints, report->second.get());
  ::setpgid(pid, pid);  // also here: a kill may come before the child did it
  out->second.reset();
  report->second.reset();
  int why = 0;
  if (::read(report->first.get(), &why, sizeof why) > 0) {
    ::waitpid(pid, nullptr, 0);
    return system_error("cannot run " + spec.argv.front() + " in " + spec.directory, why);
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) {
    const int code = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return system_error("cannot watch the process", code);
  }
  ::fcntl(out->first.get(), F_SETFL, O_NONBLOCK);
  return spawned{pid, pidfd, out->first.release()};
}

}  // namespace shipflow::process
