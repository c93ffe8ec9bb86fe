#include "rig.hpp"

#include <shipflow/promotion.hpp>

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace std::chrono_literals;

namespace {

const std::string pinned = "shop/api@sha256:" + std::string(64, 'a');

// A release of the same plan to another environment, with a watch behind it.
plan_builder release_to(const std::string& environment, const std::string& version = "2.0.0") {
  plan_builder b;
  b.set("api", "api", version).first_traffic = true;
  b.set("smoke", "smoke", version, {"api"}).skippable = true;
  b.watch("watch", 1h, {"smoke"});
  b.probe("api", "api", "SEV3");
  b.get().environment = environment;
  b.get().locks = {"environment:" + environment};
  b.get().release.version = version;
  b.get().release.commit = "c-" + version;
  b.get().release.images = {{"api", pinned}};
  return b;
}

plan_builder production(const std::string& identity) {
  auto b = release_to("production");
  shipflow::promotion_rule rule;
  rule.environment = "staging";
  rule.identity = identity;
  b.get().promoted_from = rule;
  return b;
}

shipflow::promotion_rule& rule_of(plan_builder& b) { return *b.get().promoted_from; }

void pass_time(rig& r, shipflow::duration d) {
  r.time.run_until([] { return false; }, d);
}

// To staging and through its watch.
std::string proved(rig& r, const std::string& version = "2.0.0") {
  auto b = release_to("staging", version);
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
  return run;
}

std::string refusal(rig& r, plan_builder& b) {
  const auto told = r.start(b);
  REQUIRE(told.starts_with("error: production takes only what proved itself in staging: "));
  return told.substr(told.find("staging: ") + 9);
}

std::string created_member(rig& r, const std::string& run, const char* key) {
  const auto fact = shipflow::parse_json(r.store->read_facts(run).value().front().body).value();
  const auto* v = fact.at("body").as_object().if_contains(key);
  return v == nullptr ? "" : std::string(v->as_string());
}

}  // namespace

TEST_CASE(
    "engine/promotion: what was released, healthy and is the same goes on, and the record says from where") {
  for (const auto* identity : {"digest", "commit", "version"}) {
    CAPTURE(identity);
    rig r;
    const auto there = proved(r);
    auto b = production(identity);
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    CHECK(created_member(r, run, "promoted") == there);
    CHECK(shipflow::summary(r.look(run)).at("promoted").as_string() == there);
  }
}

TEST_CASE("engine/promotion: what was never released there is refused, by its name and with what to do") {
  rig r;
  proved(r, "1.9.0");
  auto by_version = production("version");
  CHECK(refusal(r, by_version) == "version 2.0.0 was not released to staging; release it there first");
  auto by_commit = production("commit");
  CHECK(refusal(r, by_commit) == "commit c-2.0.0 was not released to staging; release it there first");
  auto by_digest = production("digest");
  by_digest.get().release.images["api"] = "shop/api@sha256:" + std::string(64, 'b');
  CHECK(refusal(r, by_digest) ==
        "a release of these images was not released to staging; release it there first");
  CHECK(r.store->list_runs({.environment = "production", .plan = "", .terminal = {}, .limit = 10})
            .value()
            .empty());
}

TEST_CASE("engine/promotion: a release that cannot be told by its identity is refused with the reason") {
  rig r;
  proved(r);
  auto b = production("digest");
  b.get().release.images["api"] = "shop/api:2.0.0";
  CHECK(refusal(r, b) == "image api is not pinned: shop/api:2.0.0; give it as name@sha256: and 64 digits");
  for (const auto& digits : {std::string{}, std::string("abc"), std::string(63, 'a'), std::string(65, 'a'),
                             std::string(64, 'g')}) {
    CAPTURE(digits);
    b.get().release.images["api"] = "shop/api@sha256:" + digits;
    CHECK(refusal(r, b).starts_with("image api is not pinned: "));
  }
  b.get().release.images.clear();
  CHECK(refusal(r, b).starts_with("the release has no images"));
  auto c = production("commit");
  c.get().release.commit.clear();
  CHECK(refusal(r, c).starts_with("the release has no `commit`"));
}

