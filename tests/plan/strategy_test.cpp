#include "plan/compiling.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

const std::string head = "shipflow: 1\nplan: shop\ncomponents: [api, web, db, tasks]\n";

compiled of_steps(const std::string& steps) { return test::compile(head + "steps:\n" + steps); }

}  // namespace

TEST_CASE("plan/strategy: blue_green launches, shifts, bakes and retires") {
  const auto c = of_steps("  - { id: api, blue_green: { component: api, bake: 10m, instances: 2 } }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == R"(api/launch
api/shift < api/launch
api/bake < api/shift
api/retire < api/bake
)");
  const auto& launch = c.step("api/launch");
  CHECK(
      json::value(launch.inputs) ==
      json::value{{"version", "1.5.0"}, {"colour", "next"}, {"instances", 2}, {"image", "shop@sha256:abc"}});
  CHECK(launch.provider == "local");
  CHECK(launch.component == "api");
  CHECK(launch.resources == std::vector<std::string>{"fleet:api/next"});
  CHECK(launch.title == "launch api 1.5.0");
  CHECK(launch.first_traffic == false);
  const auto& shift = c.step("api/shift");
  CHECK(json::value(shift.inputs) == json::value{{"weight", 100}, {"colour", "${steps.api/launch.colour}"}});
  CHECK(shift.first_traffic);
  CHECK(shift.rank == restore_rank::traffic);
  CHECK(c.step("api/bake").lasts == duration{600'000});
  CHECK(c.step("api/bake").kind == step_kind::wait);
  CHECK(c.step("api/retire").inputs.empty());
}

TEST_CASE("plan/strategy: what follows a blue_green waits for the retirement, unless the old fleet is kept") {
  CHECK(of_steps("  - { id: api, blue_green: { component: api } }\n"
                 "  - { id: smoke, needs: [api], command: [./smoke] }\n")
            .shape() == R"(api/launch
api/shift < api/launch
api/retire < api/shift
smoke < api/retire
)");
  const auto kept = of_steps(
      "  - { id: api, blue_green: { component: api, bake: 1m, keep_old: { until: watch.end } } }\n"
      "  - { id: smoke, needs: [api], command: [./smoke] }\n"
      "  - { id: watch, needs: [smoke], watch: { for: 24h } }\n");
  CHECK(kept.text() == "");
  CHECK(kept.shape() == R"(api/launch
api/shift < api/launch
api/bake < api/shift
smoke < api/bake
watch < smoke
api/retire < api/bake watch
)");
  const auto timed = of_steps(
      "  - { id: api, blue_green: { component: api, keep_old: { for: 30m } } }\n"
      "  - { id: smoke, needs: [api], command: [./smoke] }\n");
  CHECK(timed.shape() == R"(api/launch
api/shift < api/launch
api/keep < api/shift
api/retire < api/keep
smoke < api/shift
)");
  CHECK(timed.step("api/keep").lasts == duration{1'800'000});
}

TEST_CASE("plan/strategy: the old fleet can be kept as long as people may decide on a rollback") {
  const std::string steps =
      "  - { id: api, blue_green: { component: api, keep_old: { until: decision_window.end } } }\n";
  const auto c = of_steps(steps + "rollback: { decision_window: { for: 45m } }\n");
  CHECK(c.text() == "");
  CHECK(c.step("api/keep").lasts == duration{45 * 60'000});
  CHECK(messages(of_steps(steps)) ==
        "`decision_window.end`: `rollback` has no `decision_window` with `for`\n");
}

TEST_CASE("plan/strategy: promote with an approval stands before all traffic goes over") {
  const auto c = of_steps(
      "  - { id: api, blue_green: { component: api, promote: { approval: { roles: [qa], quorum: 2, expires: "
      "4h } } } }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == R"(api/launch
api/promote < api/launch
api/shift < api/launch api/promote
api/retire < api/shift
)");
  const auto& promote = c.step("api/promote");
  CHECK(promote.kind == step_kind::approval);
  CHECK(promote.roles == std::vector<std::string>{"qa"});
  CHECK(promote.quorum == 2);
  CHECK(promote.timeout == duration{4 * 3'600'000});
  CHECK(of_steps("  - { id: api, blue_green: { component: api, promote: automatic } }\n").text() == "");
}

TEST_CASE("plan/strategy: canary goes through its weights and bakes to all traffic") {
  const auto c = of_steps(
      "  - { id: api, canary: { component: api, weights: [10, 50], bake: 5m, promote: { approval: { roles: "
      "[lead] } } } }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == R"(api/launch
api/shift-10 < api/launch
api/bake-10 < api/shift-10
api/shift-50 < api/launch api/bake-10
api/bake-50 < api/shift-50
api/promote < api/bake-50
api/shift-100 < api/launch api/promote
api/bake-100 < api/shift-100
api/retire < api/bake-100
)");
  CHECK(c.step("api/shift-10").first_traffic);
  CHECK(!c.step("api/shift-50").first_traffic);
  CHECK(c.step("api/shift-50").inputs.at("weight") == 50);
}

TEST_CASE("plan/strategy: canary steps may bring their own bakes and end at 100") {
  const auto c = of_steps(
      "  - { id: api, canary: { component: api, steps: [ { weight: 10, bake: 1m }, { weight: 100, bake: 2m } "
      "] } }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == R"(api/launch
api/shift-10 < api/launch
api/bake-10 < api/shift-10
api/shift-100 < api/launch api/bake-10
api/bake-100 < api/shift-100
api/retire < api/bake-100
)");
  CHECK(c.step("api/bake-100").lasts == duration{120'000});
}

TEST_CASE("plan/strategy: rolling and in_place replace, and their traffic begins there") {
  const auto c = of_steps(
      "  - { id: api, rolling: { component: api, batch: 25%, bake: 1m } }\n"
      "  - { id: web, in_place: { component: web, version: 2.0.0 } }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == "api/replace\napi/bake < api/replace\nweb/replace\n");
  CHECK(json::value(c.step("api/replace").inputs) == json::value{{"version", "1.5.0"}, {"batch", "25%"}});
  CHECK(json::value(c.step("web/replace").inputs) == json::value{{"version", "2.0.0"}, {"batch", "100%"}});
  CHECK(c.step("web/replace").first_traffic);
}

TEST_CASE("plan/strategy: maintenance is ended when its steps have ended, and before the watch") {
  const auto c = of_steps(
      "  - { id: closed, maintenance: { component: api, until: [migrate] } }\n"
      "  - { id: migrate, needs: [closed], command: [./migrate] }\n"
      "  - { id: watch, needs: [migrate], watch: { for: 1h } }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == R"(closed
migrate < closed
closed/restore < closed migrate
watch < migrate closed/restore
)");
  const auto& restore = c.step("closed/restore");
  CHECK(restore.kind == step_kind::restore);
  CHECK(restore.restores == c.what.find("closed"));
  CHECK(restore.action == "maintenance");
  CHECK(json::value(restore.inputs) == json::value{{"on", true}});
  CHECK(!c.step("closed").first_traffic);
}

TEST_CASE("plan/strategy: ensure begins with a call and ends with a restore that has the end command") {
  const auto c = of_steps(
      "  - { id: lock, ensure: { begin: { command: [./lock] }, end: [./unlock, now], until: [migrate] } }\n"
      "  - { id: migrate, needs: [lock], command: [./migrate] }\n");
  CHECK(c.text() == "");
  CHECK(c.shape() == "lock\nmigrate < lock\nlock/restore < lock migrate\n");
  CHECK(json::value(c.step("lock").inputs) ==
        json::value{{"command", {"./lock"}}, {"undo", {"./unlock", "now"}}});
  CHECK(c.step("lock").undo == reversibility::reversible);
}
