// Crashes, requests to stop, repeated calls, many at once: nothing runs twice and nothing is left over.
#include "provider/command/support.hpp"

#include <map>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace shipflow;
using namespace shipflow::test;

namespace {

/// The only directory of a command below the state directory.
std::string only_home(const commands_fixture& place) {
  for (const auto& entry : std::filesystem::directory_iterator(place.state())) return entry.path();
  return {};
}

int keeper_of(const std::string& home) {
  const auto text = content(home + "/running.json");
  return text.empty() ? 0 : static_cast<int>(json::parse(text).at("keeper").as_int64());
}

}  // namespace

TEST_CASE("provider/command: the same effect key twice runs once, also by two providers at once") {
  const commands_fixture place;
  const auto count = place.file("count");
  const auto q = shell(verb::apply, "echo x >> " + count + "; sleep 0.1");
  const auto one = place.open();
  const auto two = place.open();
  auto first = ask(*one, q);
  auto second = ask(*two, q);
  const auto a = first.get();
  const auto b = second.get();
  CHECK(a.value == b.value);
  CHECK(settled(*one, q, a).kind == answer_kind::done);
  CHECK(settled(*two, q, b).kind == answer_kind::done);
  CHECK(carried_out(*one, q).kind == answer_kind::done);
  CHECK(content(count) == "x\n");
  CHECK(carried_out(*one, shell(verb::apply, "echo y >> " + count, "next")).kind == answer_kind::done);
  CHECK(content(count) == "x\ny\n");
}

TEST_CASE("provider/command: an engine killed with -9 loses nothing, the next one finds the result") {
  const commands_fixture place;
  const auto q =
      shell(verb::apply, "while [ ! -e " + place.file("go") + " ]; do sleep 0.02; done; echo x >> " +
                             place.file("count") + "; echo result");
  const pid_t engine = ::fork();
  if (engine == 0) {
    const auto p = make_command_provider(place.options());
    if (p && ask(**p, q).get().kind == answer_kind::started) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(engine, &status, 0) == engine);
  REQUIRE(WIFSIGNALED(status));
  const auto p = place.open();
  auto look = q;
  look.what = verb::resolve;
  const auto under_way = call(*p, look);
  CHECK(under_way.kind == answer_kind::started);
  std::filesystem::create_directory(place.file("go"));
  const auto done = settled(*p, q, under_way);
  CHECK(done.kind == answer_kind::done);
  CHECK(output_of(done) == "result\n");
  CHECK(call(*p, look).kind == answer_kind::done);
  CHECK(call(*p, look).value == done.value);
  CHECK(content(place.file("count")) == "x\n");
}

TEST_CASE("provider/command: resolve tells done, failed and never begun apart") {
  const commands_fixture place;
  const auto p = place.open();
  auto look = shell(verb::resolve, "");
  CHECK(call(*p, look).kind == answer_kind::not_applied);
  CHECK(carried_out(*p, shell(verb::apply, "exit 4")).kind == answer_kind::failed);
  const auto failed = call(*p, look);
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem.message == "sh exited with code 4");
}

TEST_CASE("provider/command: kill -9 of the keeper is unknown with evidence, the program is gone") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "echo $$ > " + place.file("pid") + "; echo written; sleep 600 & echo $! > " +
                                  place.file("child") + "; wait");
  const auto started = call(*p, q);
  REQUIRE(eventually([&] { return number_in(place.file("child")) != 0; }));
  auto look = q;
  look.what = verb::diagnose;  // what the keeper has not read yet dies with it
  REQUIRE(eventually([&] { return output_of(call(*p, look)) == "written\n"; }));
  const int keeper = keeper_of(only_home(place));
  REQUIRE(keeper > 1);
  REQUIRE(::kill(keeper, SIGKILL) == 0);
  const auto lost = settled(*p, q, started);
  CHECK(lost.kind == answer_kind::conflict);
  CHECK(lost.problem.message.find("keeper was killed") != std::string::npos);
  CHECK(output_of(lost) == "written\n");
  CHECK(eventually([&] { return !lives(number_in(place.file("pid"))); }));
  CHECK(!lives(number_in(place.file("child"))));
  q.what = verb::resolve;
  CHECK(call(*p, q).kind == answer_kind::unknown);
  CHECK(output_of(call(*p, q)) == "written\n");
  q.what = verb::apply;
  CHECK(call(*p, q).kind == answer_kind::unknown);
}

TEST_CASE("provider/command: a command no longer wanted is ended with all its descendants") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "setsid sh -c 'trap \"\" TERM; echo $$ > " + place.file("pid") +
                                  "; while :; do sleep 0.05; done' & sleep 600");
  q.inputs["grace"] = "200ms";
  const auto started = call(*p, q);
  REQUIRE(eventually([&] { return number_in(place.file("pid")) != 0; }));
  const int descendant = number_in(place.file("pid"));
  CHECK(lives(descendant));
  std::stop_source stop;
  q.stop = stop.get_token();
  stop.request_stop();
  const auto failed = settled(*p, q, started);
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem.code == errc::cancelled);
  CHECK(!lives(descendant));
}