TEST_CASE("engine/promotion: the newest run of the release decides, also when it was taken back") {
  rig r;
  proved(r);
  auto again = release_to("staging");
  const auto bad = r.start(again);
  r.time.run_until([&] { return r.phase(bad) == "watching"; });
  CHECK(r.say(bad, "rollback", "user:dana", {{"reason", "it leaks"}}));
  REQUIRE(r.finish(bad));
  auto b = production("version");
  const auto why = refusal(r, b);
  CHECK(why.find("run " + bad + " in staging is rolled_back: rollback asked by user:dana: it leaks") == 0);
  proved(r);
  CHECK_FALSE(r.start(b).starts_with("error"));
}

TEST_CASE("engine/promotion: while it is watched there it counts, unless a guard speaks against it") {
  rig r;
  auto staging = release_to("staging");
  const auto there = r.start(staging);
  r.time.run_until([&] { return r.phase(there) == "watching"; });
  pass_time(r, 1min);
  auto b = production("version");
  SUBCASE("healthy") { CHECK_FALSE(r.start(b).starts_with("error")); }
  SUBCASE("red") {
    r.probes->now["api"] = shipflow::look::fail;
    pass_time(r, 2min);
    CHECK(refusal(r, b).find("run " + there + " in staging is not healthy: api says alert") == 0);
  }
  SUBCASE("under way") {
    auto more = release_to("staging", "2.1.0");
    more.approval("go", {"qa"});
    const auto open = r.start(more);
    r.settle();
    auto next = production("version");
    next.get().release.version = "2.1.0";
    CHECK(refusal(r, next).find("run " + open + " in staging is ") == 0);
  }
}

TEST_CASE("engine/promotion: health is counted from the release, and anew from an alert on") {
  rig r;
  auto staging = release_to("staging");
  const auto there = r.start(staging);
  r.time.run_until([&] { return r.phase(there) == "watching"; });
  const auto released = r.look(there).released_at;
  auto b = production("version");
  rule_of(b).healthy_for = 30min;
  pass_time(r, 10min);
  CHECK(refusal(r, b).find("it can go on at " + shipflow::format_time(released + 30min)) !=
        std::string::npos);
  r.probes->now["api"] = shipflow::look::fail;
  pass_time(r, 2min);
  r.probes->now["api"] = shipflow::look::pass;
  REQUIRE(r.finish(there));
  CHECK_FALSE(r.start(b).starts_with("error"));
  rule_of(b).healthy_for = 59min;
  CHECK(refusal(r, b).find("healthy since") != std::string::npos);
}

TEST_CASE("engine/promotion: a step that has to be validated must have been carried out there, not skipped") {
  rig r;
  auto staging = release_to("staging");
  shipflow::start_options how;
  how.principal = "user:dana";
  how.emergency = "the site is down";
  const auto there = r.engine->start(staging.get(), how).value();
  REQUIRE(r.finish(there));
  auto b = production("version");
  CHECK_FALSE(r.start(b).starts_with("error"));
  rule_of(b).validated = {"api", "smoke"};
  CHECK(refusal(r, b) ==
        "run " + there +
            " in staging did not carry out step smoke, which has to be validated; release it "
            "there again with it");
}

