// Every status that a stack can be in when a step comes to it, and what a change may do to resources.
#include "some_stacks.hpp"

using namespace tests;

namespace {

constexpr int speed = 240;

void put(aws_double& d, const std::string& stack, const std::string& status) {
  put_up_stacks(d);
  d.with<cloud::cloudformation>([&](auto& model, auto) { model.find(stack)->status = status; });
}

bool says(const answer& a, const std::string& what) {
  return a.problem.message.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "provider/cloudformation/states: a stack that cannot be changed is left alone, with what to do about "
    "it") {
  struct row {
    const char* status;
    const char* remedy;
  };
  for (const auto& [status, remedy] :
       {row{"ROLLBACK_FAILED", "delete it, then release again"},
        row{"ROLLBACK_COMPLETE", "delete it, then release again"},
        row{"CREATE_FAILED", "delete it, then release again"},
        row{"DELETE_FAILED", "without the resources that cannot be"},
        row{"UPDATE_ROLLBACK_FAILED", "`continue_rollback` with stack service"},
        row{"IMPORT_ROLLBACK_FAILED", "holds up the import"}}) {
    CAPTURE(status);
    aws_double d({}, speed);
    put(d, "service", status);
    over_http s(d);
    const auto inputs = deploys("service", "service.yaml");
    const auto before = s.look("deploy", inputs).value;
    const auto deployed = s.carry("deploy", inputs).ended;
    CHECK(deployed.kind == answer_kind::failed);
    CHECK_MESSAGE(says(deployed, std::string("is ") + status), deployed.problem.message);
    CHECK_MESSAGE(says(deployed, remedy), deployed.problem.message);
    // To put it back by a change set is not possible either, and `ready` says so.
    const auto ready = s.ready("deploy", inputs, before);
    CHECK_MESSAGE(says(ready, remedy), ready.problem.message);
    CHECK(s.undo("deploy", inputs, before).kind == answer_kind::failed);
    CHECK(d.count("CreateChangeSet") == 0);
    CHECK(d.count("DeleteStack") == 0);
  }
}

TEST_CASE("provider/cloudformation/states: a stack that others are at is waited for, whatever they do") {
  for (const auto* status :
       {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS"}) {
    CAPTURE(status);
    aws_double d({}, speed);
    put(d, "service", status);
    over_http s(d);
    auto q = s.make(verb::apply, "deploy", deploys("service", "service.yaml"));
    q.baseline = s.look("deploy", q.inputs).value;
    const auto begun = s.ask(q);
    REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
    q.what = verb::settle;
    q.handle = begun.value;
    const auto waits = s.ask(q);
    CHECK(waits.kind == answer_kind::progress);
    CHECK_MESSAGE(waits.text.find("by somebody else") != std::string::npos, waits.text);
    CHECK(d.count("CreateChangeSet") == 0);
    d.with<cloud::cloudformation>(
        [&](auto& model, auto) { model.find("service")->status = "UPDATE_COMPLETE"; });
    CHECK(s.finish(q, waits).kind == answer_kind::done);
  }
}

TEST_CASE("provider/cloudformation/states: a stack that is complete, or only asked for, is changed") {
  for (const auto* status :
       {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE", "UPDATE_FAILED", "REVIEW_IN_PROGRESS"}) {
    CAPTURE(status);
    aws_double d({}, speed);
    put(d, "service", status);
    over_http s(d);
    const auto a = s.carry("deploy", deploys("service", "service.yaml")).ended;
    CHECK_MESSAGE(a.kind == answer_kind::done, kind_and_problem(a));
  }
}

TEST_CASE(
    "provider/cloudformation/states: what a change would replace or delete is named, unless the step allows "
    "it") {
  for (const auto& [file, word, did] : {std::tuple{"replaces.yaml", "replace", "/replaced"},
                                        std::tuple{"deletes.yaml", "delete", "/deleted"}}) {
    CAPTURE(word);
    aws_double d({}, speed);
    put_up_stacks(d);
    over_http s(d);
    auto inputs = deploys("service", file);
    const auto refused = s.carry("deploy", inputs);
    CHECK(refused.ended.problem.code == errc::denied);
    CHECK_MESSAGE(says(refused.ended, std::string("would ") + word + " Service (AWS::ECS::Service)"),
                  refused.ended.problem.message);
    CHECK(says(refused.ended, std::string("`allow: [") + word + "]`"));
    CHECK(at(refused.ended.value, did).as_array().size() == 1);
    CHECK(d.count("ExecuteChangeSet") == 0);
    CHECK(d.count("DeleteChangeSet") == 1);
    inputs["allow"] = json::array{std::string(word) == "replace" ? "delete" : "replace"};
    CHECK(s.carry("deploy", inputs, "the other").ended.problem.code == errc::denied);
    inputs["allow"] = json::array{word};
    const auto allowed = s.carry("deploy", inputs, "allowed");
    CHECK_MESSAGE(allowed.ended.kind == answer_kind::done, kind_and_problem(allowed.ended));
    CHECK(s.undo("deploy", inputs, allowed.before).kind == answer_kind::done);
    inputs["allow"] = json::array{"all"};
    CHECK(s.carry("deploy", inputs, "wrong").ended.problem.code == errc::invalid_argument);
  }
}

TEST_CASE("provider/cloudformation/states: the way back may delete what the release brought") {
  aws_double d({}, speed);
  put_up_stacks(d);
  d.with<cloud::cloudformation>(
      [&](auto& model, auto) { model.find("service")->template_text = "DELETES REPLACES"; });
  over_http s(d);
  const auto inputs = deploys("service", "service.yaml");
  const auto a = s.carry("deploy", inputs);
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(s.undo("deploy", inputs, a.before).kind == answer_kind::done);
}

TEST_CASE(
    "provider/cloudformation/states: a new stack that is protected from deletion is not deleted, and said "
    "early") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto inputs = deploys("new", "service.yaml");
  const auto a = s.carry("deploy", inputs);
  REQUIRE(a.ended.kind == answer_kind::done);
  d.with<cloud::cloudformation>([](auto& model, auto) { model.find("new")->is_protected = true; });
  CHECK(says(s.ready("deploy", inputs, a.before), "take the protection off"));
  CHECK(says(s.undo("deploy", inputs, a.before), "take the protection off"));
  CHECK(d.count("DeleteStack") == 0);
  d.with<cloud::cloudformation>([](auto& model, auto) { model.find("new")->is_protected = false; });
  CHECK(s.ready("deploy", inputs, a.before).kind == answer_kind::done);
  CHECK(s.undo("deploy", inputs, a.before).kind == answer_kind::done);
}

TEST_CASE("provider/cloudformation/states: what fails in a nested stack is named with the way to it") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto a = s.carry("deploy", deploys("service", "nested.yaml")).ended;
  CHECK(a.kind == answer_kind::failed);
  CHECK_MESSAGE(
      says(a, "Nested > Service (AWS::ECS::Service): Resource handler returned message: image not found"),
      a.problem.message);
  bool evidence = false;
  const auto events = at(a.value, "/events");
  for (const auto& e : events.as_array())
    evidence = evidence || std::string_view(e.as_string()).find("Nested > Service UPDATE_FAILED") !=
                               std::string_view::npos;
  CHECK(evidence);
}

TEST_CASE(
    "provider/cloudformation/states: a large template goes by way of the bucket, and so does the former "
    "one") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto before = std::string(70'000, 'y');
  d.with<cloud::cloudformation>([&](auto& model, auto) { model.find("service")->template_text = before; });
  const auto inputs = deploys("service", "service.yaml");
  const auto seen = s.look("deploy", inputs);
  CHECK(says(s.ready("deploy", inputs, seen.value), "a `bucket` in the binding would have kept it"));
  s.target["bucket"] = "templates";
  CHECK(s.look("deploy", inputs).problem.message.find("bucket needs `region`") != std::string::npos);
  s.target["region"] = "eu-central-1";
  CHECK(s.ready("deploy", inputs, seen.value).kind == answer_kind::done);
}