TEST_CASE("provider/command: a command that ends well when asked to stop has failed all the same") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done");
  const auto started = call(*p, q);
  std::stop_source stop;
  q.stop = stop.get_token();
  stop.request_stop();
  CHECK(settled(*p, q, started).problem.code == errc::cancelled);
  q.effect_key = "not begun";
  CHECK(call(*p, q).problem.code == errc::cancelled);
  q.what = verb::resolve;
  CHECK(call(*p, q).kind == answer_kind::not_applied);
}

TEST_CASE("provider/command: undo runs its command once, in a home of its own") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "echo forward >> " + place.file("log"));
  q.inputs["undo"] = {"sh", "-c", "echo \"back $SHIPFLOW_BASELINE\" >> " + place.file("log")};
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  q.what = verb::undo;
  q.baseline = {{"a", 1}};
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  CHECK(content(place.file("log")) == "forward\nback {\"a\":1}\n");
}

TEST_CASE("provider/command: undo may have directory, environment and inputs of its own, or do nothing") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::undo, "exit 9");
  q.inputs["env"] = {{"A", "forward"}, {"B", "forward"}};
  q.inputs["undo"] = {{"command", {"sh", "-c", "echo \"$PWD $A $B $SHIPFLOW_INPUT_TO\""}},
                      {"directory", "/usr"},
                      {"env", {{"B", "back"}}},
                      {"with", {{"to", "0001"}}}};
  CHECK(output_of(carried_out(*p, q)) == "/usr forward back 0001\n");
  q.inputs.erase("undo");
  q.effect_key = "nothing";
  CHECK(call(*p, q).kind == answer_kind::done);
  q.inputs["undo"] = {{"comand", {"true"}}};
  CHECK(call(*p, q).problem.message.find("`comand` is not known") == std::string::npos);
  CHECK(call(*p, q).problem.message == "action `run`, undo: `command` is missing");
}

TEST_CASE("provider/command: resolve finds an undo too, as the end of a scope needs") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::undo, "true");
  q.inputs["undo"] = {"sh", "-c", "echo back"};
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  q.what = verb::resolve;
  CHECK(output_of(call(*p, q)) == "back\n");
}

TEST_CASE("provider/command: diagnose gives what the command printed") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::apply, "echo evidence; exit 1");
  CHECK(carried_out(*p, q).kind == answer_kind::failed);
  q.what = verb::diagnose;
  CHECK(output_of(call(*p, q)) == "evidence\n");
  q.effect_key = "other";
  CHECK(call(*p, q).value.at("state") == "absent");
}

TEST_CASE("provider/command: a handle that it never gave is refused, whatever it holds") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = shell(verb::settle, "true");
  for (const auto* text :
       {"null", "{}", "[1]", R"({"home":"../../etc","way":"forward"})", R"({"home":1,"way":"back"})"}) {
    q.handle = json::parse(text);
    CHECK(call(*p, q).problem.code == errc::corrupt);
  }
  q.handle = {{"home", "0123456789abcdef0123456789abcdef"}, {"way", "forward"}};
  CHECK(call(*p, q).kind == answer_kind::conflict);
}

TEST_CASE(
    "provider/command: a provider that goes leaves its programs running and no call without an answer") {
  const commands_fixture place;
  std::vector<std::future<answer>> calls;
  {
    const auto p = place.open();
    CHECK(call(*p, shell(verb::apply, "sleep 0.3; echo done", "long")).kind == answer_kind::started);
    for (int i = 0; i < 20; ++i) calls.push_back(ask(*p, shell(verb::apply, "true", std::to_string(i))));
  }
  for (auto& answered : calls) {
    const auto kind = answered.get().kind;
    CHECK((kind == answer_kind::started || kind == answer_kind::unknown));
  }
  const auto p = place.open();
  CHECK(output_of(carried_out(*p, shell(verb::apply, "sleep 0.3; echo done", "long"))) == "done\n");
}

TEST_CASE("provider/command: a hundred commands at once each end with their own result") {
  const commands_fixture place;
  const auto p = place.open();
  std::vector<std::pair<request, std::future<answer>>> calls;
  for (int i = 0; i < 100; ++i) {
    auto q = shell(verb::apply, "echo " + std::to_string(i) + "; exit " + std::to_string(i % 5),
                   std::to_string(i));
    auto answered = ask(*p, q);
    calls.emplace_back(std::move(q), std::move(answered));
  }
  for (int i = 0; i < 100; ++i) {
    auto& [q, answered] = calls[static_cast<std::size_t>(i)];
    const auto end = settled(*p, q, answered.get());
    CHECK(end.kind == (i % 5 == 0 ? answer_kind::done : answer_kind::failed));
    CHECK(output_of(end) == std::to_string(i) + "\n");
  }
}

TEST_CASE("provider/command: results are kept until they are given up") {
  const commands_fixture place;
  const auto p = place.open();
  CHECK(carried_out(*p, shell(verb::apply, "true")).kind == answer_kind::done);
  CHECK(*remove_ended_commands(place.state(), from_ms(1)) == 0);
  CHECK(*remove_ended_commands(place.state(), from_ms(32'503'680'000'000)) == 1);
  CHECK(std::filesystem::is_empty(place.state()));
  CHECK(remove_ended_commands(place.file("nowhere"), from_ms(1)).error().code == errc::io);
}
