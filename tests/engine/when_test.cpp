// `when` decided while a run goes on: documents as people write them, compiled and carried out.
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::step_status;

namespace {

struct conditional {
  /// `look` gives `value`; `then` waits for what `when` says of it; `after` needs both.
  explicit conditional(const std::string& when, const std::string& look_when = "") {
    const auto text =
        "shipflow: 1\nplan: shop\ncomponents: [api]\nsteps:\n" +
        ("  - { id: look, action: api.set, with: { resource: seen, value: \"5\" }" +
         (look_when.empty() ? "" : ", when: \"" + look_when + "\"") + " }\n") +
        "  - { id: then, needs: [look], action: api.set, with: { resource: then, value: done }, when: \"" +
        when +
        "\" }\n"
        "  - { id: after, needs: [then], action: api.set, with: { resource: after, value: done } }\n";
    const std::string environments =
        "shipflow: 1\nenvironments:\n  test:\n    flags: { careful: true, fast: false }\n"
        "    bind: { api: { provider: toy } }\n";
    shipflow::diagnostics found;
    const auto document = shipflow::read_plan(shipflow::parse_document(text, "plan.yaml", found), found);
    const auto where = shipflow::read_environment(
        shipflow::parse_document(environments, "environments.yaml", found), "test", {}, found);
    shipflow::release_info release;
    release.version = "2.0.0";
    what = shipflow::compile(document, where, release, {}, r.engine->offers(), found);
    INFO(found.text());
    REQUIRE_FALSE(found.has_errors());
  }
  /// What `look` answers in place of {value: "5"}.
  void gives(const json::object& outputs) {
    r.toy->intercept = [outputs](const shipflow::request& q, shipflow::reply& reply) {
      if (q.step != "look" || q.what != shipflow::verb::apply) return false;
      reply(shipflow::answer::done(outputs));
      return true;
    };
  }
  std::string start() {
    return r.engine->start(what, {.principal = "user:dana", .groups = {}, .reason = "", .external_id = ""})
        .value();
  }
  shipflow::step_state step(const std::string& run, const std::string& id) {
    const auto s = r.look(run);
    return s.steps.at(s.index.find(id)->second);
  }

  rig r;
  shipflow::plan what;
};

/// Was `then` carried out? What comes after is, in any case.
bool taken(const std::string& when, const json::object& outputs = {{"value", "5"}}) {
  conditional c(when);
  c.gives(outputs);
  const auto run = c.start();
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "released");
  CHECK(c.r.world->values.contains("after"));
  const bool done = c.r.world->values.contains("then");
  CHECK(c.step(run, "then").status == (done ? step_status::done : step_status::skipped));
  if (!done) CHECK(c.step(run, "then").why == "its condition does not hold");
  return done;
}

/// Why the run turned back.
std::string refused(const std::string& when, const json::object& outputs) {
  conditional c(when);
  c.gives(outputs);
  const auto run = c.start();
  REQUIRE(c.r.finish(run));
  CHECK(c.r.phase(run) == "rolled_back");
  CHECK_FALSE(c.r.world->values.contains("then"));
  CHECK_FALSE(c.r.world->values.contains("after"));
  return c.step(run, "then").why;
}

}  // namespace

TEST_CASE("engine/when: a step is carried out or left out by the output of an earlier one") {
  CHECK(taken("${steps.look.value} > 3"));
  CHECK_FALSE(taken("${steps.look.value} > 3", {{"value", 3}}));
  CHECK(taken("${steps.look.value} == 5.0"));
  CHECK(taken("${steps.look.value} != 'blue'"));
  CHECK_FALSE(taken("${steps.look.value} == 'blue'", {{"value", "green"}}));
  CHECK(taken("${steps.look.value}", {{"value", true}}));
  CHECK_FALSE(taken("!${steps.look.value}", {{"value", true}}));
}

TEST_CASE("engine/when: outputs, flags and constants are joined") {
  CHECK(taken("${flags.careful} and ${steps.look.value} >= 5"));
  CHECK_FALSE(taken("${flags.fast} and ${steps.look.value} >= 5"));
  CHECK(taken("${flags.fast} or not (${steps.look.value} < 5)"));
  CHECK(taken("${release.version} == '2.0.0' and ${steps.look.value} == 5"));
}

TEST_CASE("engine/when: an output that is not there, or does not fit, fails the step and says where") {
  CHECK(refused("${steps.look.value} > 3", {}) ==
        "`when`: ${steps.look.value} has no value: the step gave no \"value\"");
  CHECK(refused("${flags.careful} and ${steps.look.value} > 3", {{"other", 1}}) ==
        "`when`: ${steps.look.value} has no value: the step gave no \"value\"");
  CHECK(refused("${steps.look.value} > 3", {{"value", "many"}}) ==
        "`when`: `>` compares numbers, not `many`");
  CHECK(refused("not ${steps.look.value} and true", {{"value", "5"}}) ==
        "`when`: must be true or false, not `5`");
}

TEST_CASE("engine/when: a step left out while the run goes on leaves empty outputs, which are no number") {
  plan_builder b;
  rig r;
  b.set("probe", "probe", "5");
  b.set("look", "seen", "5", {"probe"}).when =
      json::parse(R"({"op": ">", "of": ["${steps.probe.value}", 9]})");
  auto& then = b.set("then", "then", "done", {"look"});
  std::string end;
  SUBCASE("compared with text") {
    then.when = json::parse(R"({"op": "==", "of": ["${steps.look.value}", ""]})");
    end = "released";
  }
  SUBCASE("compared with a number") {
    then.when = json::parse(R"({"op": ">", "of": ["${steps.look.value}", 3]})");
    end = "rolled_back";
  }
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == end);
  CHECK(r.look(run).steps[1].status == step_status::skipped);
  CHECK(r.world->values.contains("then") == (end == "released"));
}

TEST_CASE("engine/when: a takeover decides the same") {
  conditional c("${steps.look.value} > 3");
  c.gives({{"value", 7}});
  const auto run = c.start();
  c.r.time.run_until([&] { return c.step(run, "look").status == step_status::done; });
  c.r.crash();
  REQUIRE(c.r.engine->resume().has_value());
  REQUIRE(c.r.finish(run));
  CHECK(c.r.world->values.contains("then"));
}
