// How a kept program ends: limits, requests, kills of whoever watches, and who is left behind.
#include "process/support.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace shipflow;
using namespace shipflow::process;
using namespace shipflow::process::test;

namespace {

/// Ignores SIGTERM in a session of its own and writes its pid.
std::string stubborn(const std::string& pid_file) {
  return "setsid python3 -c 'import os, signal, time\n"
         "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
         "open(\"" +
         pid_file +
         ".new\", \"w\").write(str(os.getpid()))\n"
         "os.rename(\"" +
         pid_file + ".new\", \"" + pid_file +
         "\")\n"
         "time.sleep(600)'";
}

}  // namespace

TEST_CASE(
    "process/endings: the time limit kills grandchildren that ignore SIGTERM in a session of their own") {
  const temporary_directory directory;
  const auto pid_file = directory.path("pid");
  auto spec =
      shell(stubborn(pid_file) + " & trap '' TERM; while :; do sleep 0.05; done", directory.path("home"));
  spec.time_limit = duration{1'500};
  spec.grace = duration{300};
  REQUIRE(start(spec, keeper()).has_value());
  REQUIRE(eventually([&] { return pid_in(pid_file) != 0; }));
  const int grandchild = pid_in(pid_file);
  const int program = look(spec.home)->pid;
  CHECK(lives(grandchild));
  const auto end = await_end(spec.home);
  CHECK(end.timed_out);
  CHECK(!end.stopped);
  CHECK(end.signal == SIGKILL);
  CHECK(!lives(grandchild));
  CHECK(!lives(program));
}

TEST_CASE("process/endings: a request to stop ends the program and all it started") {
  const temporary_directory directory;
  const auto pid_file = directory.path("pid");
  const auto script = "sleep 600 & echo $! > " + pid_file + "; trap 'echo bye; exit 3' TERM; wait";
  const auto spec = shell(script, directory.path("home"));
  REQUIRE(start(spec, keeper()).has_value());
  REQUIRE(eventually([&] { return pid_in(pid_file) != 0; }));
  CHECK(remove(spec.home).error().code == errc::conflict);
  CHECK(ask_stop(spec.home).has_value());
  CHECK(ask_stop(spec.home).has_value());
  const auto end = await_end(spec.home);
  CHECK(end.stopped);
  CHECK(end.exit_code == 3);
  CHECK(text_of(spec.home) == "bye\n");
  CHECK(!lives(pid_in(pid_file)));
  CHECK(ask_stop(spec.home).has_value());
}

TEST_CASE("process/endings: a stopped program can be ended") {
  const temporary_directory directory;
  const auto spec = shell("kill -STOP $$; sleep 600", directory.path("home"));
  REQUIRE(start(spec, keeper()).has_value());
  CHECK(ask_stop(spec.home).has_value());
  CHECK(await_end(spec.home).stopped);
}

TEST_CASE("process/endings: what a program leaves running when it ends is ended too") {
  const temporary_directory directory;
  const auto pid_file = directory.path("pid");
  auto spec = shell(stubborn(pid_file) + " & while [ ! -e " + pid_file + " ]; do sleep 0.02; done; exit 0",
                    directory.path("home"));
  spec.grace = duration{200};
  const auto end = run(spec);
  CHECK(end.exit_code == 0);
  CHECK(end.signal == 0);
  CHECK(!lives(pid_in(pid_file)));
}

TEST_CASE(
    "process/endings: the keeper outlives a host killed in the middle, the next host finds the result") {
  const temporary_directory directory;
  const auto go = directory.path("go");
  const auto spec =
      shell("while [ ! -e " + go + " ]; do sleep 0.02; done; echo result; exit 5", directory.path("home"));
  const pid_t host = ::fork();
  if (host == 0) {
    const bool fine = start(spec, keeper()).has_value();
    ::kill(::getpid(), fine ? SIGKILL : SIGTERM);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(host, &status, 0) == host);
  REQUIRE(WTERMSIG(status) == SIGKILL);
  CHECK(look(spec.home)->what == phase::running);
  REQUIRE(::mkdir(go.c_str(), 0700) == 0);
  CHECK(await_end(spec.home).exit_code == 5);
  CHECK(text_of(spec.home) == "result\n");
}

TEST_CASE(
    "process/endings: a host killed at any moment of a start leaves nothing or one program, and never two") {
  const temporary_directory directory;
  for (int i = 0; i < 25; ++i) {
    CAPTURE(i);
    const auto name = std::to_string(i);
    const auto count = directory.path("count" + name);
    const auto spec = shell("echo x >> " + count, directory.path("home" + name));
    const pid_t host = ::fork();
    if (host == 0) {
      (void)start(spec, keeper());
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(i * 200));
    ::kill(host, SIGKILL);
    ::waitpid(host, nullptr, 0);
    // Absent now is absent for ever: nobody may start it behind our back.
    const auto first = await_end(spec.home).what;
    CHECK((first == phase::absent || first == phase::exited));
    if (first == phase::absent) CHECK(file(count).empty());
    CHECK(run(spec).what == phase::exited);
    CHECK(file(count) == "x\n");
  }
}

TEST_CASE("process/endings: kill -9 of the keeper is lost, the program goes with it, its children by sweep") {
  const temporary_directory directory;
  const auto pid_file = directory.path("pid");
  const auto spec = shell("echo before; " + stubborn(pid_file) + " & wait", directory.path("home"));
  REQUIRE(start(spec, keeper()).has_value());
  REQUIRE(eventually([&] { return pid_in(pid_file) != 0; }));
  const auto now = look(spec.home);
  REQUIRE(now->what == phase::running);
  REQUIRE(now->keeper_pid > 1);
  CHECK(sweep(spec.home).error().code == errc::conflict);
  REQUIRE(::kill(now->keeper_pid, SIGKILL) == 0);
  const auto end = await_end(spec.home);
  CHECK(end.what == phase::lost);
  CHECK(eventually([&] { return !lives(now->pid); }));
  CHECK(text_of(spec.home) == "before\n");
  CHECK(*start(spec, keeper()) == start_kind::adopted);
  CHECK(look(spec.home)->what == phase::lost);
  CHECK(lives(pid_in(pid_file)));
  const int left = pid_in(pid_file);
  CHECK(remove(spec.home).has_value());
  CHECK(!lives(left));
}

TEST_CASE("process/endings: a service is started again as often as allowed, and stops when asked") {
  const temporary_directory directory;
  const auto count = directory.path("count");
  auto spec = shell("echo x >> " + count + "; exit 4", directory.path("home"));
  spec.restart = {2, duration{1}};
  SUBCASE("until the limit") {
    const auto end = run(spec);
    CHECK(end.restarts == 2);
    CHECK(end.exit_code == 4);
    CHECK(file(count) == "x\nx\nx\n");
  }
  SUBCASE("stopped between two starts") {
    spec.restart.backoff = duration{60'000};
    REQUIRE(start(spec, keeper()).has_value());
    REQUIRE(eventually([&] { return look(spec.home)->pid == 0; }));
    CHECK(ask_stop(spec.home).has_value());
    CHECK(await_end(spec.home).stopped);
    CHECK(file(count) == "x\n");
  }
  SUBCASE("stopped while it runs") {
    spec.argv.back() = "exec sleep 600";
    REQUIRE(start(spec, keeper()).has_value());
    CHECK(ask_stop(spec.home).has_value());
    const auto end = await_end(spec.home);
    CHECK(end.restarts == 0);
    CHECK(end.signal == SIGTERM);
  }
}

TEST_CASE("process/endings: the host gets no child and no zombie") {
  const temporary_directory directory;
  CHECK(run(shell("true", directory.path("home"))).exit_code == 0);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("process/endings: a hundred programs at once, from several threads") {
  const temporary_directory directory;
  constexpr int threads = 4;
  constexpr int each = 25;
  std::vector<int> failures(threads, 0);
  std::vector<std::thread> pool;
  const auto home = [&](int n) { return directory.path("home" + std::to_string(n)); };
  for (int t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const int n = t * each + i;
        const auto spec = shell("echo " + std::to_string(n) + "; exit " + std::to_string(n), home(n));
        if (!start(spec, keeper())) ++failures[static_cast<std::size_t>(t)];
      }
    });
  for (auto& thread : pool) thread.join();
  for (const int n : failures) CHECK(n == 0);
  for (int n = 0; n < threads * each; ++n) {
    CHECK(await_end(home(n)).exit_code == n);
    CHECK(text_of(home(n)) == std::to_string(n) + "\n");
  }
}
