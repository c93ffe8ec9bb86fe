#include "process/keeper/children.hpp"

#include "base/unique_fd.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <signal.h>
#include <string>
#include <unistd.h>

namespace shipflow::process {
namespace {

struct process_entry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  char state = 'Z';
};

/// proc(5), stat: "pid (name) state ppid pgrp ..."; the name may hold anything, parentheses too.
process_entry read_entry(pid_t pid) {
  process_entry entry;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const unique_fd file(::open(path, O_RDONLY | O_CLOEXEC));
  char text[512];
  const auto n = file ? ::read(file.get(), text, sizeof text - 1) : 0;
  if (n <= 0) return entry;
  text[n] = '\0';
  const char* after_name = std::strrchr(text, ')');
  if (after_name == nullptr) return entry;
  if (std::sscanf(after_name + 1, " %c %d %d", &entry.state, &entry.parent, &entry.group) == 3)
    entry.pid = pid;
  return entry;
}

struct close_directory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

void signal_child(pid_t pid, int number) {
  ::kill(pid, number);
  ::kill(pid, SIGCONT);  // a stopped process would not notice
}

}  // namespace

std::vector<child> list_children() {
  std::vector<child> found;
  const std::unique_ptr<DIR, close_directory> directory(::opendir("/proc"));
  if (!directory) return found;
  const pid_t self = ::getpid();
  while (const auto* item = ::readdir(directory.get())) {
    const int pid = std::atoi(item->d_name);
    if (pid <= 0) continue;
    const auto entry = read_entry(pid);
    if (entry.pid != 0 && entry.parent == self && entry.state != 'Z')
      found.push_back({entry.pid, entry.group});
  }
  return found;
}

void leftovers::ask(pid_t group) {
  for (const auto& one : list_children())
    if (one.group != group && asked_.insert(one.pid).second) signal_child(one.pid, SIGTERM);
}

void leftovers::kill() {
  for (const auto& one : list_children()) ::kill(one.pid, SIGKILL);
}

}  // namespace shipflow::process
