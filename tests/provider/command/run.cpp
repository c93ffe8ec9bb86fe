// The action `run`: what comes out, what fails and how it says so.
#include "provider/command/support.hpp"

using namespace shipflow;
using namespace shipflow::test;

TEST_CASE("provider/command: a program that succeeds gives its exit code and the end of its output") {
  const commands_fixture place;
  const auto p = place.open();
  const auto done = carried_out(*p, shell(verb::apply, "echo one; echo two >&2"));
  CHECK(done.kind == answer_kind::done);
  CHECK(done.value.at("exit_code") == 0);
  CHECK(output_of(done) == "one\ntwo\n");
  CHECK(!done.value.as_object().contains("value"));
}

TEST_CASE("provider/command: a failure names the program, its exit code and its last words") {
  const commands_fixture place;
  const auto p = place.open();
  auto failed =
      carried_out(*p, shell(verb::apply, "echo before; echo '\033[31mno such table\033[0m' >&2; exit 3"));
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem == make_error(errc::failed, "sh exited with code 3: no such table"));
  CHECK(output_of(failed) == "before\nno such table\n");
  failed = carried_out(*p, shell(verb::apply, "kill -9 $$", "other"));
  CHECK(failed.problem.message == "sh was ended by signal 9 (SIGKILL)");
}

TEST_CASE("provider/command: the time limit ends it and is the reason") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "echo half-way; sleep 600");
  q.inputs["time_limit"] = "300ms";
  const auto failed = carried_out(*p, q);
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem == make_error(errc::timeout, "sh did not end within 300ms: half-way"));
  q.what = verb::resolve;
  CHECK(!call(*p, q).problem.retryable());
}

TEST_CASE("provider/command: other exit codes may mean success") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "exit 2");
  q.inputs["success_codes"] = {0, 2};
  CHECK(carried_out(*p, q).value.at("exit_code") == 2);
}

TEST_CASE("provider/command: standard output becomes a value as `capture` says") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "echo noise >&2; printf '{\"image\":\"shop@sha256:1\",\"n\":2}\\n'");
  SUBCASE("json") {
    q.inputs["capture"] = "json";
    CHECK(carried_out(*p, q).value.at("value") == json::parse(R"({"image":"shop@sha256:1","n":2})"));
  }
  SUBCASE("text") {
    q.inputs["capture"] = "text";
    CHECK(carried_out(*p, q).value.at("value") == R"({"image":"shop@sha256:1","n":2})");
  }
  SUBCASE("lines") {
    q.inputs["command"] = {"printf", "a\\n\\nb"};
    q.inputs["capture"] = "lines";
    CHECK(carried_out(*p, q).value.at("value") == json::array{"a", "", "b"});
  }
  SUBCASE("not JSON") {
    q.inputs["command"] = {"echo", "{"};
    q.inputs["capture"] = "json";
    const auto failed = carried_out(*p, q);
    CHECK(failed.kind == answer_kind::failed);
    CHECK(failed.problem.message.starts_with("echo printed no JSON although `capture: json` is set"));
  }
  SUBCASE("more than is kept") {
    q.inputs["command"] = {"seq", "1", "1000"};
    q.inputs["capture"] = "text";
    q.inputs["output_limit"] = 100;
    CHECK(carried_out(*p, q).problem.message ==
          "seq printed 3893 bytes, more than `output_limit` 100 lets `capture` read");
  }
}

TEST_CASE("provider/command: progress shows the last line of output") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply,
                 "printf '10%%\\r55%%'; while [ ! -e " + place.file("go") + " ]; do sleep 0.02; done");
  const auto started = call(*p, q);
  q.what = verb::settle;
  q.handle = started.value;
  answer last;
  CHECK(eventually([&] {
    last = call(*p, q);
    return last.text == "55%";
  }));
  CHECK(last.kind == answer_kind::progress);
  CHECK(last.percent == -1);
  CHECK(last.look_again >= started.look_again);
  std::filesystem::create_directory(place.file("go"));
  CHECK(settled(*p, q, started).kind == answer_kind::done);
}

TEST_CASE("provider/command: output that is not text is made so") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "printf 'a\\377\\000b\\033[1mc'");
  q.inputs["capture"] = "text";
  const auto done = carried_out(*p, q);
  CHECK(output_of(done) ==
        "a\xEF\xBF\xBD"
        "bc");
  CHECK(!json::serialize(done.value).empty());
}

TEST_CASE("provider/command: what cannot start fails by name and was not applied") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "true");
  SUBCASE("program") {
    q.inputs["command"] = {"no-such-program"};
    CHECK(call(*p, q).problem.message.starts_with("program no-such-program is not on the path"));
  }
  SUBCASE("directory") {
    q.inputs["directory"] = "/no/such/place";
    CHECK(call(*p, q).problem.message.starts_with("cannot enter the directory /no/such/place"));
  }
  q.what = verb::resolve;
  CHECK(call(*p, q).kind == answer_kind::not_applied);
}

