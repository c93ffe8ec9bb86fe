#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::rehearsal::wrapped_store;

namespace {

// The last signal fact of a run: what it meant and why.
std::string meaning_of_last_signal(rig& r, const std::string& run) {
  std::string out;
  for (const auto& f : r.store->read_facts(run).value()) {
    if (f.kind != shipflow::fact_kind::signal) continue;
    const auto body = json::parse(f.body).at("body");
    out = std::string(body.at("meaning").as_string());
    if (const auto* why = body.as_object().if_contains("why")) out += ": " + std::string(why->as_string());
  }
  return out;
}

}  // namespace

TEST_CASE("engine/people: an approval needs its role, and counts once") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa", "lead"});
  b.set("api", "api", "2", {"go"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "approve", "user:mallory", {{"step", "go"}}));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "refused: needs one of the roles qa, lead");
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  r.settle();
  CHECK(r.phase(run) == "forward");
  CHECK(r.say(run, "approve", "user:lee", {{"step", "go"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine/people: an approval with a wait timer ends no sooner, however early it is given") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"}).lasts = std::chrono::minutes(5);
  b.set("api", "api", "2", {"go"});
  const auto run = r.start(b);
  const auto began = r.time.now();
  r.settle();
  SUBCASE("given early") {
    CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
    r.settle();
    CHECK(meaning_of_last_signal(r, run) == "counted");
    CHECK_FALSE(r.world->values.contains("api"));
    SUBCASE("goes on when the time has come") {}
    SUBCASE("also after a crash") {
      r.crash();
      REQUIRE(r.engine->resume().has_value());
    }
    REQUIRE(r.finish(run));
    CHECK(r.time.now() - began >= std::chrono::minutes(5));
    CHECK(r.time.now() - began <= std::chrono::minutes(5) + std::chrono::seconds(5));
    CHECK(r.phase(run) == "released");
    CHECK(r.look(run).steps[0].outputs.at("approved_by") == json::value("user:quinn"));
  }
  SUBCASE("given late, it ends at once") {
    r.time.run_until([] { return false; }, std::chrono::minutes(20));
    CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
    REQUIRE(r.finish(run));
    CHECK(r.time.now() - began <= std::chrono::minutes(21));
  }
  SUBCASE("a rejection does not wait") {
    CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
    CHECK(r.say(run, "reject", "user:quinn", {{"step", "go"}}));
    REQUIRE(r.finish(run));
    CHECK(r.time.now() - began <= std::chrono::minutes(1));
    CHECK(r.phase(run) == "failed");
  }
  SUBCASE("nobody gives it: it expires") {
    REQUIRE(r.finish(run));
    CHECK(r.look(run).reason == "step go failed: nobody answered within 4h");
  }
}

TEST_CASE("engine/people: a waiting run that hears something is claimed once and written once") {
  rig r;
  auto counting = std::make_shared<wrapped_store>(r.store);
  r.store = counting;
  r.crash();
  plan_builder b;
  b.approval("go", {"qa", "lead"});
  const auto run = r.start(b);
  r.settle();
  REQUIRE(r.engine->loaded() == 0);
  const auto fence = r.store->get_run(run)->fence;
  const auto commits = counting->commits;
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "counted");
  CHECK(r.store->get_run(run)->fence == fence + 1);
  CHECK(counting->commits == commits + 1);
  CHECK(r.engine->loaded() == 0);
}

TEST_CASE("engine/people: nobody approves a release of their own") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  const auto run = r.start(b, "user:quinn");
  r.settle();
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "refused: the person who started a release may not approve it");
  CHECK(r.phase(run) == "forward");
}

TEST_CASE("engine/people: an approval for another plan is refused") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}, {"plan_digest", "sha256:other"}}));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "refused: it was given for another plan");
}

