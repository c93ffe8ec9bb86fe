#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

/// Half an hour of 10 % and half an hour of 30 % of the traffic.
compiled with_traffic(const std::string& traffic, const std::string& bake = "30m") {
  start s;
  s.plan =
      "shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n"
      "  - id: api\n    canary: { component: api, steps: [{ weight: 10, bake: " +
      bake + " }, { weight: 30, bake: " + bake + " }] }\n    guard: { abort: [errors] }\n";
  s.environments = "shipflow: 1\nenvironments:\n  local:\n" +
                   (traffic.empty() ? "" : "    traffic: " + traffic + "\n") +
                   R"yaml(    bind:
      api: { provider: local, command: [./shop], instances: 3 }
    metrics:
      errors: { source: load_balancer, component: api, ratio: [http_5xx, http_all] }
    triggers:
      errors:
        alert: "worse(errors than baseline, ratio 1.25, alpha 0.1%)"
        normal: "no_worse(errors than baseline, ratio 2, beta 1%)"
)yaml";
  return test::compile(s);
}

}  // namespace

TEST_CASE("plan/certainty: enough traffic and time, or none expected, is nothing to warn of") {
  CHECK(with_traffic("").text() == "");
  CHECK(with_traffic("{ per_minute: 60000, errors: 0.1%, instances: 9 }").text() == "");
}

TEST_CASE("plan/certainty: a bake that can decide nothing is warned of with numbers") {
  const auto c = with_traffic("3000");
  CHECK_FALSE(c.findings.has_errors());
  REQUIRE(c.what.warnings.size() == 2);
  CHECK(c.what.warnings[0].find(
            "`errors`: worse(errors than baseline, ratio 1.25, alpha 0.1%): 20% of 3000 requests a "
            "minute for 1h sees 36000 requests: finds 2.5 times 0.1% errors with") == 0);
  CHECK(c.what.warnings[1].find("certifies a healthy canary as below 2 times 0.1% errors with") !=
        std::string::npos);
  CHECK(c.findings.items().size() == 2);
}

TEST_CASE("plan/certainty: a bake shorter than a slot, and nonsense for traffic") {
  const auto c = with_traffic("60000", "2s");
  REQUIRE(!c.what.warnings.empty());
  CHECK(c.what.warnings[0].find("cannot be decided by this bake") != std::string::npos);
  CHECK(messages(with_traffic("{ per_minute: 3000, errors: often }")) ==
        "`errors` must be a share such as 0.1%\n");
  CHECK(messages(with_traffic("{ per_minute: 3000, errors: 5s }")).find("must be a share") !=
        std::string::npos);
  CHECK(with_traffic("0").findings.has_errors());
  CHECK(with_traffic("{ errors: 1% }").findings.has_errors());
  CHECK(with_traffic("{ per_minute: 3000, instances: 0 }").findings.has_errors());
}
