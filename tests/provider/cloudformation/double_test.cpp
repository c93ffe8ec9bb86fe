// The provider over HTTP, against the double; and botocore against the double.
#include "aws_double/clients.hpp"
#include "some_stacks.hpp"

using namespace tests;

namespace {

constexpr int speed = 240;

std::string status_of(aws_double& d, const std::string& stack) {
  std::string out;
  d.with<cloud::cloudformation>([&](auto& model, auto now) {
    model.advance(now);
    const auto* s = model.find(stack);
    out = s == nullptr ? "none" : s->status;
  });
  return out;
}

}  // namespace

TEST_CASE("provider/cloudformation over HTTP: a stack with parameters, and all the way back") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  auto inputs = deploys("network", "network.yaml");
  inputs["parameters"] = json::object{{"Cidr", "10.1.0.0/16"}};
  const auto a = s.carry("deploy", inputs);
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  d.with<cloud::cloudformation>([](auto& model, auto) {
    CHECK(model.find("network")->parameters.at("Cidr") == "10.1.0.0/16");
    CHECK(model.find("network")->parameters.at("Password") == "****");
    // What is not echoed is kept on the way back, not written as stars.
    model.find("network")->parameters["Password"] = "the one";
  });
  const auto back = s.undo("deploy", inputs, a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  d.with<cloud::cloudformation>([](auto& model, auto) {
    CHECK(model.find("network")->parameters.at("Cidr") == "10.0.0.0/16");
    CHECK(model.find("network")->parameters.at("Password") == "the one");
    CHECK(model.find("network")->template_text == network_before());
  });
}

TEST_CASE("provider/cloudformation over HTTP: an assembly with a new stack, and back to without it") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto a = s.carry("deploy_assembly", the_assembly());
  REQUIRE_MESSAGE(a.ended.kind == answer_kind::done, kind_and_problem(a.ended));
  CHECK(status_of(d, "fresh") == "CREATE_COMPLETE");
  const auto back = s.undo("deploy_assembly", the_assembly(), a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  CHECK(status_of(d, "fresh") == "none");
  d.with<cloud::cloudformation>(
      [](auto& model, auto) { CHECK(model.find("service")->template_text == "service 1"); });
}

TEST_CASE(
    "provider/cloudformation over HTTP: a stack that CloudFormation takes back is failed, with cause and "
    "events") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto inputs = deploys("service", "fails.yaml");
  const auto a = s.carry("deploy", inputs);
  CHECK(a.ended.kind == answer_kind::failed);
  CHECK(a.ended.problem.message.find("UPDATE_ROLLBACK_COMPLETE: Service (AWS::ECS::Service)") !=
        std::string::npos);
  CHECK(a.ended.problem.message.find("image not found") != std::string::npos);
  CHECK(at(a.ended.value, "/events").as_array().size() > 3);
  const auto back = s.undo("deploy", inputs, a.before);
  CHECK_MESSAGE(back.kind == answer_kind::done, kind_and_problem(back));
  d.with<cloud::cloudformation>(
      [](auto& model, auto) { CHECK(model.find("service")->template_text == "service 1"); });

  const auto created = s.carry("deploy", deploys("new", "fails.yaml"), "created");
  CHECK(created.ended.problem.message.find("delete it, then release again") != std::string::npos);
  CHECK(s.carry("deploy", deploys("new", "service.yaml"), "again").ended.kind == answer_kind::failed);
  CHECK(s.undo("deploy", deploys("new", "fails.yaml"), created.before).kind == answer_kind::done);
  CHECK(status_of(d, "new") == "none");
}

