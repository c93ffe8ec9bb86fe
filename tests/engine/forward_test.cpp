#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::answer;

TEST_CASE("engine: steps run in the order of their needs and the run is released") {
  rig r;
  plan_builder b;
  b.set("database", "db", "2");
  b.set("api", "api", "2", {"database"});
  b.set("web", "web", "2", {"api"});
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(r.world->log == std::vector<std::string>{"set db=2", "set api=2", "set web=2"});
  CHECK(shipflow::verify_audit(*r.store, run).has_value());
}

TEST_CASE("engine: a sequential effect costs two durable commits") {
  const auto commits_of = [](int effects) {
    rig r;
    auto counting = std::make_shared<shipflow::rehearsal::wrapped_store>(r.store);
    r.store = counting;
    r.crash();
    plan_builder b;
    for (int i = 0; i < effects; ++i)
      b.set("s" + std::to_string(i), "r" + std::to_string(i), "1",
            i == 0 ? std::vector<std::string>{} : std::vector{"s" + std::to_string(i - 1)});
    const auto run = r.start(b);
    CHECK(r.finish(run));
    return counting->commits;
  };
  CHECK(commits_of(11) - commits_of(1) == 20);
}

TEST_CASE("engine: a slow effect is started, asked and settled") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2", {}, true);
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(r.world->values["api"] == "2");
}

TEST_CASE("engine: values pass from step to step, and secrets only reach the provider") {
  rig r;
  plan_builder b;
  b.make("build");
  auto& s = b.set("api", "api", "", {"build"});
  s.inputs["value"] = "image ${steps.build.id}";
  s.inputs["token"] = "${secret:TOKEN}";
  std::string seen;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply&) {
    if (const auto* token = q.inputs.if_contains("token");
        token != nullptr && q.what == shipflow::verb::apply)
      seen = std::string(token->get_string());
    return false;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.world->values["api"].starts_with("image "));
  CHECK(seen == "s3cr3t-value");
  for (const auto& f : r.store->read_facts(run).value())
    CHECK(f.body.find("s3cr3t-value") == std::string::npos);
}

TEST_CASE("engine: a provider gets the target with secrets, as it is written down, and the secrets by name") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2").target["url"] = "postgres://u:${secret:TOKEN}@db";
  shipflow::request seen;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply&) {
    if (q.what == shipflow::verb::apply) seen = q;
    return false;
  };
  REQUIRE(r.finish(r.start(b)));
  CHECK(seen.target["url"] == "postgres://u:s3cr3t-value@db");
  CHECK(seen.written["url"] == "postgres://u:${secret:TOKEN}@db");
  CHECK(seen.named_secrets == std::map<std::string, std::string>{{"TOKEN", "s3cr3t-value"}});
}

TEST_CASE("engine: a secret that a provider answers with is redacted before it is stored") {
  rig r;
  plan_builder b;
  auto& s = b.set("api", "api", "2");
  s.inputs["token"] = "${secret:TOKEN}";
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::apply) return false;
    reply(answer::failed(shipflow::make_error(shipflow::errc::failed, "refused token s3cr3t-value"),
                         json::object{{"log", "sent s3cr3t-value"}}));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  for (const auto& f : r.store->read_facts(run).value())
    CHECK(f.body.find("s3cr3t-value") == std::string::npos);
  for (const auto& e : r.events)
    CHECK(json::serialize(shipflow::to_json(e)).find("s3cr3t-value") == std::string::npos);
}

TEST_CASE("engine: a secret output reaches neither facts nor events, wherever the answer repeats it") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2").secret_outputs = {"token"};
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::apply) return false;
    reply(answer::done(json::object{{"token", "fresh-t0ken"}, {"name", "made with fresh-t0ken"}}));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.look(run).steps[0].outputs == json::value{{"token", "***"}, {"name", "made with ***"}});
  for (const auto& f : r.store->read_facts(run).value())
    CHECK(f.body.find("fresh-t0ken") == std::string::npos);
  for (const auto& e : r.events)
    CHECK(json::serialize(shipflow::to_json(e)).find("fresh-t0ken") == std::string::npos);
}

TEST_CASE("engine: a failure is tried again within its attempts, with growing pauses") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2").retry = {3, shipflow::duration{1'000}, shipflow::duration{60'000}};
  int failures = 0;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::apply || failures == 2) return false;
    ++failures;
    reply(answer::failed(shipflow::make_error(shipflow::errc::unavailable, "try later")));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  CHECK(r.look(run).steps[0].attempt == 3);
}

TEST_CASE("engine: a `when` that does not hold skips the step, and its dependants go on") {
  rig r;
  plan_builder b;
  b.make("build");
  auto& s = b.set("api", "api", "2", {"build"});
  s.when = "!${steps.build.id}";
  b.set("web", "web", "2", {"api"});
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.look(run).steps[1].status == shipflow::step_status::skipped);
  CHECK_FALSE(r.world->values.contains("api"));
  CHECK(r.world->values["web"] == "2");
}

TEST_CASE("engine: an answer that never comes is resolved, not repeated blindly") {
  rig r;
  plan_builder b;
  b.make("build");
  std::vector<shipflow::reply> kept;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::apply || !kept.empty()) return false;
    ++r.world->effects[q.effect_key];  // carried out, but nobody hears of it
    kept.push_back(std::move(reply));
    return true;
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  for (const auto& [key, times] : r.world->effects) CHECK(times == 1);
}

TEST_CASE("engine: an effect nobody can tell about parks the run with a command") {
  rig r;
  plan_builder b;
  b.make("build");
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::apply && q.what != shipflow::verb::resolve) return false;
    reply(answer::unknown("the network was cut"));
    return true;
  };
  const auto run = r.start(b);
  r.time.run_until([] { return false; }, std::chrono::minutes(10));
  const auto state = r.look(run);
  CHECK(state.parked.find("build") != std::string::npos);
  CHECK(state.parked_command.find("shipflow retry " + run) == 0);
  r.toy->intercept = nullptr;
  CHECK(r.say(run, "skip", "user:dana", {{"step", "build"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine: the same external id starts one run") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  const shipflow::start_options options{"user:dana", {}, "", "pipeline-7"};
  const auto first = r.engine->start(b.get(), options).value();
  CHECK(r.engine->start(b.get(), options).value() == first);
  REQUIRE(r.finish(first));
  CHECK(r.engine->start(b.get(), options).value() == first);
}
