// Numbers, lengths and counts that an action limits.
#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

compiled holding(const std::string& with) {
  return test::compile(
      "shipflow: 1\nplan: shop\nsteps:\n  - { id: a, action: limited.hold, with: { " + with +
      " } }\n  - { id: b, needs: [a], action: limited.hold, with: { count: \"${steps.a.count}\" } }\n");
}

compiled tried(const std::string& steps) {
  start s;
  s.plan =
      "shipflow: 1\nplan: shop\ncomponents: [cdn]\nsteps:\n  - id: cdn\n    canary:\n      component: cdn\n" +
      steps;
  s.environments = "shipflow: 1\nenvironments:\n  local:\n    bind:\n      cdn: { provider: limited }\n";
  return test::compile(s);
}

}  // namespace

TEST_CASE(
    "plan/ranges: values at the limits are taken, also out of references, and what a run makes of it is left "
    "to the run") {
  for (const auto* with :
       {"count: 0", "count: 15", "count: 100", "count: \"${COUNT}\"", "share: 1", "share: -0.5", "lasts: 1m",
        "lasts: 1h", "name: a", "name: abc", "paths: [a, b]", "key: \"${DSN}\""}) {
    CAPTURE(with);
    CHECK(holding(with).text().empty());
  }
}

TEST_CASE("plan/ranges: a value outside is refused with its place, what may be there and what is") {
  const std::pair<const char*, const char*> refused[] = {
      {"count: 16", "`count` must be 0 to 15 or 100, not 16\n"},
      {"count: -1", "`count` must be 0 to 15 or 100, not -1\n"},
      {"share: 1.5", "`share` must be at most 1, not 1.5\n"},
      {"lasts: 59s", "`lasts` must be 1m to 1h, not 59s\n"},
      {"name: abcd", "`name` must have 1 to 3 bytes, not 4\n"},
      {"name: \"\"", "`name` must have 1 to 3 bytes, not 0\n"},
      {"paths: [a]", "`paths` must have at least 2 items, not 1\n"},
      {"count: many", "`count` must be a whole number\n"},
      {"key: 7", "`key` is secret: give it by a variable marked `secret: true`\n"},
  };
  for (const auto& [with, message] : refused) {
    CAPTURE(with);
    const auto c = holding(with);
    CHECK(messages(c) == message);
    CHECK(c.text().starts_with("plan.yaml:4:"));
  }
}

TEST_CASE("plan/ranges: a share of a canary that the provider does not give is refused where it stands") {
  CHECK(tried("      weights: [5, 15]\n").text().empty());
  CHECK(tried("      weights: [5, 20, 50]\n").text() ==
        "plan.yaml:8:20 /steps/0/canary/weights/1: `weight` must be 0 to 15 or 100, not 20\n"
        "plan.yaml:8:24 /steps/0/canary/weights/2: `weight` must be 0 to 15 or 100, not 50\n");
  CHECK(tried("      steps: [{ weight: 30, bake: 1m }]\n").text() ==
        "plan.yaml:8:25 /steps/0/canary/steps/0/weight: `weight` must be 0 to 15 or 100, not 30\n");
}
