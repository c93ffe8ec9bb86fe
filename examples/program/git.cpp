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

int spawn(const std::vector<std::string>& argv, int out, int err, pid_t& child) {
  std::vector<char*> raw;
  raw.reserve(argv.size() + 1);
  for (const auto& a : argv) raw.push_back(const_cast<char*>(a.c_str()));
  raw.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err, 2);
  const int failed = ::posix_spawnp(&child, "git", &actions, nullptr, raw.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed;
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out.push_back(line);
  return out;
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
  std::vector<std::string> argv{"git", "-C", directory};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  pid_t child = 0;
  if (const int failed = spawn(argv, out_end.get(), complaints.get(), child); failed != 0)
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
  return make_error(errc::failed, "git " + arguments.front() + ": " + last_line(said));
}

shipflow::result<history_since> read_history(const history_question& q) {
  history_since to;
  // A revision that begins with a dash would be an option.
  if (q.since.starts_with('-')) return make_error(errc::invalid_argument, "`" + q.since + "` is no revision");
  const auto tags = ask_git(q.directory, {"tag", "--merged", "HEAD"});
  if (!tags) return tags.error();
  to.last = shipflow::latest_version(lines(*tags), q.convention, q.prereleases);
  const auto shallow = ask_git(q.directory, {"rev-parse", "--is-shallow-repository"});
  if (!shallow) return shallow.error();
  if (!to.last && q.since.empty() && shallow->starts_with("true"))
    return make_error(
        errc::invalid_argument,
        "the clone is shallow and has no version's tag: run git fetch --unshallow --tags first");
  const auto begin = !q.since.empty() ? q.since : to.last ? "refs/tags/" + to.last->tag : std::string{};
  std::vector<std::string> arguments{"log", "-z", "--encoding=UTF-8",
                                     "--format=" + std::string(shipflow::git_log_format)};
  if (q.paths) arguments.insert(arguments.end(), {"--name-only", "-m", "--first-parent"});
  arguments.push_back(begin.empty() ? "HEAD" : begin + "..HEAD");
  arguments.emplace_back("--");
  const auto printed = ask_git(q.directory, arguments);
  if (!printed) return printed.error();
  auto commits = shipflow::read_log(*printed);
  if (!commits) return commits.error();
  to.commits = std::move(*commits);
  return to;
}

}  // namespace program
