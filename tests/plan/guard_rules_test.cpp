#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

compiled with_trigger(const std::string& trigger, const std::string& rollback = "") {
  start s;
  s.plan =
      "shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n"
      "  - id: api\n    canary: { component: api, steps: [{ weight: 10, bake: 30m }] }\n    guard: { abort: "
      "[errors] "
      "}\n" +
      (rollback.empty() ? "" : "rollback: " + rollback + "\n");
  s.environments = R"yaml(shipflow: 1
environments:
  local:
    roles: { lead: ["user:lee", "user:lou"], qa: ["user:lou"], ops: ["group:ops"] }
    bind:
      api: { provider: local, command: [./shop], instances: 3 }
    metrics:
      errors: { source: load_balancer, component: api, ratio: [http_5xx, http_all] }
    triggers:
      errors: )yaml" +
                   trigger + "\n";
  return test::compile(s);
}

const std::string worse = "\"worse(errors than baseline, ratio 1.25, alpha 0.1%)\"";

}  // namespace

TEST_CASE("plan/guard rules: a trigger asks for it, its guard keeps it, the guard of silence does not") {
  const auto c = with_trigger("{ alert: " + worse + ", calibrate: 24h }");
  CHECK(c.text() == "");
  REQUIRE(c.what.guards.size() == 2);
  CHECK(c.what.guards[0].calibrate == std::chrono::hours(24));
  CHECK(c.what.guards[1].calibrate.count() == 0);
  const auto again = plan_from_json(to_json(c.what)).value();
  CHECK(again.guards[0].calibrate == std::chrono::hours(24));
  CHECK(again.digest() == c.what.digest());
  CHECK(to_json(with_trigger("{ alert: " + worse + " }").what)
            .at("guards")
            .at(0)
            .as_object()
            .contains("calibrate_ms") == false);
}

TEST_CASE("plan/guard rules: what cannot be calibrated is refused with the reason") {
  CHECK(messages(with_trigger("{ alert: \"errors > 5%\", calibrate: 24h }")) ==
        "`calibrate` needs a `worse` of a ratio, whose paces it chooses\n");
  CHECK(messages(with_trigger("{ alert: \"worse(errors than baseline, ratio 2, alpha 1%, test peer_rank)\", "
                              "calibrate: 24h }"))
            .find("needs a `worse` of a ratio") != std::string::npos);
  CHECK(messages(with_trigger("{ alert: \"worse(errors than baseline, ratio 2, alpha 1%, every 1m)\", "
                              "calibrate: 24h }"))
            .find("`calibrate` chooses the pace; leave out `every` in worse(") == 0);
  CHECK(messages(with_trigger("{ alert: " + worse + ", calibrate: 10m }")) ==
        "`calibrate` must be at least 30m\n");
  CHECK(with_trigger("{ alert: " + worse + ", calibrate: yesterday }").findings.has_errors());
}

TEST_CASE("plan/guard rules: a severity and the decision window may want more than one person") {
  const auto c =
      with_trigger("{ alert: \"errors > 5%\" }",
                   "{ SEV2: { ask: [lead, qa], quorum: 2, within: 15m, then: hold }, decision_window: { for: "
                   "30m, roles: [lead], quorum: 2 } }");
  CHECK(c.text() == "");
  CHECK(c.what.rollback.severities.at("SEV2").quorum == 2);
  CHECK(c.what.rollback.decision_quorum == 2);
  const auto again = plan_from_json(to_json(c.what)).value();
  CHECK(again.rollback.severities.at("SEV2").quorum == 2);
  CHECK(again.rollback.decision_quorum == 2);
  CHECK(again.digest() == c.what.digest());
}

TEST_CASE("plan/guard rules: a quorum of more people than there are is refused; groups cannot be counted") {
  const auto refused = [](const std::string& rollback) {
    return messages(with_trigger("{ alert: \"errors > 5%\" }", rollback));
  };
  CHECK(refused("{ SEV2: { ask: [lead, qa], quorum: 3 } }") ==
        "a quorum of 3 cannot be reached: there are 2 people\n");
  CHECK(refused("{ SEV2: { ask: [qa], quorum: 2 } }") ==
        "a quorum of 2 cannot be reached: there is 1 person\n");
  CHECK(refused("{ decision_window: { for: 30m, roles: [lead], quorum: 3 } }") ==
        "a quorum of 3 cannot be reached: there are 2 people\n");
  CHECK(refused("{ SEV2: { ask: [ops], quorum: 5 } }") == "");
  CHECK(refused("{ SEV2: { ask: [qa], quorum: 0 } }") != "");
}
