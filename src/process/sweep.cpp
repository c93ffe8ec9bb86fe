#include "process/files.hpp"
#include "process/home.hpp"
#include "process/keeper.hpp"
#include "process/lock.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <set>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace shipflow::process {
namespace {

constexpr int most_passes = 200;

/// Is `mark` one of the NUL-terminated strings of its environment? proc(5), environ.
bool carries(int pid, const std::string& mark) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::string whole = mark + '\0';
  return text.starts_with(whole) || text.find('\0' + whole) != std::string::npos;
}

/// The descriptor is opened before the look, so that what is killed is what was looked at.
bool kill_if_marked(int pid, const std::string& mark) {
  const unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process || !carries(pid, mark)) return false;
  ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  return true;
}

/// One pass over all processes; those found are added. A killed one is found until it is gone.
bool pass(const std::string& mark, std::set<int>& found) {
  bool any = false;
  std::error_code ec;
  for (std::filesystem::directory_iterator item("/proc", ec), end; !ec && item != end; item.increment(ec)) {
    const int pid = std::atoi(item->path().filename().c_str());
    if (pid <= 1 || pid == ::getpid() || !kill_if_marked(pid, mark)) continue;
    any = true;
    found.insert(pid);
  }
  return any;
}

}  // namespace

result<int> sweep(const std::string& home) {
  const auto held = is_locked(home_files(home).lock);
  if (!held) return held.error();
  if (*held) return make_error(errc::conflict, "the program kept in " + home + " still runs; stop it first");
  const std::string mark = std::string(home_mark) + "=" + home;
  std::set<int> found;
  for (int i = 0; pass(mark, found); ++i) {
    if (i == most_passes)
      return make_error(errc::timeout, "processes of " + home + " do not end though they were killed");
    ::poll(nullptr, 0, 5);
  }
  return static_cast<int>(found.size());
}

}  // namespace shipflow::process
