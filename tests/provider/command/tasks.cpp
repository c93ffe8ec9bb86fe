// Tasks: actions that an environment names.
#include "provider/command/support.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

std::string refusal(provider& p, const char* target) {
  const auto actions = p.actions_of(json::parse(target).as_object());
  REQUIRE(!actions.has_value());
  CHECK(actions.error().code == errc::invalid_argument);
  return actions.error().message;
}

}  // namespace

TEST_CASE("provider/command: a binding with tasks offers one action for each") {
  const commands_fixture place;
  const auto p = place.open();
  const auto actions = p->actions_of(json::parse(R"({"provider": "command", "env": {"A": "1"}, "tasks": {
      "backup": {"command": ["./backup"], "time_limit": "30m", "help": "dumps all"},
      "migrate": {"command": ["./migrate"], "undo": ["./back"], "rank": "database", "resource": "database:shop",
                  "inputs": {"to": {"type": "string", "required": true}}},
      "restore": {"command": ["./restore"], "undo": ["./back"], "undo_kind": "destructive", "resources": ["a", "b"]}
      }})")
                                         .as_object());
  REQUIRE(actions.has_value());
  REQUIRE(actions->size() == 3);
  const auto& backup = (*actions)[0];
  CHECK(backup.name == "backup");
  CHECK(backup.undo == reversibility::forward_only);
  CHECK(backup.repeat == effect_class::creates);
  CHECK(backup.timeout > duration{1'800'000});
  CHECK(backup.help == "dumps all");
  CHECK(backup.inputs.back().name == "*");
  const auto& migrate = (*actions)[1];
  CHECK(migrate.undo == reversibility::reversible);
  CHECK(migrate.rank == restore_rank::database);
  CHECK(migrate.resources == std::vector<std::string>{"database:shop"});
  CHECK(migrate.inputs.front().name == "to");
  CHECK(migrate.inputs.front().required);
  CHECK(migrate.inputs.back().name == "undo");
  CHECK((*actions)[2].undo == reversibility::destructive);
  CHECK((*actions)[2].resources == std::vector<std::string>{"a", "b"});
  CHECK(p->actions_of({})->front().name == "run");
}

TEST_CASE("provider/command: a wrong task refuses the environment with the reason") {
  const commands_fixture place;
  const auto p = place.open();
  const std::vector<std::pair<const char*, const char*>> rows{
      {R"({"tasks": {}})", "binding to `command`: `tasks` must be a mapping of names to tasks"},
      {R"({"tasks": {"a": {}}})", "task `a`: `command` is missing"},
      {R"({"tasks": {"a": []}})", "task `a` must be a mapping"},
      {R"({"tasks": {"a b": {"command": ["x"]}}})",
       "task `a b`: a name consists of letters, digits, - and _"},
      {R"({"tasks": {"a": {"command": ["x"], "undo_kind": "reversible"}}})",
       "task `a`: `undo_kind: reversible` needs an `undo` command"},
      {R"({"tasks": {"a": {"command": ["x"], "undo": ["y"], "undo_kind": "irreversible"}}})",
       "task `a`: `undo_kind: irreversible` says that nothing is put back; leave out `undo`"},
      {R"({"tasks": {"a": {"command": ["x"], "undo": "y"}}})",
       "task `a`: `undo` must be an argument list or a mapping"},
      {R"({"tasks": {"a": {"command": ["x"], "rank": "first"}}})",
       "task `a`: `rank` must be one of traffic, service, database, cleanup"},
      {R"({"tasks": {"a": {"command": ["x"], "observe": ["y"]}}})",
       "task `a`: `observe` needs a `resource`, the thing whose state it prints"},
      {R"({"tasks": {"a": {"command": ["x"], "inputs": {"to": {"type": "date"}}}}})",
       "task `a`, input `to`: `type` is not one of string, integer, number, boolean, duration, strings, "
       "object, any"},
      {R"({"tasks": {"a": {"command": ["x"], "inputs": {"undo": {}}}}})",
       "task `a`: an input cannot be called `undo`; a plan gives the undo command under that name"},
      {R"({"tasks": {"a": {"command": ["x"]}}, "tsks": {}})",
       "binding to `command`: `tsks` is not known; known are `provider`, `tasks`, `directory`, `env`"},
  };
  for (const auto& [target, why] : rows) CHECK(refusal(*p, target) == why);
  CHECK(refusal(*p, R"({"tasks": {"a": {"command": ["x"], "retries": 3}}})")
            .starts_with("task `a`: `retries` is not known"));
}

