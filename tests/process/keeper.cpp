// What a kept program does, is told, and leaves.
#include "process/support.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace shipflow;
using namespace shipflow::process;
using namespace shipflow::process::test;

namespace {

std::string why_not(const keeper_spec& spec, errc code) {
  const auto started = start(spec, keeper());
  REQUIRE(!started.has_value());
  CHECK(started.error().code == code);
  CHECK(look(spec.home)->what == phase::absent);
  return started.error().message;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("process/keeper: exit code, both streams and times are found afterwards") {
  const temporary_directory directory;
  const auto home = directory.path("a/b/home");
  CHECK(look(home)->what == phase::absent);
  const auto end = run(shell("echo out; echo err >&2; exit 7", home));
  CHECK(end.what == phase::exited);
  CHECK(end.exit_code == 7);
  CHECK(end.signal == 0);
  CHECK(end.pid == 0);
  CHECK(!end.timed_out);
  CHECK(!end.stopped);
  CHECK(to_ms(end.started) > 0);
  CHECK(end.ended >= end.started);
  CHECK(text_of(home) == "out\nerr\n");
  CHECK(*output(home, 4) == "err\n");
  struct stat found {};
  REQUIRE(::stat(home.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0700U);
  for (const auto& entry : std::filesystem::directory_iterator(home)) {
    REQUIRE(::stat(entry.path().c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600U);
  }
  CHECK(remove(home).has_value());
  CHECK(look(home)->what == phase::absent);
  CHECK(!std::filesystem::exists(home));
}

TEST_CASE("process/keeper: a signal that ends the program is told") {
  const temporary_directory directory;
  const auto end = run(shell("kill -SEGV $$", directory.path("home")));
  CHECK(end.exit_code == -1);
  CHECK(end.signal == SIGSEGV);
}

TEST_CASE("process/keeper: arguments arrive as they are, no shell between") {
  const temporary_directory directory;
  auto spec = shell("", directory.path("home"));
  spec.argv = {"printf", "[%s]", "a b", "$HOME", "", "'\"`;", "\xFF"};
  CHECK(run(spec).exit_code == 0);
  CHECK(text_of(spec.home) == "[a b][$HOME][]['\"`;][\xFF]");
}

TEST_CASE("process/keeper: environment, directory and input are exactly those given") {
  const temporary_directory directory;
  auto spec = shell("pwd; cat; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort", directory.path("home"));
  spec.directory = directory.path();
  spec.environment.emplace_back("GIVEN", "a=b\nc");
  spec.input = "one\ntwo\n";
  CHECK(run(spec).exit_code == 0);
  CHECK(text_of(spec.home) == directory.path() +
                                  "\none\ntwo\nGIVEN=a=b\nPATH=/usr/local/bin:/usr/bin:/bin\n" +
                                  "SHIPFLOW_KEEPER=" + spec.home + "\nc\n");
}

TEST_CASE("process/keeper: nothing the host has open reaches the program") {
  const temporary_directory directory;
  const int leaked = ::open("/etc/passwd", O_RDONLY);  // without O_CLOEXEC
  CHECK(run(shell("ls -l /proc/self/fd", directory.path("home"))).exit_code == 0);
  ::close(leaked);
  const auto text = text_of(directory.path("home"));
  CHECK(!has(text, "passwd"));
  CHECK(!has(text, "socket"));
  CHECK(!has(text, directory.path()));
}

TEST_CASE("process/keeper: standard output is kept alone when asked for") {
  const temporary_directory directory;
  auto spec = shell("echo noise >&2; printf '{\"a\":1}'; echo more >&2", directory.path("home"));
  spec.stdout_limit = 1'000;
  CHECK(run(spec).out_bytes == 7);
  CHECK(*output(spec.home, 1'000, stream::standard) == "{\"a\":1}");
  CHECK(has(text_of(spec.home), "noise"));
  CHECK(has(text_of(spec.home), "{\"a\":1}"));
}

TEST_CASE("process/keeper: a flood of output is bounded on disk and its end is kept") {
  const temporary_directory directory;
  auto spec = shell("seq 1 300000; echo the end", directory.path("home"));
  spec.output_limit = 10'000;
  CHECK(run(spec).exit_code == 0);
  const auto text = text_of(spec.home);
  CHECK(text.size() >= 10'000);
  CHECK(text.size() <= 20'000);
  CHECK(text.ends_with("299999\n300000\nthe end\n"));
}

TEST_CASE("process/keeper: what it cannot start it names, and the home stays unused") {
  const temporary_directory directory;
  auto spec = shell("true", directory.path("home"));
  SUBCASE("name not on the path") {
    spec.argv = {"no-such-program-here"};
    CHECK(why_not(spec, errc::not_found) ==
          "program no-such-program-here is not on the path of the command (/usr/local/bin:/usr/bin:/bin)");
  }
  SUBCASE("path that is not there") {
    spec.argv = {"/no/such/program"};
    CHECK(why_not(spec, errc::not_found) == "program /no/such/program does not exist");
  }
  SUBCASE("relative path counts from the directory") {
    spec.argv = {"./tool"};
    CHECK(why_not(spec, errc::not_found) == "program /tmp/./tool does not exist");
  }
  SUBCASE("not executable") {
    spec.argv = {"/etc/passwd"};
    CHECK(why_not(spec, errc::denied) == "program /etc/passwd is not an executable file");
  }
  SUBCASE("interpreter missing") {
    std::ofstream(directory.path("script")) << "#!/no/such/interpreter\n";
    ::chmod(directory.path("script").c_str(), 0700);
    spec.argv = {directory.path("script")};
    CHECK(has(why_not(spec, errc::not_found), "interpreter"));
  }
  SUBCASE("neither binary nor script") {
    std::ofstream(directory.path("script")) << "echo hello\n";
    ::chmod(directory.path("script").c_str(), 0700);
    spec.argv = {directory.path("script")};
    CHECK(has(why_not(spec, errc::invalid_argument), "#!"));
  }
  SUBCASE("directory missing") {
    spec.directory = "/no/such/place";
    CHECK(has(why_not(spec, errc::not_found), "directory /no/such/place"));
  }
  SUBCASE("arguments too large") {
    spec.argv = {"true", std::string(4U << 20U, 'x')};
    CHECK(has(why_not(spec, errc::invalid_argument), "larger than the system allows"));
  }
  SUBCASE("nothing to run") {
    spec.argv = {};
    CHECK(why_not(spec, errc::invalid_argument) == "the command is empty; name a program");
  }
  SUBCASE("NUL byte") {
    spec.environment.emplace_back("A", std::string(1, '\0'));
    CHECK(has(why_not(spec, errc::invalid_argument), "NUL"));
  }
  if (std::filesystem::exists(spec.home)) CHECK(remove(spec.home).has_value());
  CHECK(run(shell("echo fine", spec.home)).exit_code == 0);
}

TEST_CASE("process/keeper: a keeper that is missing or of another kind is an error that says so") {
  const temporary_directory directory;
  const auto spec = shell("true", directory.path("home"));
  CHECK(start(spec, "").error().code == errc::not_found);
  CHECK(has(start(spec, "/no/keeper").error().message, "/no/keeper"));
  CHECK(start(spec, "/bin/true").error().code == errc::unknown_outcome);
  CHECK(look(spec.home)->what == phase::absent);
  CHECK(find_keeper() == keeper());
}

TEST_CASE("process/keeper: the same home twice runs once, whatever came of it") {
  const temporary_directory directory;
  const auto count = directory.path("count");
  const auto spec = shell("echo x >> " + count + "; sleep 0.2", directory.path("home"));
  CHECK(*start(spec, keeper()) == start_kind::started);
  CHECK(*start(spec, keeper()) == start_kind::adopted);
  CHECK(await_end(spec.home).exit_code == 0);
  CHECK(*start(spec, keeper()) == start_kind::adopted);
  CHECK(file(count) == "x\n");
}

TEST_CASE("process/keeper: secrets are replaced across every border and are in no file") {
  const temporary_directory directory;
  const std::string secret = "S3cr3t-" + std::to_string(::getpid());
  auto spec =
      shell("printf %.5s \"$TOKEN\"; sleep 0.1; printf %s\\\\n \"${TOKEN#?????}\"; echo \"$TOKEN\" >&2; cat",
            directory.path("home"));
  spec.argv.push_back(secret);
  spec.environment.emplace_back("TOKEN", secret);
  spec.input = "from input: " + secret + "\n";
  spec.redact = {secret};
  CHECK(run(spec).exit_code == 0);
  CHECK(text_of(spec.home) == "***\n***\nfrom input: ***\n");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
    if (entry.is_regular_file()) CHECK(!has(file(entry.path()), secret));
  CHECK(has(file(spec.home + "/spec.json"), "\"TOKEN\""));
}

TEST_CASE("process/keeper: a directory that no keeper made is not removed") {
  const temporary_directory directory;
  CHECK(remove(directory.path()).error().code == errc::invalid_argument);
  CHECK(std::filesystem::exists(directory.path()));
  CHECK(remove(directory.path("nothing")).has_value());
  CHECK(ask_stop(directory.path("nothing")).error().code == errc::not_found);
}

TEST_CASE("process/keeper: a status that nobody wrote is corrupt, not a result") {
  const temporary_directory directory;
  const auto spec = shell("true", directory.path("home"));
  CHECK(run(spec).exit_code == 0);
  for (const auto* text : {"", "{", "[]", "{}", "{\"format\":2}"}) {
    std::ofstream(spec.home + "/status.json") << text;
    CHECK(look(spec.home).error().code == errc::corrupt);
  }
}
