// Programs under keepers, as this provider uses them. `real_keepers` are those of src/process; the world model
// of a rehearsal puts others under the same code.
#pragma once

#include "process/keeper.hpp"

#include <string>
#include <unistd.h>
#include <utility>

namespace shipflow::commands {

/// Each function as in process/keeper.hpp.
class keepers {
 public:
  keepers() = default;
  keepers(const keepers&) = delete;
  keepers& operator=(const keepers&) = delete;
  virtual ~keepers() = default;
  [[nodiscard]] virtual result<process::start_kind> start(const process::keeper_spec& spec) = 0;
  [[nodiscard]] virtual result<process::state> look(const std::string& home) = 0;
  [[nodiscard]] virtual result<std::string> output(const std::string& home, std::size_t most,
                                                   process::stream which) = 0;
  [[nodiscard]] virtual result<void> ask_stop(const std::string& home) = 0;
  [[nodiscard]] virtual result<void> remove(const std::string& home) = 0;
  [[nodiscard]] virtual result<int> sweep(const std::string& home) = 0;
  /// Is there a program at that path that could be started?
  [[nodiscard]] virtual bool runnable(const std::string& path) = 0;
};

class real_keepers final : public keepers {
 public:
  explicit real_keepers(std::string program) : program_(std::move(program)) {}
  result<process::start_kind> start(const process::keeper_spec& spec) override {
    return process::start(spec, program_);
  }
  result<process::state> look(const std::string& home) override { return process::look(home); }
  result<std::string> output(const std::string& home, std::size_t most, process::stream which) override {
    return process::output(home, most, which);
  }
  result<void> ask_stop(const std::string& home) override { return process::ask_stop(home); }
  result<void> remove(const std::string& home) override { return process::remove(home); }
  result<int> sweep(const std::string& home) override { return process::sweep(home); }
  bool runnable(const std::string& path) override { return ::access(path.c_str(), X_OK) == 0; }

 private:
  const std::string program_;
};

}  // namespace shipflow::commands
