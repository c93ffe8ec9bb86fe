// The team's own script as the one effect of a shadow: started, waited for, never stopped.
#pragma once

#include <shipflow/provider.hpp>

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace program {

/// Provider "script", action "run": starts the program with our standard streams and environment.
class script final : public shipflow::provider {
 public:
  explicit script(std::vector<std::string> argv) : argv_(std::move(argv)) {}

  [[nodiscard]] std::string name() const override { return "script"; }
  [[nodiscard]] std::vector<shipflow::action_spec> actions() const override;
  void call(shipflow::request q, shipflow::reply r) override;

  /// Looks; true when it has ended or could not be started.
  bool ended();
  void wait();
  /// As a shell would say it: 127 when it could not be started, 128 + N when signal N ended it.
  [[nodiscard]] int exit_code() const { return exit_code_.value_or(0); }

 private:
  shipflow::answer start();
  [[nodiscard]] shipflow::answer look(const shipflow::request& q);
  void note(int status);

  std::vector<std::string> argv_;
  pid_t pid_ = 0;
  std::optional<int> exit_code_;
};

}  // namespace program
