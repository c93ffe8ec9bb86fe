// Programs of the world model: what runs in which home, and what it does to resources when it ends.
#pragma once

#include "provider/command/keepers.hpp"

#include <shipflow/providers/command_world.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::commands {

struct simulated_program {
  request about;
  time_point started{};
  time_point ends{};
  int exit_code = 0;
  bool stopped = false;
  bool stalled = false;
  bool over = false;  ///< what it does was done
  std::string prints;
};

class world_keepers final : public keepers {
 public:
  world_keepers(std::shared_ptr<world> where, command_world_options options)
      : where_(std::move(where)), options_(std::move(options)) {}

  /// The call at hand: what starts is started for it.
  void begin_call(const request* q) { q_ = q; }
  /// Lets programs whose time has come end.
  void catch_up();
  /// When the next program ends.
  [[nodiscard]] std::optional<time_point> next_end() const;
  /// The program of an effect that runs now.
  [[nodiscard]] simulated_program* running(const std::string& effect_key);
  /// It ends now with code 1 and leaves its resources in between.
  void break_half_way(simulated_program& p);

  [[nodiscard]] std::map<std::string, std::string>& values() noexcept { return values_; }
  [[nodiscard]] const std::map<std::string, std::string>& values() const noexcept { return values_; }
  [[nodiscard]] const command_world_options& options() const noexcept { return options_; }

  result<process::start_kind> start(const process::keeper_spec& spec) override;
  result<process::state> look(const std::string& home) override;
  result<std::string> output(const std::string& home, std::size_t most, process::stream which) override;
  result<void> ask_stop(const std::string& home) override;
  result<void> remove(const std::string& home) override;
  result<int> sweep(const std::string& /*home*/) override { return 0; }
  bool runnable(const std::string& /*path*/) override { return true; }

 private:
  [[nodiscard]] std::string value_of(const std::string& resource) const;
  [[nodiscard]] std::string printed_by(const request& q, const command_behaviour& how) const;
  [[nodiscard]] const command_behaviour& behaviour_of(const request& q) const;
  void end(simulated_program& p);
  void set(const std::string& resource, const std::optional<std::string>& value);

  std::shared_ptr<world> where_;
  command_world_options options_;
  std::map<std::string, simulated_program> programs_;  ///< by home
  std::map<std::string, std::string> values_;          ///< by resource; those that somebody set
  /// By run and step: what each resource was before it.
  std::map<std::string, std::map<std::string, std::optional<std::string>>> before_;
  const request* q_ = nullptr;
};

/// The resources a task of the request's binding touches, references replaced.
[[nodiscard]] std::vector<std::string> resources_of(const request& q);

}  // namespace shipflow::commands
