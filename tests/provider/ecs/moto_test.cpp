// The provider against moto: the wire formats as others understand them. moto knows no rollouts, so a launch is
// begun there and not waited for.
#include "aws/moto.hpp"

#include "over_http.hpp"

#include <cstdio>
#include <cstdlib>

using namespace tests;

namespace {

std::string printed(const std::string& command) {
  auto* out = ::popen(command.c_str(), "r");
  REQUIRE(out != nullptr);
  std::string said;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, out) != nullptr) said += buffer;
  REQUIRE_MESSAGE(::pclose(out) == 0, said);
  return said;
}

}  // namespace

TEST_CASE("provider/ecs: moto understands what is asked, and is understood") {
  if (moto_program().empty()) return;
  ::setenv("MOTO_ECS_SERVICE_RUNNING", "2", 1);
  moto server;
  ::unsetenv("MOTO_ECS_SERVICE_RUNNING");
  const auto& keys = server.keys.variables;
  const auto made = printed(std::string(SHIPFLOW_SOURCE_DIR) + "/build/tools/moto/bin/python " +
                            SHIPFLOW_TEST_DATA + "/moto_setup.py " + server.url() + " " +
                            keys.at("AWS_ACCESS_KEY_ID") + " " + keys.at("AWS_SECRET_ACCESS_KEY") + " 2>&1");
  auto options = server.keys.options();
  options.attempts = 1;
  over_http s(options);
  s.target["blue_green"].as_object()["listener"] = parse_json(made)->at("listener");
  s.target["account"] = "123456789012";

  const auto seen = s.look("shift");
  REQUIRE_MESSAGE(seen.kind == answer_kind::done, kind_and_problem(seen));
  CHECK(at(seen.value, "/live") == "blue");
  CHECK(at(seen.value, "/services/green/version") == "1.4.0");

  const json::object inputs{{"version", "1.5.0"}, {"instances", 2}};
  auto launch = s.make(verb::apply, "launch", inputs);
  launch.baseline = s.look("launch", inputs).value;
  const auto begun = s.ask(launch);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  launch.what = verb::resolve;
  CHECK(at(s.ask(launch).value, "/definition") == at(begun.value, "/definition"));
  CHECK(at(s.look("shift").value, "/services/green/image") == "r.example.com/api:1.5.0");

  const auto part = s.carry("shift", {{"weight", 10}}, "part");
  REQUIRE_MESSAGE(part.ended.kind == answer_kind::done, kind_and_problem(part.ended));
  CHECK(at(s.look("shift").value, "/weights/green") == 10);
  CHECK(s.undo("shift", {{"weight", 10}}, part.before).kind == answer_kind::done);
  CHECK(at(s.look("shift").value, "/weights/green") == 0);

  // moto computes the signature over a body of its own making, in which a blank is written in another way.
  const auto closed = s.carry("maintenance", {{"on", true}, {"page", "soon"}});
  REQUIRE_MESSAGE(closed.ended.kind == answer_kind::done, kind_and_problem(closed.ended));
  CHECK(at(s.look("maintenance").value, "/maintenance") == true);
  CHECK(s.undo("maintenance", {{"on", true}, {"page", "soon"}}, closed.before).kind == answer_kind::done);
  CHECK(at(s.look("maintenance").value, "/maintenance") == false);
}