TEST_CASE(
    "provider/cloudformation over HTTP: a stack in UPDATE_ROLLBACK_FAILED is left to people, until it is "
    "asked for") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto inputs = deploys("service", "stuck.yaml");
  const auto a = s.carry("deploy", inputs);
  CHECK(a.ended.kind == answer_kind::failed);
  CHECK(a.ended.problem.message.find("continue_rollback") != std::string::npos);
  CHECK(status_of(d, "service") == "UPDATE_ROLLBACK_FAILED");
  CHECK(s.ready("deploy", inputs, a.before).kind == answer_kind::failed);
  CHECK(s.undo("deploy", inputs, a.before).kind == answer_kind::failed);
  CHECK(d.count("ContinueUpdateRollback") == 0);
  const auto asked = s.carry("continue_rollback", {{"stack", "service"}, {"skip", {"Service"}}}).ended;
  REQUIRE_MESSAGE(asked.kind == answer_kind::done, kind_and_problem(asked));
  CHECK(status_of(d, "service") == "UPDATE_ROLLBACK_COMPLETE");
  CHECK(s.undo("deploy", inputs, a.before).kind == answer_kind::done);
  CHECK(s.carry("continue_rollback", {{"stack", "network"}}, "not stuck").ended.kind == answer_kind::failed);
  CHECK(s.carry("continue_rollback", {{"stack", "none"}}, "none").ended.problem.code == errc::not_found);
}

TEST_CASE(
    "provider/cloudformation over HTTP: who cancels has an update taken back, and a change set dropped") {
  aws_double d({}, 20);
  put_up_stacks(d);
  over_http s(d);
  auto q = s.make(verb::apply, "deploy", deploys("service", "service.yaml"));
  q.baseline = s.look("deploy", q.inputs).value;
  q.handle = s.ask(q).value;
  q.what = verb::settle;
  for (int i = 0; i < 200 && status_of(d, "service") != "UPDATE_IN_PROGRESS"; ++i) {
    s.wait(std::chrono::seconds(2));
    static_cast<void>(s.ask(q));
  }
  std::stop_source stop;
  stop.request_stop();
  q.stop = stop.get_token();
  const auto ended = s.ask(q);
  CHECK(ended.problem.code == errc::cancelled);
  CHECK(d.count("CancelUpdateStack") == 1);
}

TEST_CASE("provider/cloudformation over HTTP: what goes wrong with a request executes nothing twice") {
  for (const auto how : {mishap::throttled, mishap::fails_before, mishap::fails_after, mishap::drops_after}) {
    for (const std::string operation : {"CreateChangeSet", "ExecuteChangeSet"}) {
      CAPTURE(operation);
      CAPTURE(static_cast<int>(how));
      aws_double d({}, speed);
      put_up_stacks(d);
      over_http s(over_http::with_files(d));
      d.on_call([&](const std::string& o, int number) {
        return o == operation && number == 1 ? how : mishap::none;
      });
      const auto inputs = deploys("service", "service.yaml");
      const auto end = s.insist("deploy", inputs, s.look("deploy", inputs).value);
      CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
      d.with<cloud::cloudformation>([](auto& model, auto) {
        CHECK(model.changes() == 1);
        CHECK(model.find("service")->template_text == "service 2");
      });
    }
  }
}

TEST_CASE(
    "provider/cloudformation over HTTP: assets that were not published, and the wrong account, are named") {
  aws_double d({}, speed);
  put_up_stacks(d);
  over_http s(d);
  const auto missing =
      s.carry("deploy", deploys("service", "https://assets.s3.eu-central-1.amazonaws.com/missing.json"))
          .ended;
  CHECK(missing.problem.message.find("publish the assets first") != std::string::npos);
  s.target["account"] = "999999999999";
  CHECK(s.carry("deploy", deploys("service", "service.yaml"), "elsewhere").ended.problem.code ==
        errc::denied);
  CHECK(d.count("ExecuteChangeSet") == 0);
}

TEST_CASE("the AWS double: botocore's client of CloudFormation agrees with it") {
  aws_double d({}, speed);
  put_up_stacks(d);
  const auto said = botocore_complains(d, std::string(SHIPFLOW_TEST_DATA) + "/botocore_cloudformation.py",
                                       "provider_cloudformation, botocore");
  CHECK_MESSAGE(said.empty(), said);
}
