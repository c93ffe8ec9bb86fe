// Files and directories that may not be written, as the system refuses them: in a child process
// that is not root, since nothing is refused to root.
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"
#include "conformance/temporary_directory.hpp"

#include <filesystem>
#include <functional>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace shipflow;

namespace {

using conformance::temporary_directory;
constexpr uid_t nobody = 65534;

void become_somebody_else() {
  if (getuid() != 0) return;
  if (setgid(nobody) != 0 || setuid(nobody) != 0) _exit(101);
}

/// The code that `open` ends with in a process of another user; `internal` stands for success.
struct refusal {
  bool opened = false;
  errc code = errc::internal;
  bool names_path = false;
};
refusal open_as_somebody(const sqlite_options& options) {
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    become_somebody_else();
    const auto opened = open_sqlite_store(options);
    if (opened) _exit(100);
    const bool named = opened.error().message.find(options.path) != std::string::npos;
    _exit(static_cast<int>(opened.error().code) + (named ? 50 : 0));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  const int said = WEXITSTATUS(status);
  REQUIRE(said != 101);
  if (said == 100) return {true, {}, {}};
  return {false, static_cast<errc>(said % 50), said >= 50};
}

std::string a_store(const temporary_directory& directory) {
  const auto path = directory.file("store");
  const auto made = open_sqlite_store({path, {}, false});
  REQUIRE(made);
  REQUIRE((*made)->create_run(conformance::a_run("r1"), conformance::first_facts("r1"), {}));
  return path;
}

std::string parent_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

}  // namespace

TEST_CASE("store/sqlite: a file that may not be written is refused with its name, and stays as it is") {
  const temporary_directory directory;
  const auto path = a_store(directory);
  const auto before = std::filesystem::file_size(path);
  REQUIRE(chmod(parent_of(path).c_str(), 0777) == 0);
  REQUIRE(chmod(path.c_str(), 0444) == 0);
  std::filesystem::remove(path + ".lock");
  const auto said = open_as_somebody({path, {}, false});
  if (getuid() == 0) {  // the owner may give itself the right back, and does
    CHECK_FALSE(said.opened);
    CHECK(said.code == errc::denied);
    CHECK(said.names_path);
  }
  CHECK(std::filesystem::file_size(path) == before);
}

TEST_CASE("store/sqlite: a directory that may not be written is refused with the name of the store") {
  const temporary_directory directory;
  const auto path = a_store(directory);
  std::filesystem::remove(path + ".lock");
  REQUIRE(chmod(parent_of(path).c_str(), 0555) == 0);
  const auto said = open_as_somebody({path, {}, false});
  const auto made = open_as_somebody({parent_of(path) + "/new", {}, false});
  REQUIRE(chmod(parent_of(path).c_str(), 0700) == 0);
  for (const auto& answer : {said, made}) {
    CHECK_FALSE(answer.opened);
    CHECK(answer.code == errc::denied);
    CHECK(answer.names_path);
  }
  const auto again = open_sqlite_store({path, {}, false});
  REQUIRE(again);
  CHECK((*again)->get_run("r1"));
}
