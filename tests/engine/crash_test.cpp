#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;

namespace {

// A store that "crashes" the process at its n-th commit: before it is written, or after.
class crashing_store final : public shipflow::rehearsal::wrapped_store {
 public:
  crashing_store(std::shared_ptr<shipflow::store> inner, int at, bool written)
      : wrapped_store(std::move(inner)), at_(at), written_(written) {}
  bool crashed = false;

  void commit(shipflow::commit_request c, std::function<void(shipflow::commit_result)> done) override {
    if (crashed) return;
    crashed = --at_ == 0;
    if (!crashed) {
      wrapped_store::commit(std::move(c), std::move(done));
    } else if (written_) {
      wrapped_store::commit(std::move(c), [](const shipflow::commit_result&) {});
    }
  }

 private:
  int at_;
  bool written_;
};

void build(plan_builder& b) {
  b.make("build");
  b.set("migrate", "db", "2", {"build"});
  b.set("api", "api", "2", {"migrate"}, true);
  b.set("ten", "traffic", "10", {"api"}).first_traffic = true;
  b.set("all", "traffic", "100", {"ten"});
  b.wait("bake", std::chrono::minutes(10), {"all"});
  b.make("tag", {"bake"});
}

void check_effects(const rig& r) {
  for (const auto& [key, times] : r.world->effects) CHECK(times == 1);
}

bool bad_tag(const shipflow::request& q, shipflow::reply& reply) {
  if (q.step != "tag" || q.what != shipflow::verb::apply) return false;
  reply(shipflow::answer::failed(shipflow::make_error(shipflow::errc::failed, "refused")));
  return true;
}

}  // namespace

TEST_CASE("engine/crash: a crash at any commit loses nothing and repeats nothing") {
  for (const bool written : {false, true}) {
    for (const bool failing : {false, true}) {
      int at = 1;
      for (bool crashed = true; crashed; ++at) {
        rig r;
        r.world->values = {{"db", "1"}, {"api", "1"}, {"traffic", "0"}};
        const auto inner = r.store;
        auto crashing = std::make_shared<crashing_store>(inner, at, written);
        r.store = crashing;
        r.crash();
        if (failing) r.toy->intercept = bad_tag;
        plan_builder b;
        build(b);
        const auto run = r.start(b);
        r.time.run_until([&] { return crashing->crashed || r.engine->ended(run); });
        crashed = crashing->crashed;
        if (crashed) {
          r.store = inner;
          r.crash();
          if (failing) r.toy->intercept = bad_tag;
          REQUIRE(r.engine->resume().has_value());
        }
        INFO("crash at commit ", at, written ? " after" : " before", " it was written",
             failing ? ", failing" : "");
        REQUIRE(r.finish(run));
        CHECK(r.phase(run) == (failing ? "rolled_back" : "released"));
        check_effects(r);
        const auto wanted =
            failing ? std::map<std::string, std::string>{{"db", "1"}, {"api", "1"}, {"traffic", "0"}}
                    : std::map<std::string, std::string>{{"db", "2"}, {"api", "2"}, {"traffic", "100"}};
        CHECK(r.world->values == wanted);
        CHECK(shipflow::verify_audit(*inner, run).has_value());
        REQUIRE(at < 200);
      }
      CHECK(at > 10);
    }
  }
}

TEST_CASE("engine/crash: a crash right after any effect loses nothing and repeats nothing") {
  int effects = 1;
  for (bool crashed = true; crashed; ++effects) {
    rig r;
    r.world->values = {{"db", "1"}, {"api", "1"}, {"traffic", "0"}};
    crashed = false;
    int left = effects;
    r.toy->carried_out = [&](const shipflow::request&) { r.toy->silent = crashed = crashed || --left == 0; };
    plan_builder b;
    build(b);
    const auto run = r.start(b);
    r.time.run_until([&] { return crashed || r.engine->ended(run); });
    if (crashed) {
      r.crash();
      REQUIRE(r.engine->resume().has_value());
    }
    INFO("crash after effect ", effects);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    check_effects(r);
    REQUIRE(effects < 100);
  }
  CHECK(effects > 5);
}

TEST_CASE("engine/crash: an engine that lost its run writes nothing any more") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2", {}, true);
  b.set("web", "web", "2", {"api"});
  std::vector<shipflow::reply> held;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::settle) return false;
    held.push_back(std::move(reply));
    return true;
  };
  const auto run = r.start(b);
  r.time.run_until([&] { return !held.empty(); });
  REQUIRE(r.store->claim_run("another", run, 0).has_value());
  const auto facts = r.store->read_facts(run).value().size();
  held.front()(shipflow::answer::done());
  r.settle();
  CHECK(r.store->read_facts(run).value().size() == facts);
  CHECK(std::any_of(r.events.begin(), r.events.end(),
                    [](const auto& e) { return e.what_kind == shipflow::engine_event::kind::lost; }));
  CHECK_FALSE(r.world->values.contains("web"));
}
