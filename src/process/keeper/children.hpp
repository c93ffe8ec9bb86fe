// The keeper's children: the program and, since the keeper is a subreaper, every descendant whose own
// parent is gone.
#pragma once

#include <set>
#include <sys/types.h>
#include <vector>

namespace shipflow::process {

struct child {
  pid_t pid = 0;
  pid_t group = 0;
};

/// Children of this process as /proc tells, zombies left out. A child stays its parent's until it is
/// waited for, so these pids can be signalled without a race.
[[nodiscard]] std::vector<child> list_children();

/// Signals descendants the program left behind, each once with SIGTERM, then with SIGKILL.
class leftovers {
 public:
  /// Those of `group` were asked already, as a group.
  void ask(pid_t group);
  void kill();
  void forget(pid_t reaped) { asked_.erase(reaped); }

 private:
  std::set<pid_t> asked_;
};

}  // namespace shipflow::process
