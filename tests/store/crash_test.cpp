// A writer is killed in the middle of its commits, again and again.
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"
#include "conformance/temporary_directory.hpp"

#include <array>
#include <fcntl.h>
#include <map>
#include <poll.h>
#include <random>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace shipflow;

namespace {

using acknowledged = std::map<std::string, std::map<std::int64_t, std::string>>;  // run, rev, hash

class writer_process {
 public:
  explicit writer_process(const std::string& path) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = SHIPFLOW_STORE_WRITER;
    std::string argument = path;
    std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
    REQUIRE(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    out_ = ends[0];
  }
  writer_process(const writer_process&) = delete;
  writer_process& operator=(const writer_process&) = delete;
  ~writer_process() {
    end();
    close(out_);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Reads until `bytes` of acknowledgements came, or nothing for a minute.
  void read_until(std::size_t bytes) {
    std::array<char, 4096> buffer{};
    while (text_.size() < bytes) {
      pollfd ready{out_, POLLIN, 0};
      REQUIRE(poll(&ready, 1, 60'000) == 1);
      const auto size = read(out_, buffer.data(), buffer.size());
      REQUIRE(size > 0);
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  /// What it acknowledged before its end; only whole lines.
  void collect(acknowledged& all) {
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = read(out_, buffer.data(), buffer.size())) > 0;)
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    std::istringstream lines(text_.substr(0, text_.rfind('\n') + 1));
    std::string run;
    std::string hash;
    for (std::int64_t rev = 0; lines >> run >> rev >> hash;) all[run][rev] = hash;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string text_;
};

// Every acknowledged commit is there, nothing is half there.
void check_store(const std::string& path, const acknowledged& all) {
  auto opened = open_sqlite_store({path, "", false});
  REQUIRE(opened);
  auto& s = **opened;
  std::map<std::string, std::string> locks;
  for (const auto& [resource, run] : *s.locks()) locks[run] += resource;
  for (const auto& [run, revs] : all) {
    const auto row = s.get_run(run);
    const auto facts = s.read_facts(run);
    REQUIRE(row);
    REQUIRE(facts);
    CHECK(row->rev == static_cast<std::int64_t>(facts->size()));
    CHECK(row->rev % 2 == 1);  // one fact at first, then two with each commit
    CHECK(conformance::chain_is_whole(run, *facts));
    CHECK(locks[run] == run + " at " + std::to_string(row->rev));
    for (const auto& [rev, hash] : revs) {
      REQUIRE(rev <= row->rev);
      CHECK((*facts)[static_cast<std::size_t>(rev) - 1].hash == hash);
    }
  }
  CHECK(s.adopt("checker", 5));
}

}  // namespace

TEST_CASE(
    "store/sqlite: every commit acknowledged before kill -9 is there afterwards, and nothing by halves") {
  const conformance::temporary_directory directory;
  const auto path = directory.file("store");
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 random(seed);
  acknowledged all;
  for (int round = 0; round < 6; ++round) {
    writer_process writer(path);
    writer.read_until(std::uniform_int_distribution<std::size_t>(1, 60'000)(random));
    writer.end();
    writer.collect(all);
    check_store(path, all);
  }
  CHECK(all.size() == 8);
}

TEST_CASE("store/sqlite: a second writer is refused with the pid of the first, until that one is killed") {
  const conformance::temporary_directory directory;
  const auto path = directory.file("store");
  writer_process writer(path);
  writer.read_until(1);
  const auto refused = open_sqlite_store({path, "", false});
  CHECK(refused.error().code == errc::conflict);
  CHECK(refused.error().message.find("process " + std::to_string(writer.pid())) != std::string::npos);
  const auto looking = open_sqlite_store({path, "", true});
  REQUIRE(looking);
  CHECK((*looking)->read_facts("run-0"));
  writer.end();
  CHECK(open_sqlite_store({path, "", false}));
}
