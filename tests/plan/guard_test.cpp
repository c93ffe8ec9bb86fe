#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

std::string with_guard(const std::string& guard) {
  return "shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n"
         "  - id: api\n    canary: { component: api, weights: [10], bake: 1m }\n    guard: " +
         guard +
         "\n  - { id: smoke, needs: [api], command: [smoke] }\n"
         "  - { id: watch, needs: [smoke], watch: { for: 24h } }\n";
}

}  // namespace

TEST_CASE("plan/guard: armed from the first traffic until the end that the plan names") {
  const auto c = test::compile(with_guard("{ abort: [errors, api], until: watch.end }"));
  CHECK(c.text() == "");
  REQUIRE(c.what.guards.size() == 2);
  const auto& errors = c.what.guards[0];
  CHECK(errors.id == "errors");
  CHECK(c.what.steps[errors.from].id == "api/shift-10");
  REQUIRE(errors.until);
  CHECK(c.what.steps[*errors.until].id == "watch");
  CHECK(errors.severity == "SEV1");
  CHECK(errors.normal == "errors < 0.1%");
  CHECK(errors.alert == "errors > 1% for 5m");
  CHECK(errors.component == "api");
  CHECK(errors.target.at("provider") == "local");
  CHECK(errors.metrics.at("errors").at("source") == "load_balancer");
  CHECK(errors.probe == "");
  const auto& probe = c.what.guards[1];
  CHECK(probe.probe == "api");
  CHECK(probe.probe_kind == "http");
  CHECK(probe.probe_spec.at("http") == "http://127.0.0.1:8080/api/health");
  CHECK(probe.every == duration{5'000});
  CHECK(probe.fall == 2);
}

TEST_CASE("plan/guard: without an end it lasts as long as the run; a step ends it as well") {
  CHECK(!test::compile(with_guard("{ abort: [errors] }")).what.guards.at(0).until);
  const auto c = test::compile(with_guard("{ abort: [errors], until: smoke }"));
  CHECK(c.what.steps[*c.what.guards.at(0).until].id == "smoke");
}

TEST_CASE("plan/guard: what pauses has no alert, so it can only hold promotion up") {
  const auto c = test::compile(with_guard("{ pause: [errors] }"));
  CHECK(c.text() == "");
  CHECK(c.what.guards.at(0).alert == "");
  CHECK(c.what.guards.at(0).normal == "errors < 0.1%");
  CHECK(messages(test::compile(with_guard("{ pause: [slow] }"))) ==
        "`slow` cannot pause: only a trigger with `normal` says when to go on\n");
}

TEST_CASE("plan/guard: on a later step it is armed from the traffic before it") {
  const auto c = test::compile(
      "shipflow: 1\nplan: shop\ncomponents: [api, web]\nsteps:\n"
      "  - { id: api, in_place: { component: api } }\n"
      "  - { id: web, needs: [api], in_place: { component: web }, guard: { abort: [errors] } }\n"
      "  - { id: watch, needs: [web], watch: { for: 1h }, guard: { abort: [errors, slow] } }\n");
  CHECK(c.text() == "");
  REQUIRE(c.what.guards.size() == 3);
  CHECK(c.what.guards[0].id == "errors");
  CHECK(c.what.guards[1].id == "errors@watch");
  CHECK(c.what.steps[c.what.guards[1].from].id == "web/replace");
  CHECK(c.what.guards[2].severity == "SEV2");
}

TEST_CASE("plan/guard: what cannot be evaluated is refused, once and with its place") {
  CHECK(messages(test::compile(with_guard("{ abort: [erors] }"))) ==
        "environment `local` has no trigger or probe `erors`; did you mean `errors`?\n");
  CHECK(messages(test::compile(with_guard("{ abort: [disk] }"))) ==
        "names no kind of probe that is built in this version\n");
  CHECK(messages(test::compile(with_guard("{ abort: [hot] }"))) ==
        "metric source `somewhere` is not built in this version\n");
  CHECK(messages(test::compile(with_guard("{ abort: [odd, odder] }"))) ==
        "metric `odd`: `refused` is no member\n");
  const auto typo = test::compile(with_guard("{ abort: [typo] }"));
  CHECK(typo.findings.items().size() == 1);
  CHECK(typo.findings.items()[0].pointer == "/environments/local/triggers/typo/alert");
  CHECK(messages(typo).find("erors") != std::string::npos);
  CHECK(messages(test::compile(with_guard("{ abort: [errors], until: smokes.end }"))) ==
        "the plan has no step `smokes`; did you mean `smoke`?\n");
  CHECK(messages(test::compile("shipflow: 1\nplan: shop\nsteps:\n"
                               "  - { id: go, approval: { roles: [qa] }, guard: { abort: [errors] } }\n")) ==
        "there is no traffic to guard: no step up to here lets any through\n");
}