TEST_CASE("provider/command: inputs and the place in the run reach a task as environment variables") {
  const commands_fixture place;
  const auto p = place.open();
  auto q =
      task(verb::apply, "show",
           R"({"command": ["sh", "-c", "env | grep -e ^SHIPFLOW_ -e ^A= | grep -v KEEPER | sort"]})",
           {{"to", "0002"}, {"dry-run", true}, {"list", {1, "x"}}, {"none", nullptr}, {"version", "1.5.0"}});
  q.target["env"] = {{"A", "shared"}};
  const auto done = carried_out(*p, q);
  CHECK(output_of(done) ==
        "A=shared\n"
        "SHIPFLOW_COMPONENT=database\n"
        "SHIPFLOW_EFFECT_KEY=key\n"
        "SHIPFLOW_ENVIRONMENT=local\n"
        "SHIPFLOW_INPUT_DRY_RUN=true\n"
        "SHIPFLOW_INPUT_LIST=[1,\"x\"]\n"
        "SHIPFLOW_INPUT_TO=0002\n"
        "SHIPFLOW_INPUT_VERSION=1.5.0\n"
        "SHIPFLOW_RUN=run-1\n"
        "SHIPFLOW_STEP=step\n"
        "SHIPFLOW_VERSION=1.5.0\n");
  q.inputs = {{"a-b", "1"}, {"a_b", "2"}};
  q.effect_key = "twice";
  CHECK(call(*p, q).problem.message == "two inputs would both be SHIPFLOW_INPUT_A_B; rename one of them");
  q.action = "other";
  CHECK(call(*p, q).problem.message == "the environment names no task `other`");
}

TEST_CASE("provider/command: what a task observes is handed to its undo") {
  const commands_fixture place;
  const auto p = place.open();
  const auto definition = R"({"command": ["sh", "-c", "echo $SHIPFLOW_INPUT_TO > $SCHEMA"],
                             "observe": ["sh", "-c", "printf '{\"schema\":\"'; tr -d '\\n' < $SCHEMA; printf '\"}'"],
                             "undo": ["sh", "-c", "echo $SHIPFLOW_BASELINE > $SCHEMA.undone; echo 0001 > $SCHEMA"],
                             "resource": "database:shop"})";
  auto q = task(verb::observe, "migrate", definition, {{"to", "0002"}});
  const auto schema = place.file("schema");
  q.target["env"] = {{"SCHEMA", schema}};
  REQUIRE(carried_out(*p, shell(verb::apply, "echo 0001 > " + schema, "set up")).kind == answer_kind::done);
  const auto before = call(*p, q);
  CHECK(before.kind == answer_kind::done);
  CHECK(before.value == json::object{{"schema", "0001"}});
  q.what = verb::apply;
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  CHECK(content(schema) == "0002\n");
  q.what = verb::undo;
  q.baseline = before.value;
  CHECK(carried_out(*p, q).kind == answer_kind::done);
  CHECK(content(schema + ".undone") == "{\"schema\":\"0001\"}\n");
  q.what = verb::observe;
  CHECK(call(*p, q).value == before.value);
}

TEST_CASE("provider/command: observing gives text or JSON, may fail, and leaves nothing") {
  const commands_fixture place;
  const auto p = place.open();
  const auto look = [&](const std::string& script) {
    auto q = task(verb::observe, "t", R"({"command": ["true"], "observe": ["x"], "resource": "r"})");
    q.target.at("tasks").at("t").as_object()["observe"] = {"sh", "-c", script};
    return call(*p, q);
  };
  CHECK(look("echo 0001").value == "0001");
  CHECK(look("echo '[1, 2]'").value == json::array{1, 2});
  CHECK(look("echo noise >&2; echo '{oops'").value == "{oops");
  CHECK(look("true").value == "");
  const auto failed = look("echo no database >&2; exit 2");
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem.message == "sh exited with code 2: no database");
  CHECK(std::filesystem::is_empty(place.state()));
  CHECK(call(*p, task(verb::observe, "t", R"({"command": ["true"]})")).value == json::object{});
}

TEST_CASE("provider/command: an observation no longer wanted ends") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = task(verb::observe, "t", R"({"command": ["true"], "observe": ["sleep", "600"], "resource": "r"})");
  std::stop_source stop;
  q.stop = stop.get_token();
  auto answered = ask(*p, q);
  CHECK(call(*p, shell(verb::resolve, "true")).kind ==
        answer_kind::not_applied);  // it does not hold others up
  stop.request_stop();
  CHECK(answered.get().problem.code == errc::cancelled);
}
