#include "plan/compiling.hpp"

#include <shipflow/condition.hpp>

using namespace shipflow;
using namespace shipflow::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::string watched(const std::string& watch) {
  return "shipflow: 1\nplan: shop\ncomponents: [api]\nparameters: { watch: { default: 24h, type: duration } "
         "}\n"
         "steps:\n  - { id: api, blue_green: { component: api, bake: 1m } }\n"
         "  - { id: watch, needs: [api], watch: " +
         watch + " }\n";
}

const std::string three =
    "{ for: \"${watch}\", phases: ["
    "{ name: Immediate, from: 0h, to: 15m, look_at: [dashboards, error logs], abort: [errors, api], every: "
    "10s },"
    "{ name: first hour, from: 15m, to: 1h, abort: [errors], every: 30s },"
    "{ name: first day, from: 1h, to: 24h, pause: [errors] } ] }";

std::string with_environment(std::string_view from, std::string_view to) {
  auto text = std::string(local_environment());
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("plan/watch: phases are watches one after the other, each with its own guards and pace") {
  const auto c = test::compile(watched(three));
  CHECK(c.text() == "");
  CHECK(c.shape().find("watch/immediate < api/retire\nwatch/first-hour < watch/immediate\n"
                       "watch/first-day < watch/first-hour") != std::string::npos);
  CHECK(c.step("watch/immediate").lasts == minutes(15));
  CHECK(c.step("watch/first-hour").lasts == minutes(45));
  CHECK(c.step("watch/first-day").lasts == hours(23));
  CHECK(c.step("watch/immediate").title == "watch, Immediate: look at dashboards, error logs, for 15m");
  REQUIRE(c.what.guards.size() == 4);
  const auto& errors = c.what.guards[0];
  CHECK(errors.id == "errors@watch/immediate");
  CHECK(c.what.steps[errors.from].id == "watch/immediate");
  CHECK(errors.until == errors.from);
  CHECK(errors.slot == seconds(10));
  CHECK(c.what.guards[1].every == seconds(10));
  CHECK(c.what.guards[2].id == "errors@watch/first-hour");
  CHECK(c.what.guards[2].slot == seconds(30));
  CHECK(c.what.guards[3].alert == "");
  CHECK(plan_from_json(to_json(c.what)).value().digest() == c.what.digest());
}

TEST_CASE("plan/watch: phases are cut at the end, and what they leave is the rest") {
  start s;
  s.plan = watched(three);
  s.parameters = {{"watch", "20m"}};
  const auto cut = test::compile(s);
  CHECK(cut.step("watch/first-hour").lasts == minutes(5));
  CHECK_FALSE(cut.what.find("watch/first-day"));
  CHECK(cut.what.guards.size() == 3);
  s.parameters = {{"watch", "48h"}};
  const auto rest = test::compile(s);
  CHECK(rest.step("watch/rest").lasts == hours(24));
}

TEST_CASE("plan/watch: a guard until watch.end lasts through all phases") {
  auto text = watched(three);
  const std::string step = "bake: 1m } }";
  text.replace(text.find(step), step.size(), "bake: 1m }, guard: { abort: [errors], until: watch.end } }");
  const auto c = test::compile(text);
  CHECK(c.text() == "");
  CHECK(c.what.steps[*c.what.guards[0].until].id == "watch/first-day");
}

TEST_CASE("plan/watch: phases that do not fit are refused") {
  const auto refused = [](const std::string& phases) {
    return messages(test::compile(watched("{ for: 24h, phases: [" + phases + "] }")));
  };
  CHECK(refused("{ name: a, from: 0h, to: 1h }, { name: b, from: 2h, to: 3h }") ==
        "the phase must begin where the one before ends, at 1h\n");
  CHECK(refused("{ name: a, from: 0h, to: 0h }") == "the phase ends before it begins\n");
  CHECK(refused("{ name: a, from: 0h, to: 1h }, { name: A, from: 1h, to: 2h }") ==
        "the name of a phase needs letters or digits and must be its own\n");
  CHECK(refused("{ name: '!', from: 0h, to: 1h }") ==
        "the name of a phase needs letters or digits and must be its own\n");
  CHECK(
      refused("{ name: a, from: 0h, to: 1h, abort: [nothing] }").find("has no trigger or probe `nothing`") !=
      std::string::npos);
}

TEST_CASE("plan/watch: gates hold up the last bake before all traffic goes over, and end with it") {
  const auto gated = [](const std::string& strategy, const std::string& guard) {
    return test::compile("shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n  - id: api\n    " + strategy +
                         "\n    guard: " + guard + "\n");
  };
  const auto c = gated("canary: { component: api, weights: [10, 50], bake: 1m }",
                       "{ abort: [slow], promote: [errors], within: 20m, inconclusive: rollback }");
  CHECK(c.text() == "");
  REQUIRE(c.what.guards.size() == 2);
  const auto& gate = c.what.guards[1];
  CHECK(gate.alert == "");
  CHECK(c.what.steps[*gate.holds].id == "api/bake-50");
  CHECK(gate.until == gate.holds);
  CHECK(c.what.steps[gate.from].id == "api/shift-10");
  CHECK(gate.patience == minutes(20));
  CHECK(gate.inconclusive == "rollback");
  CHECK_FALSE(c.what.guards[0].holds);
  CHECK(plan_from_json(to_json(c.what)).value().digest() == c.what.digest());
  const auto switched = gated("blue_green: { component: api, bake: 1m }", "{ promote: [errors] }");
  CHECK(switched.what.steps[*switched.what.guards[0].holds].id == "api/bake");
  CHECK(messages(gated("canary: { component: api, weights: [10] }", "{ promote: [errors] }")) ==
        "`promote` needs a `bake` that it can hold up\n");
  CHECK(messages(gated("canary: { component: api, weights: [10], bake: 1m }", "{ promote: [slow] }")) ==
        "`slow` cannot promote: only a trigger with `normal` says when to go on\n");
}

TEST_CASE("plan/watch: a trigger with `silence` brings a guard for it") {
  start s;
  s.plan =
      "shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n"
      "  - { id: api, canary: { component: api, weights: [10], bake: 1m }, guard: { abort: [slow], until: "
      "api } }\n";
  s.environments = with_environment("severity: SEV2 }", "severity: SEV2, silence: 25s }");
  const auto c = test::compile(s);
  CHECK(c.text() == "");
  REQUIRE(c.what.guards.size() == 2);
  const auto& silent = c.what.guards[1];
  CHECK(silent.id == "slow-silent");
  CHECK(silent.severity == "SEV2");
  CHECK(silent.until == c.what.guards[0].until);
  CHECK(silent.alert ==
        "absent(\"http_all\", 30s) on canary or per_min(\"http_all\") over 30s on canary == 0 and "
        "per_min(\"http_all\") over 30s on baseline > 0");
  const auto metrics = read_metrics(silent.metrics).value();
  CHECK(check_condition(parse_condition(silent.alert).value(), metrics, silent.slot).has_value());
}

TEST_CASE("plan/watch: tests end with the switch, silence is watched by itself, one alpha for the release") {
  start s;
  s.plan =
      "shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n"
      "  - id: api\n    canary: { component: api, weights: [10, 50], bake: 1m }\n"
      "    guard: { abort: [errors, slow], promote: [hot] }\n"
      "rollback: { alpha: 0.1% }\n";
  s.environments = with_environment(
      "errors: { normal: \"errors < 0.1%\", alert: \"errors > 1% for 5m\", severity: SEV1 }\n"
      "      slow: { alert: \"errors > 5% for 1m\", severity: SEV2 }",
      "errors: { alert: \"worse(errors than baseline, ratio 1.25, alpha 1%)\" }\n"
      "      slow: { alert: \"worse(errors than baseline, ratio 2, alpha 3%) or errors > 50%\", silence: 2m "
      "}");
  s.environments.replace(s.environments.find("alert: \"saturation > 80\""), 25,
                         "normal: \"no_worse(errors than baseline, ratio 2, beta 1%)\" ");
  const auto c = test::compile(s);
  CHECK(c.text() == "");
  REQUIRE(c.what.guards.size() == 6);
  CHECK(c.what.guards[0].alert == "worse(errors than baseline, ratio 1.25, alpha 0.025%)");
  CHECK(c.what.guards[2].alert == "worse(errors than baseline, ratio 2, alpha 0.075%) or errors > 50%");
  CHECK(c.what.guards[1].id == "errors-silent");
  CHECK(c.what.guards[3].alert.find("\"http_all\", 2m)") != std::string::npos);
  CHECK(c.what.steps[*c.what.guards[0].until].id == "api/shift-100");
  CHECK(c.what.steps[*c.what.guards[4].until].id == "api/bake-50");
  CHECK(c.what.guards[5].id == "hot-silent");
  for (const auto& g : c.what.guards)
    CHECK(check_condition(parse_condition(g.alert.empty() ? g.normal : g.alert).value(),
                          read_metrics(g.metrics).value(), g.slot)
              .has_value());
}

TEST_CASE("plan/watch: an alpha that is no share is refused") {
  auto text = watched("24h");
  CHECK(messages(test::compile(text + "rollback: { alpha: lots }\n")).find("a percentage such as 0.1%") !=
        std::string::npos);
}
