// Calls to a command provider as an engine makes them, without an engine.
#pragma once

#include <shipflow/providers/command.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace shipflow::test {

/// A state directory, a place for files of commands, and providers on them.
class commands_fixture {
 public:
  commands_fixture();
  ~commands_fixture();
  commands_fixture(const commands_fixture&) = delete;
  commands_fixture& operator=(const commands_fixture&) = delete;

  [[nodiscard]] command_options options() const;
  [[nodiscard]] std::unique_ptr<provider> open() const;
  [[nodiscard]] std::string file(const std::string& name) const { return (place_ / name).string(); }
  [[nodiscard]] std::string state() const { return (place_ / "state").string(); }

 private:
  std::filesystem::path place_;
};

/// `command.run` of `sh -c script` under that effect key.
[[nodiscard]] request shell(verb what, const std::string& script, const std::string& key = "key");
/// Action `name` of a component whose only task that is.
[[nodiscard]] request task(verb what, const std::string& name, const char* definition,
                           json::object inputs = {}, const std::string& key = "key");

[[nodiscard]] std::future<answer> ask(provider& p, request q);
/// The answer; the test ends when there is none within fifteen seconds.
[[nodiscard]] answer call(provider& p, request q);
/// Settles until it is over.
[[nodiscard]] answer settled(provider& p, request q, const answer& started);
/// `call`, then `settled` when it was started.
[[nodiscard]] answer carried_out(provider& p, const request& q);

[[nodiscard]] bool eventually(const std::function<bool()>& holds);
[[nodiscard]] bool lives(int pid);
[[nodiscard]] std::string content(const std::string& path);
[[nodiscard]] int number_in(const std::string& path);
[[nodiscard]] std::string output_of(const answer& a);

}  // namespace shipflow::test
