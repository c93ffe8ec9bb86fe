#include "compiling.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using test::start;

namespace {

std::string with(const std::string& more) {
  return "shipflow: 1\nplan: shop\ncomponents: [api, tasks]\nsteps:\n"
         "  - { id: api, in_place: { component: api }, guard: { abort: [slow] } }\n" +
         more;
}

test::compiled with_promotion(const std::string& rule) {
  start s;
  s.plan = "shipflow: 1\nplan: shop\nsteps:\n  - { id: a, command: [a] }\n";
  s.environments =
      "shipflow: 1\nenvironments:\n  staging: {}\n  local:\n    roles: { lead: [\"user:lee\"] }\n"
      "    promoted_from: " +
      rule + "\n";
  return test::compile(s);
}

}  // namespace

TEST_CASE("plan/reaction: reactions are steps on call, and rules name them for a severity or one trigger") {
  const auto c = test::compile(with(
      "reactions:\n"
      "  scale-out: { command: [scale, \"6\"], undo: [scale, \"3\"], title: More of them }\n"
      "  redirect: { action: tasks.migrate }\n"
      "rollback:\n"
      "  SEV1: { do: redirect, ask: [lead], within: 1h, then: hold, escalate: [{ after: 15m, to: qa }] }\n"
      "  for: { slow: { do: [scale-out] } }\n"));
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  const auto& out = c.step("scale-out");
  CHECK(out.on_call);
  CHECK(out.title == "More of them");
  CHECK(out.needs.empty());
  CHECK_FALSE(c.step("api/replace").on_call);
  const auto& policy = c.what.rollback;
  CHECK(policy.severities.at("SEV1").calls == std::vector<std::string>{"redirect"});
  CHECK(policy.severities.at("SEV1").what == "ask");
  CHECK(policy.severities.at("SEV1").escalate.at(0).after == std::chrono::minutes{15});
  CHECK(policy.severities.at("SEV1").escalate.at(0).roles == std::vector<std::string>{"qa"});
  CHECK(policy.guards.at("slow").what == "record");
  const auto back = plan_from_json(to_json(c.what));
  REQUIRE(back.has_value());
  CHECK(back->digest() == c.what.digest());
  CHECK(to_table(c.what).find("command.run, when called") != std::string::npos);
}

TEST_CASE("plan/reaction: what a rule cannot mean is refused with its place") {
  const auto said = [](const std::string& more) { return test::compile(with(more)).text(); };
  const std::string one = "reactions: { out: { command: [x] } }\n";
  CHECK(said("rollback: { SEV1: { do: [in] } }\n").find("the plan has no reaction `in`") !=
        std::string::npos);
  CHECK(said(one + "rollback: { SEV1: { do: [out], then: rollback } }\n").find("must be continue or hold") !=
        std::string::npos);
  CHECK(said("rollback: { SEV1: { within: 5m } }\n").find("must be now, record, hold") != std::string::npos);
  CHECK(said(one + "rollback: { for: { slo: { do: [out] } } }\n").find("has no trigger or probe `slo`") !=
        std::string::npos);
  CHECK(said("rollback: { SEV1: { ask: [lead], within: 10m, escalate: [{ after: 10m, to: [qa] }] } }\n")
            .find("`after` must be shorter than `within`") != std::string::npos);
  CHECK(said("rollback: { SEV1: { ask: [lead], escalate: [{ after: 5m, to: [qa] }, { after: 5m, to: [qa] }] "
             "} }\n")
            .find("stand in order of time") != std::string::npos);
  CHECK(said("rollback: { SEV1: { ask: [lead], escalate: [{ after: 5m, to: [boss] }] } }\n")
            .find("has no role `boss`") != std::string::npos);
  CHECK(said("reactions: { api: { command: [x] } }\n").find("step `api` stands on line") !=
        std::string::npos);
  CHECK(said("reactions: { out: { wait: 5m } }\n").find("wait") != std::string::npos);
  const auto needed = test::compile(
      "shipflow: 1\nplan: shop\nsteps:\n  - { id: a, needs: [out], command: [a] }\n"
      "reactions: { out: { command: [x] } }\n");
  CHECK(needed.text().find("`out` is a reaction: no step can wait for it") != std::string::npos);
}

TEST_CASE("plan/task: tasks have ids, due times and roles, and survive the JSON form") {
  const auto c =
      test::compile(with("tasks:\n  - Review the release\n"
                         "  - { id: old-images, text: \"Remove old images of ${release.version}\", within: "
                         "24h, roles: lead }\n"));
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  REQUIRE(c.what.tasks.size() == 2);
  CHECK(c.what.tasks[0].id == "1");
  CHECK(c.what.tasks[0].text == "Review the release");
  CHECK(c.what.tasks[1].text == "Remove old images of 1.5.0");
  CHECK(c.what.tasks[1].within == std::chrono::hours{24});
  CHECK(c.what.tasks[1].roles == std::vector<std::string>{"lead"});
  CHECK(plan_from_json(to_json(c.what)).value().digest() == c.what.digest());
}

TEST_CASE("plan/task: unknown roles, ids used twice and a step called tasks are refused") {
  CHECK(test::compile(with("tasks: [{ text: x, roles: boss }]\n")).text().find("has no role `boss`") !=
        std::string::npos);
  CHECK(test::compile(with("tasks: [{ text: x, id: a }, { text: y, id: a }]\n"))
            .text()
            .find("task `a` is listed twice") != std::string::npos);
  CHECK(test::compile("shipflow: 1\nplan: shop\nsteps:\n  - { id: tasks, command: [a] }\ntasks: [x]\n")
            .text()
            .find("a step cannot be called `tasks`") != std::string::npos);
}

TEST_CASE("plan/promotion: the rule stands in the plan; what cannot be is refused") {
  const auto c = with_promotion(
      "{ environment: staging, identity: commit, healthy_for: 2h, validated: smoke, hotfix: lead, skippable: "
      "true }");
  REQUIRE_MESSAGE(!c.findings.has_errors(), c.text());
  REQUIRE(c.what.promoted_from);
  CHECK(c.what.promoted_from->identity == "commit");
  CHECK(c.what.promoted_from->healthy_for == std::chrono::hours{2});
  CHECK(c.what.promoted_from->validated == std::vector<std::string>{"smoke"});
  CHECK(c.what.promoted_from->hotfix == std::vector<std::string>{"lead"});
  CHECK(c.what.promoted_from->skippable);
  CHECK(plan_from_json(to_json(c.what)).value().digest() == c.what.digest());
  CHECK(with_promotion("{ environment: staging }").what.promoted_from->identity == "digest");
  CHECK(with_promotion("{ environment: local }").text().find("cannot be promoted from itself") !=
        std::string::npos);
  CHECK(with_promotion("{ environment: stagin }").text().find("which this document does not have") !=
        std::string::npos);
  CHECK(with_promotion("{ environment: staging, hotfix: [boss] }").text().find("role `boss`") !=
        std::string::npos);
  CHECK(with_promotion("{ environment: staging, identity: name }").findings.has_errors());
}
