// Whether what a command did could be undone.
#include "provider/command/support.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

answer ready(provider& p, const char* definition, json::value baseline = "1.0.0") {
  auto q = task(verb::ready, "migrate", definition, {{"to", "2"}});
  q.baseline = std::move(baseline);
  return call(p, q);
}

}  // namespace

TEST_CASE("provider/command: an undo whose program is there is ready, also one that is looked up") {
  const commands_fixture place;
  const auto p = place.open();
  CHECK(ready(*p, R"({"command": ["true"], "undo": ["/bin/true"]})").kind == answer_kind::done);
  CHECK(ready(*p, R"({"command": ["true"], "undo": ["true"]})").kind == answer_kind::done);
}

TEST_CASE("provider/command: an undo whose program is missing is not, and the program is named") {
  const commands_fixture place;
  const auto p = place.open();
  for (const auto* program : {"/nowhere/undo", "no-such-program-here", "./undo"}) {
    const auto text =
        std::string(R"({"command": ["true"], "undo": [")") + program + R"("], "directory": "/tmp"})";
    const auto a = ready(*p, text.c_str());
    CHECK(a.kind == answer_kind::failed);
    CHECK(a.problem.message.find(program) != std::string::npos);
    CHECK_FALSE(a.problem.retryable());
  }
}

TEST_CASE(
    "provider/command: a task's own question decides, sees what undo would see, and may tell how long") {
  const commands_fixture place;
  const auto p = place.open();
  const auto yes = ready(*p, R"({"command": ["true"], "undo": ["true"], "ready": ["/bin/sh", "-c",
      "test \"$SHIPFLOW_BASELINE\" = '\"1.0.0\"' && test \"$SHIPFLOW_INPUT_TO\" = 2 && echo '{\"takes_ms\": 8000}'"]})");
  CHECK(yes.kind == answer_kind::done);
  CHECK(yes.value.at("takes_ms") == 8000);
  const auto no = ready(*p, R"({"command": ["true"], "undo": ["true"], "ready": ["/bin/sh", "-c",
      "echo the backup is gone; exit 1"]})");
  CHECK(no.kind == answer_kind::failed);
  CHECK(no.problem.message.find("the backup is gone") != std::string::npos);
  CHECK_FALSE(no.problem.retryable());
}

TEST_CASE("provider/command: a question without an undo is refused") {
  const commands_fixture place;
  const auto p = place.open();
  const auto actions = p->actions_of({{"tasks", {{"a", {{"command", {"x"}}, {"ready", {"y"}}}}}}});
  REQUIRE_FALSE(actions.has_value());
  CHECK(actions.error().message ==
        "task `a`: `ready` asks whether `undo` would work, and there is no `undo`");
}

TEST_CASE("provider/command: only tasks with an undo can tell whether they are ready for it") {
  const commands_fixture place;
  const auto p = place.open();
  const auto actions =
      p->actions_of({{"tasks", {{"a", {{"command", {"x"}}}}, {"b", {{"command", {"x"}}, {"undo", {"y"}}}}}}});
  REQUIRE(actions.has_value());
  CHECK_FALSE(actions->front().tells_ready);
  CHECK(actions->back().tells_ready);
}