TEST_CASE("engine/people: an approval that nobody gives expires with the chosen outcome") {
  rig r;
  plan_builder b;
  auto& go = b.approval("go", {"qa"});
  SUBCASE("reject fails the run") {
    const auto run = r.start(b);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "failed");
    CHECK(r.look(run).reason == "step go failed: nobody answered within 4h");
  }
  SUBCASE("hold parks it, and a late approval goes on") {
    go.on_expiry = "hold";
    b.set("api", "api", "2", {"go"});
    const auto run = r.start(b);
    r.time.run_until([] { return false; }, std::chrono::hours(5));
    CHECK(r.look(run).parked == "go: nobody answered within 4h");
    CHECK(r.look(run).parked_command == "shipflow approve " + run + " go");
    SUBCASE("by the command that it names alone") {
      CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
      REQUIRE(r.finish(run));
      CHECK(r.phase(run) == "released");
    }
    SUBCASE("not by going on without it") {
      CHECK(r.say(run, "resume", "user:dana"));
      r.settle();
      CHECK(r.look(run).parked == "go: nobody answered within 4h");
    }
    SUBCASE("a rejection that comes late is one") {
      CHECK(r.say(run, "reject", "user:quinn", {{"step", "go"}, {"reason", "too late in the week"}}));
      REQUIRE(r.finish(run));
      CHECK(r.look(run).reason == "go rejected by user:quinn: too late in the week");
    }
  }
  SUBCASE("hold parks it, and one approval of two is not enough") {
    go.on_expiry = "hold";
    go.roles = {"qa", "lead"};
    b.set("api", "api", "2", {"go"});
    const auto run = r.start(b);
    r.time.run_until([] { return false; }, std::chrono::hours(5));
    CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
    r.settle();
    CHECK(r.look(run).parked == "go: nobody answered within 4h");
    CHECK(r.say(run, "approve", "user:lee", {{"step", "go"}}));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/people: a checklist is done when every item is ticked") {
  rig r;
  plan_builder b;
  auto& ready = b.step("ready", shipflow::step_kind::checklist, {});
  ready.items = {"tests", "backup"};
  ready.item_texts = {"All tests passing", "Backup verified"};
  ready.timeout = {};
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "tick", "user:dana", {{"step", "ready"}, {"item", "nonsense"}}));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "refused: the checklist has no item \"nonsense\"");
  CHECK(r.say(run, "tick", "user:dana", {{"step", "ready"}, {"item", "tests"}}));
  CHECK(r.say(run, "tick", "user:dana", {{"step", "ready"}, {"item", "backup"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine/people: a tick is taken back while the checklist is open") {
  rig r;
  plan_builder b;
  auto& ready = b.step("ready", shipflow::step_kind::checklist, {});
  ready.items = {"tests", "backup"};
  ready.item_texts = {"All tests passing", "Backup verified"};
  ready.roles = {"lead"};
  ready.timeout = {};
  const auto run = r.start(b);
  r.settle();
  const auto word = [&](const std::string& name, const std::string& who, const std::string& item) {
    CHECK(r.say(run, name, who, {{"step", "ready"}, {"item", item}}));
    r.settle();
    return meaning_of_last_signal(r, run);
  };
  CHECK(word("tick", "user:lee", "tests") == "counted");
  CHECK(word("untick", "user:dana", "tests") == "refused: needs one of the roles lead");
  CHECK(word("untick", "user:lee", "backup") == "refused: the item \"backup\" is not ticked");
  CHECK(word("untick", "user:lee", "nonsense") == "refused: the checklist has no item \"nonsense\"");
  CHECK(word("untick", "user:lee", "tests") == "counted");
  CHECK(r.look(run).steps[0].ticked.empty());
  r.crash();
  REQUIRE(r.engine->resume().has_value());
  CHECK(word("tick", "user:lee", "backup") == "counted");
  CHECK(r.phase(run) == "forward");
  CHECK(word("tick", "user:lee", "tests") == "counted");
  CHECK(r.phase(run) == "released");
  CHECK_FALSE(r.say(run, "untick", "user:lee", {{"step", "ready"}, {"item", "tests"}}));
}

TEST_CASE("engine/people: a paused run starts nothing until it is resumed") {
  rig r;
  plan_builder b;
  b.set("one", "a", "1", {}, true);
  b.set("two", "b", "1", {"one"});
  const auto run = r.start(b);
  r.time.run_until([&] { return !r.world->operations.empty(); });
  CHECK(r.say(run, "pause", "user:dana"));
  r.settle();
  CHECK(r.world->values.contains("a"));
  CHECK_FALSE(r.world->values.contains("b"));
  CHECK(r.say(run, "resume", "user:dana"));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "released");
}

TEST_CASE("engine/people: cancel puts everything back") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::hours(1), {"api"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "cancel", "user:dana", {{"reason", "wrong branch"}}));
  REQUIRE(r.finish(run));
  CHECK(r.phase(run) == "rolled_back");
  CHECK(r.look(run).reason == "cancelled by user:dana: wrong branch");
  CHECK(r.world->values["api"] == "1");
}

TEST_CASE("engine/people: a step is skipped only where the plan allows it") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "skip", "user:dana", {{"step", "go"}}));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "refused: the plan does not let people skip go");
  rig other;
  plan_builder allowed;
  allowed.approval("go", {"qa"}).skippable = true;
  const auto second = other.start(allowed);
  other.settle();
  CHECK(other.say(second, "skip", "user:lee", {{"step", "go"}}));
  REQUIRE(other.finish(second));
  CHECK(other.phase(second) == "released");
}