TEST_CASE("provider/command: wrong inputs are refused with the reason and nothing runs") {
  struct row {
    const char* inputs;
    const char* why;
  };
  const std::vector<row> rows{
      {R"({})", "action `run`: `command` is missing"},
      {R"({"command": []})", "action `run`: `command` must be an argument list that starts with a program"},
      {R"({"command": "ls -l"})", "action `run`: `command` must be a list of texts"},
      {R"({"command": ["ls", ["-l"]]})", "action `run`: `command` must be a list of texts"},
      {R"({"command": ["ls"], "time_limit": 10})",
       "action `run`: `time_limit` must be a duration such as 30s"},
      {R"({"command": ["ls"], "capture": "xml"})",
       "action `run`: `capture` must be one of none, json, text, lines"},
      {R"({"command": ["ls"], "success_codes": [256]})",
       "action `run`: `success_codes` must be a list of exit codes from 0 to 255"},
      {R"({"command": ["ls"], "output_limit": -1})",
       "action `run`: `output_limit` must be a whole number from 0 to 67108864"},
      {R"({"command": ["ls"], "env": ["A"]})", "action `run`: `env` must be a mapping"},
      {R"({"command": ["ls"], "env": {"A": {}}})", "action `run`: `env.A` must be text"},
      {R"({"command": ["ls"], "env": {"A=B": "1"}})", "\"A=B\" cannot name an environment variable"},
      {R"({"command": ["ls"], "directory": "here"})",
       "the directory \"here\" of ls must be an absolute path"},
  };
  const commands_fixture place;
  const auto p = place.open();
  for (const auto& [inputs, why] : rows) {
    auto q = shell(verb::apply, "");
    q.inputs = json::parse(inputs).as_object();
    const auto failed = call(*p, q);
    CHECK(failed.kind == answer_kind::failed);
    CHECK(failed.problem.code == errc::invalid_argument);
    CHECK(failed.problem.message == why);
  }
  auto q = shell(verb::apply, "");
  q.action = "walk";
  CHECK(call(*p, q).problem.code == errc::unsupported);
}

TEST_CASE("provider/command: only allowed programs run, and the search path cannot be bent") {
  const commands_fixture place;
  auto options = place.options();
  options.programs = {"true", "/bin/echo"};
  const auto p = *make_command_provider(options);
  auto q = shell(verb::apply, "true");
  CHECK(call(*p, q).problem ==
        make_error(errc::denied, "program sh is not among those that may be run here"));
  q.inputs["command"] = {"./true"};
  CHECK(call(*p, q).problem.code == errc::denied);
  q.inputs["command"] = {"true"};
  q.inputs["env"] = {{"PATH", "/tmp"}};
  CHECK(call(*p, q).problem.code == errc::denied);
  q.inputs["env"] = {{"LD_PRELOAD", "/tmp/x.so"}};
  CHECK(call(*p, q).problem.code == errc::denied);
  q.inputs.erase("env");
  CHECK(carried_out(*p, q).kind == answer_kind::done);
}

TEST_CASE("provider/command: a provider that could not work is not made") {
  const commands_fixture place;
  auto options = place.options();
  options.state_directory = "relative";
  CHECK(make_command_provider(options).error().code == errc::invalid_argument);
  options = place.options();
  options.programs = {"bin/tool"};
  CHECK(make_command_provider(options).error().code == errc::invalid_argument);
  options = place.options();
  options.state_directory = "/proc/nothing/here";
  CHECK(make_command_provider(options).error().code == errc::io);
}

TEST_CASE("provider/command: a tool must have a version within its bounds, wherever it prints it") {
  const commands_fixture place;
  const auto p = place.open();
  struct row {
    const char* prints;
    const char* version;
    const char* why;  ///< empty: it is good
  };
  const row rows[] = {
      {"echo 'Client Version: v1.28.3'", ">= 1.28", ""},
      {"echo 'openjdk version \"17.0.9\" 2023-10-17' >&2", ">= 17 < 18", ""},
      {"echo jq-1.6", ">= 1.6.0", ""},
      {"echo 'tool 2 of 3, version 4.10.1'", "> 4.9, <= 4.10.1", ""},
      {"echo 10.2", "= 10.2", ""},
      {"echo 10.2", "10.2.0", ""},
      {"echo aws-cli/1.9.12", ">= 2.0", "it is version 1.9.12, and >= 2.0 is needed"},
      {"echo 1.10.0", "< 1.9", "it is version 1.10.0, and < 1.9 is needed"},
      {"echo nothing of the kind 7", ">= 1", "it printed no version, and >= 1 is needed"},
      {"true", ">= 1", "it printed no version, and >= 1 is needed"},
  };
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const auto& r = rows[i];
    CAPTURE(r.prints);
    auto q = shell(verb::apply, r.prints, "effect-" + std::to_string(i));
    q.inputs["expect"] = {{"version", r.version}};
    const auto a = carried_out(*p, q);
    const std::string why = r.why;
    if (why.empty()) {
      CHECK_MESSAGE(a.kind == answer_kind::done, a.problem.message);
    } else {
      CHECK(a.problem == make_error(errc::failed, "sh: " + why));
    }
  }
}

TEST_CASE("provider/command: an identity must be in what is printed; what cannot be expected is refused") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "echo '{\"Account\": \"000000000000\"}'");
  q.inputs["expect"] = {{"contains", "\"000000000000\""}};
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  q = shell(verb::apply, "echo '{\"Account\": \"000000000001\"}'", "other");
  q.inputs["expect"] = {{"contains", "\"000000000000\""}};
  CHECK(carried_out(*p, q).problem.message == "sh: it did not print `\"000000000000\"`");
  const json::value wrong[] = {{{"version", "new"}},   {{"version", ">= 1.2x"}}, {{"version", "~> 1"}},
                               {{"version", ""}},      {{"version", 1}},         {{"contains", ""}},
                               {{"like", "x"}},        json::object{},           "1.2",
                               {{"version", "=> 1.2"}}};
  int n = 0;
  for (const auto& expect : wrong) {
    CAPTURE(json::serialize(expect));
    q = shell(verb::apply, "echo 1.2", "wrong-" + std::to_string(++n));
    q.inputs["expect"] = expect;
    const auto a = carried_out(*p, q);
    CHECK(a.problem.code == errc::invalid_argument);
    CHECK(a.problem.message.find("`expect") != std::string::npos);
  }
}
