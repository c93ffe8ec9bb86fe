#include "process/spawn.hpp"

#include <algorithm>
#include <array>
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
#include <utility>

namespace shipflow::process {
namespace {

constexpr const char* usual_path = "/usr/local/bin:/usr/bin:/bin";

class descriptor {
 public:
  explicit descriptor(int fd = -1) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  void reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

error system_error(const std::string& what, int code) {
  const auto kind = code == ENOENT || code == ENOTDIR ? errc::not_found
                    : code == EACCES                  ? errc::denied
                                                      : errc::io;
  return make_error(kind, what + ": " + std::strerror(code));
}

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
result<int> input_of(const child_spec& spec) {
  if (spec.input.empty()) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0) return system_error("/dev/null", errno);
    return null;
  }
  descriptor text(::memfd_create("input", MFD_CLOEXEC));
  if (text.get() < 0) return system_error("no memory file", errno);
  std::string_view left = spec.input;
  while (!left.empty()) {
    const auto n = ::write(text.get(), left.data(), left.size());
    if (n <= 0) return system_error("no memory for the input", errno);
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::lseek(text.get(), 0, SEEK_SET) != 0) return system_error("memory file", errno);
  return text.release();
}

}  // namespace

result<spawned> spawn(const child_spec& spec) {
  const image i = make_image(spec);
  if (i.program.empty())
    return make_error(errc::not_found, "program " + spec.argv.front() + " is not in PATH");
  std::array<int, 2> out{-1, -1};
  std::array<int, 2> report{-1, -1};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return system_error("no pipe", errno);
  descriptor out_read(out[0]);
  descriptor out_write(out[1]);
  if (::pipe2(report.data(), O_CLOEXEC) != 0) return system_error("no pipe", errno);
  const descriptor report_read(report[0]);
  descriptor report_write(report[1]);
  const auto opened = input_of(spec);
  if (!opened) return opened.error();
  const descriptor input(*opened);
  const descriptor nowhere(spec.keep == kept::standard ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : -1);
  const int complaints = spec.keep == kept::standard ? nowhere.get() : out_write.get();
  const pid_t pid = ::fork();
  if (pid < 0) return system_error("no process", errno);
  if (pid == 0) become(i, input.get(), out_write.get(), complaints, report_write.get());
  ::setpgid(pid, pid);  // also here: a kill may come before the child did it
  out_write.reset(-1);
  report_write.reset(-1);
  int why = 0;
  if (::read(report_read.get(), &why, sizeof why) > 0) {
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
  ::fcntl(out_read.get(), F_SETFL, O_NONBLOCK);
  return spawned{pid, pidfd, out_read.release()};
}

}  // namespace shipflow::process