TEST_CASE("engine/people: nobody gets around the approval of a release of their own by skipping it") {
  rig r;
  plan_builder b;
  auto& go = b.approval("go", {"qa"});
  go.skippable = true;
  SUBCASE("not even in an emergency") {
    shipflow::start_options how;
    how.principal = "user:dana";
    how.emergency = "checkout is down";
    const auto run = r.engine->start(b.get(), how).value();
    r.settle();
    CHECK(r.say(run, "skip", "user:dana", {{"step", "go"}}));
    r.settle();
    CHECK(meaning_of_last_signal(r, run) ==
          "refused: the person who started a release may not skip its approval");
    CHECK(r.phase(run) == "forward");
  }
  SUBCASE("but where they may approve it themselves") {
    go.self_approval = true;
    const auto run = r.start(b);
    r.settle();
    CHECK(r.say(run, "skip", "user:dana", {{"step", "go"}}));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/people: the decision window and its roles limit who may roll back a watched release") {
  rig r;
  r.world->values = {{"api", "1"}};
  plan_builder b;
  b.set("api", "api", "2");
  b.watch("watch", std::chrono::hours(24), {"api"});
  b.get().rollback.decision_roles = {"lead"};
  b.get().rollback.decision_window = std::chrono::minutes(30);
  const auto run = r.start(b);
  r.settle();
  REQUIRE(r.phase(run) == "watching");
  CHECK(r.say(run, "rollback", "user:dana"));
  r.settle();
  CHECK(meaning_of_last_signal(r, run) == "refused: needs one of the roles lead");
  SUBCASE("in time") {
    CHECK(r.say(run, "rollback", "user:lee"));
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "rolled_back");
    CHECK(r.world->values["api"] == "1");
  }
  SUBCASE("too late") {
    r.time.run_until([] { return false; }, std::chrono::minutes(31));
    CHECK(r.say(run, "rollback", "user:lee"));
    r.settle();
    CHECK(meaning_of_last_signal(r, run) == "refused: the decision window of 30m is over");
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
}

TEST_CASE("engine/people: protection says who may start") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  b.get().protection.start = {"dev"};
  CHECK(r.start(b, "user:mallory") ==
        "error: user:mallory may not start a release in test: it needs one of the roles dev");
  CHECK(r.finish(r.start(b, "user:dana")));
}

TEST_CASE("engine/people: one release at a time: the second is refused, or waits its turn") {
  rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  const auto first = r.start(b);
  r.settle();
  SUBCASE("refused, naming the first") { CHECK(r.start(b).find(first) != std::string::npos); }
  SUBCASE("waits, and begins when the first has ended") {
    b.get().protection.one_at_a_time = "wait";
    const auto second = r.start(b);
    r.settle();
    CHECK(r.phase(second) == "queued");
    CHECK(r.say(first, "approve", "user:quinn", {{"step", "go"}}));
    r.settle();
    CHECK(r.phase(first) == "released");
    CHECK(r.phase(second) == "forward");
  }
}

TEST_CASE("engine/people: a newer release supersedes a watching one, which loses its right to roll back") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2");
  b.watch("watch", std::chrono::hours(24), {"api"});
  const auto first = r.start(b);
  r.settle();
  REQUIRE(r.phase(first) == "watching");
  plan_builder hotfix;
  hotfix.set("api", "api", "3");
  const auto second = r.start(hotfix);
  REQUIRE(r.finish(second));
  r.settle();
  CHECK(r.phase(first) == "released");
  CHECK(r.look(first).reason == "superseded by run " + second);
}

TEST_CASE("engine/people: a policy of the host is asked before a vote counts, and may take its time") {
  rig r;
  std::vector<std::pair<shipflow::vote, shipflow::policy_reply>> asked;
  r.policy = [&](const shipflow::vote& v, shipflow::policy_reply done) {
    asked.emplace_back(v, std::move(done));
  };
  r.boot();
  plan_builder b;
  b.approval("go", {"qa"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "approve", "user:quinn", {{"step", "go"}}));
  r.settle();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].first.step == "go");
  CHECK(asked[0].first.principal == "user:quinn");
  CHECK(asked[0].first.plan_digest == r.look(run).what->digest());
  CHECK(r.phase(run) == "forward");
  SUBCASE("what it allows counts") {
    asked[0].second({});
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
  SUBCASE("what it refuses is recorded with the reason") {
    asked[0].second(shipflow::make_error(shipflow::errc::denied, "quinn is on leave"));
    r.settle();
    CHECK(meaning_of_last_signal(r, run) == "refused: quinn is on leave");
    CHECK(r.phase(run) == "forward");
  }
  SUBCASE("a vote without an answer is asked about again after a crash") {
    r.crash();
    (void)r.engine->resume();
    r.settle();
    REQUIRE(asked.size() == 2);
    asked[1].second({});
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
  }
  asked.clear();
}
