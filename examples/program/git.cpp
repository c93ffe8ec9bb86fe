#include "git.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;

constexpr std::size_t most_bytes = 1U << 30U;

// Closed on every path.
class descriptor {
 public:
  explicit descriptor(int number = -1) : number_(number) {}
  ~descriptor() { reset(); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }
  void reset(int number = -1) {
    if (number_ >= 0) ::close(number_);
    number_ = number;
  }

 private:
  int number_;
};

bool make_pipe(descriptor& out, descriptor& in) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  out.reset(ends[0]);
  in.reset(ends[1]);
  return true;
}

// False when it is more than is kept.
bool read_all(int from, std::string& to) {
  std::string block(1U << 16U, '\0');
  for (;;) {
    const auto n = ::read(from, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    if (to.size() + static_cast<std::size_t>(n) > most_bytes) return false;
    to.append(block, 0, static_cast<std::size_t>(n));
  }
}

// Git's hooks name their own repository to every git below them; another directory is another repository.
std::vector<char*> environment_for(const std::string& directory) {
  std::vector<char*> out;
  for (char** v = environ; *v != nullptr; ++v) {
    const std::string_view variable = *v;
    bool of_hook = false;
    for (const std::string_view name :
         {"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_OBJECT_DIRECTORY=", "GIT_NAMESPACE=",
          "GIT_COMMON_DIR=", "GIT_ALTERNATE_OBJECT_DIRECTORIES="})
      of_hook = of_hook || variable.starts_with(name);
    if (!of_hook || directory == ".") out.push_back(*v);
  }
  out.push_back(nullptr);
  return out;
}

int spawn(const std::string& directory, const std::vector<std::string>& argv, int out, int err,
          pid_t& child) {
  std::vector<char*> raw;
  raw.reserve(argv.size() + 1);
  for (const auto& a : argv) raw.push_back(const_cast<char*>(a.c_str()));
  raw.push_back(nullptr);
  auto environment = environment_for(directory);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err, 2);
  const int failed = ::posix_spawnp(&child, "git", &actions, nullptr, raw.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  return failed;
}

// What git complained about, on one line: from "fatal:" on, with the remedy that it gives.
std::string complaint(const std::string& said) {
  auto begin = said.find("fatal: ");
  if (begin == std::string::npos) begin = said.find("error: ");
  if (begin == std::string::npos) begin = 0;
  std::string out;
  std::istringstream words(said.substr(begin, 600));
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return out.empty() ? "it failed without a word" : out;
}

}  // namespace

shipflow::result<std::string> ask_git(const std::string& directory,
                                      const std::vector<std::string>& arguments) {
  descriptor out;
  descriptor out_end;
  if (!make_pipe(out, out_end)) return make_error(errc::io, std::string("pipe: ") + std::strerror(errno));
  // What git complains about is short; a file of its own keeps the two streams from blocking each other.
  descriptor complaints(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (complaints.get() < 0) complaints.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
  // What people set for their own eyes must not change what is read.
  std::vector<std::string> argv{"git", "-C", directory};
  for (const char* setting : {"log.showSignature=false", "log.showRoot=true", "log.diffMerges=separate",
                              "diff.renames=false", "diff.relative=false", "diff.ignoreSubmodules=none"})
    argv.insert(argv.end(), {"-c", setting});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  pid_t child = 0;
  if (const int failed = spawn(directory, argv, out_end.get(), complaints.get(), child); failed != 0)
    return make_error(errc::not_found, std::string("git cannot be started: ") + std::strerror(failed));
  out_end.reset();
  std::string text;
  const bool whole = read_all(out.get(), text);
  out.reset();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!whole) return make_error(errc::failed, "git " + arguments.front() + " printed more than 1 GiB");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  std::string said;
  if (::lseek(complaints.get(), 0, SEEK_SET) == 0) (void)read_all(complaints.get(), said);
  return make_error(errc::failed, "git " + arguments.front() + ": " + complaint(said));
}

}  // namespace program
