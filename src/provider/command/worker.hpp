// One thread that answers requests in order and looks after programs whose end a single call waits for.
#pragma once

#include "provider/command/homes.hpp"
#include "provider/command/job.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace shipflow::commands {

class worker {
 public:
  explicit worker(command_options options);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// From any thread; never blocks for longer than it takes to queue.
  void add(request q, reply r);

 private:
  struct call {
    request q;
    reply r;
  };
  /// An `observe` or `ready` whose program runs.
  struct look {
    verb what;
    recipe run;
    std::string home;
    std::stop_token stop;
    reply r;
  };

  void run(const std::stop_token& ending);
  bool next(const std::stop_token& ending, call& out);
  void serve(call c);
  [[nodiscard]] answer answer_to(const request& q);
  [[nodiscard]] answer carry_out(const request& q, const result<job>& j, direction way);
  [[nodiscard]] answer settle(const request& q);
  [[nodiscard]] answer settle_home(const request& q, const std::string& name, direction way);
  [[nodiscard]] answer resolve(const request& q);
  [[nodiscard]] answer diagnose(const request& q) const;
  void begin_look(call c);
  void follow_looks();
  bool follow(look& l);
  void drop_looks();
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] duration patience(const std::string& name);

  const command_options options_;  // touched by the thread only after construction
  std::vector<look> looks_;
  std::map<std::string, int> times_looked_;
  unsigned long look_number_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<call> calls_;  // guarded by mutex_
  std::jthread thread_;     // last: everything it uses exists before it
};

}  // namespace shipflow::commands