TEST_CASE(
    "engine/promotion: a hotfix needs its role, is recorded for ever, and is none where nothing is asked") {
  rig r;
  auto b = production("version");
  rule_of(b).hotfix = {"lead"};
  shipflow::start_options how;
  how.principal = "user:dana";
  how.hotfix = "card numbers leak";
  auto denied = r.engine->start(b.get(), how);
  REQUIRE_FALSE(denied.has_value());
  CHECK(denied.error().message == "user:dana may not start a hotfix in production");
  how.principal = "user:lee";
  const auto run = r.engine->start(b.get(), how).value();
  REQUIRE(r.finish(run));
  CHECK(created_member(r, run, "hotfix") == "card numbers leak");
  CHECK(r.look(run).hotfix == "card numbers leak");
  auto free = release_to("staging");
  CHECK_FALSE(r.engine->start(free.get(), how).has_value());
}

TEST_CASE("engine/promotion: an emergency is asked too, unless the rule may be skipped") {
  rig r;
  auto b = production("version");
  shipflow::start_options how;
  how.principal = "user:lee";
  how.emergency = "the site is down";
  CHECK_FALSE(r.engine->start(b.get(), how).has_value());
  rule_of(b).skippable = true;
  CHECK(r.engine->start(b.get(), how).has_value());
  how.emergency.clear();
  CHECK_FALSE(r.engine->start(b.get(), how).has_value());
}

TEST_CASE(
    "engine/promotion: a scheduled start is judged again when it comes: what was taken back is not begun") {
  rig r;
  auto staging = release_to("staging");
  const auto there = r.start(staging);
  r.time.run_until([&] { return r.phase(there) == "watching"; });
  auto b = production("version");
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = r.time.now() + 3h;
  const auto run = r.engine->start(b.get(), how).value();
  pass_time(r, 10min);
  CHECK(r.phase(run) == "queued");
  SUBCASE("rolled back") {
    CHECK(r.say(there, "rollback", "user:dana", {{"reason", "it leaks"}}));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "failed");
    CHECK(r.look(run).reason ==
          "production takes only what proved itself in staging: run " + there +
              " in staging is rolled_back: rollback asked by user:dana: it leaks; release it there first");
    CHECK(r.time.now() >= how.start_at);
    CHECK(r.world->values.empty());
    CHECK(r.look(run).steps[0].attempt == 0);
  }
  SUBCASE("as it was") {
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE(
    "engine/promotion: an alert since the start was asked for counts when it comes, also after a crash") {
  rig r;
  auto staging = release_to("staging");
  const auto there = r.start(staging);
  r.time.run_until([&] { return r.phase(there) == "watching"; });
  pass_time(r, 30min);
  auto b = production("version");
  rule_of(b).healthy_for = 20min;
  shipflow::start_options how;
  how.principal = "user:dana";
  how.start_at = r.time.now() + 25min;
  const auto run = r.engine->start(b.get(), how).value();
  pass_time(r, 15min);
  r.probes->now["api"] = shipflow::look::fail;
  pass_time(r, 2min);
  r.probes->now["api"] = shipflow::look::pass;
  r.crash();
  REQUIRE(r.engine->resume().has_value());
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "failed");
  CHECK_MESSAGE(r.look(run).reason.find("it can go on at") != std::string::npos, r.look(run).reason);
}

TEST_CASE("engine/promotion: a run that waits for another one is judged when its turn comes") {
  rig r;
  proved(r);
  plan_builder first;
  first.approval("go", {"qa"});
  first.get().environment = "production";
  first.get().locks = {"environment:production"};
  const auto holder = r.start(first);
  r.settle();
  auto b = production("version");
  b.get().protection.one_at_a_time = "wait";
  const auto run = r.start(b);
  pass_time(r, 1min);
  CHECK(r.phase(run) == "queued");
  auto again = release_to("staging");
  const auto bad = r.start(again);
  r.time.run_until([&] { return r.phase(bad) == "watching"; });
  CHECK(r.say(bad, "rollback", "user:dana", {{"reason", "it leaks"}}));
  REQUIRE(r.finish(bad));
  CHECK(r.say(holder, "cancel", "user:dana"));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "failed");
  CHECK_MESSAGE(r.look(run).reason.find(bad) != std::string::npos, r.look(run).reason);
}
