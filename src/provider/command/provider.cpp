#include "provider/command/worker.hpp"

#include <shipflow/providers/command.hpp>

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>

namespace shipflow {
namespace commands {
namespace {

class command_provider final : public provider {
 public:
  explicit command_provider(command_options options) : worker_(std::move(options)) {}

  [[nodiscard]] std::string name() const override { return "command"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return {run_spec()}; }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return actions_for(target);
  }
  void call(request q, reply r) override { worker_.add(std::move(q), std::move(r)); }

 private:
  worker worker_;
};

result<void> check(const command_options& options) {
  if (!options.state_directory.starts_with('/'))
    return make_error(
        errc::invalid_argument,
        "the state directory of commands must be an absolute path, not \"" + options.state_directory + "\"");
  for (const auto& program : options.programs)
    if (program.empty() || (program.find('/') != std::string::npos && !program.starts_with('/')))
      return make_error(errc::invalid_argument,
                        "allowed program \"" + program + "\" must be a name or an absolute path");
  return {};
}

result<void> make_directory(const std::string& path) {
  std::error_code ec;
  const bool made = std::filesystem::create_directories(path, ec);
  if (ec) return make_error(errc::io, "cannot make " + path + ": " + ec.message());
  if (made && ::chmod(path.c_str(), 0700) != 0)
    return make_error(errc::io, "cannot make " + path + " private");
  return {};
}

}  // namespace
}  // namespace commands

inline namespace v1 {

result<std::unique_ptr<provider>> make_command_provider(command_options options) {
  if (auto fine = commands::check(options); !fine) return fine.error();
  while (options.state_directory.size() > 1 && options.state_directory.ends_with('/'))
    options.state_directory.pop_back();
  if (options.keeper.empty()) options.keeper = process::find_keeper();
  if (options.keeper.empty())
    return make_error(errc::not_found,
                      "the program shipflow-keeper was not found; it is installed with shipflow");
  if (auto made = commands::make_directory(options.state_directory); !made) return made.error();
  return std::make_unique<commands::command_provider>(std::move(options));
}

}  // namespace v1
}  // namespace shipflow
