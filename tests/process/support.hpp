// What the tests of kept programs share.
#pragma once

#include "process/keeper.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace shipflow::process::test {

/// A directory of its own, removed at the end.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  [[nodiscard]] std::string path(const std::string& name = {}) const;

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string keeper();
/// `sh -c script` in `directory`, with a PATH and a grace of a second.
[[nodiscard]] keeper_spec shell(const std::string& script, const std::string& home);
/// Polls until it holds or fifteen seconds are over.
[[nodiscard]] bool eventually(const std::function<bool()>& holds);
/// Waits until the home is no longer running.
[[nodiscard]] state await_end(const std::string& home);
/// `start` and `await_end`; fails the test when it cannot start.
[[nodiscard]] state run(const keeper_spec& spec);
[[nodiscard]] std::string text_of(const std::string& home);
/// Is there a process of that id that is not a zombie?
[[nodiscard]] bool lives(int pid);
/// Content of a file, or empty.
[[nodiscard]] std::string file(const std::string& path);
/// The first number in a file, 0 while there is none.
[[nodiscard]] int pid_in(const std::string& path);

}  // namespace shipflow::process::test
