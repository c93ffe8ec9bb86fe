// From requests to answers, and the programs whose end a single call waits for. Knows no thread and no clock.
#pragma once

#include "provider/command/homes.hpp"
#include "provider/command/job.hpp"
#include "provider/command/keepers.hpp"

#include <map>
#include <string>
#include <vector>

namespace shipflow::commands {

class clerk {
 public:
  /// Both must outlive it.
  clerk(const command_options& options, keepers& on) : options_(options), on_(on) {}
  clerk(const clerk&) = delete;
  clerk& operator=(const clerk&) = delete;

  /// Every verb but observe and ready.
  [[nodiscard]] answer answer_to(const request& q);
  /// Starts the program of an `observe` or `ready`; it is answered by this or a later `follow_looks`.
  void begin_look(const request& q, reply r);
  /// Answers the looks whose program ended.
  void follow_looks();
  /// Asks their programs to end; nobody is answered.
  void drop_looks();
  /// Are there any that were not answered yet?
  [[nodiscard]] bool looks() const noexcept { return !looks_.empty(); }

 private:
  /// An `observe` or `ready` whose program runs.
  struct look {
    verb what;
    recipe run;
    std::string home;
    std::stop_token stop;
    reply r;
  };

  [[nodiscard]] answer carry_out(const request& q, const result<job>& j, direction way);
  [[nodiscard]] answer settle(const request& q);
  [[nodiscard]] answer settle_home(const request& q, const std::string& name, direction way);
  [[nodiscard]] answer resolve(const request& q);
  [[nodiscard]] answer diagnose(const request& q);
  bool follow(look& l);
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] duration patience(const std::string& name);

  const command_options& options_;
  keepers& on_;
  std::vector<look> looks_;
  std::map<std::string, int> times_looked_;
  unsigned long look_number_ = 0;
};

}  // namespace shipflow::commands
