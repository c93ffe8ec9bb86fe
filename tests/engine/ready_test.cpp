// While a release bakes and is watched, its steps are asked whether there still is a way back.
#include "engine/rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using namespace shipflow;

namespace {

// Two resources that can tell, and a day of watching.
struct watched {
  watched() {
    b.set("api", "api", "2").tells_ready = true;
    b.set("web", "web", "2", {"api"}).tells_ready = true;
    b.watch("watch", std::chrono::hours(24), {"web"});
    r.world->values = {{"api", "1"}, {"web", "1"}};
    listen();
  }
  void listen() {
    r.toy->intercept = [this](const request& q, reply& answer_to) {
      if (q.what != verb::ready) return false;
      ++asked;
      CHECK(q.baseline == json::value("1"));
      answer_to(says.contains(q.step) ? says.at(q.step) : answer::done(json::object{{"takes_ms", 4000}}));
      return true;
    };
  }
  void pass(duration time) {
    r.time.run_until([] { return false; }, time);
  }
  json::object rollback(const std::string& run) {
    const auto told = summary(r.look(run));
    const auto* back = told.if_contains("rollback");
    return back == nullptr ? json::object{} : back->get_object();
  }
  std::size_t facts(const std::string& run) { return r.store->read_facts(run).value().size(); }

  rig r;
  plan_builder b;
  std::map<std::string, answer> says;
  int asked = 0;
};

answer no(const std::string& why) { return answer::failed(make_error(errc::failed, why)); }

}  // namespace

TEST_CASE("engine/ready: while it is watched a release says that it can be taken back, and how fast") {
  watched w;
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::minutes(1));
  CHECK(w.r.phase(run) == "watching");
  const auto back = w.rollback(run);
  CHECK(back.at("level") == "ready");
  CHECK(back.at("takes_ms") == 8000);  // one after the other, as the graph demands
  CHECK(back.at("steps").as_array().size() == 2);
}

TEST_CASE(
    "engine/ready: a way back that lapses is said once, with the reason, and said again when it is back") {
  watched w;
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::minutes(1));
  const auto before = w.facts(run);
  w.says["web"] = no("the old fleet is gone");
  w.pass(std::chrono::minutes(30));
  CHECK(w.rollback(run).at("level") == "lapsed");
  CHECK(w.rollback(run).at("why") == "web: the old fleet is gone");
  CHECK(w.facts(run) == before + 1);
  w.says.clear();
  w.pass(std::chrono::minutes(30));
  CHECK(w.rollback(run).at("level") == "ready");
  CHECK(w.facts(run) == before + 2);
}

TEST_CASE("engine/ready: nothing is written while nothing changes, and the questions become rare") {
  watched w;
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::hours(1));
  const auto before = w.facts(run);
  const auto asked = w.asked;
  w.pass(std::chrono::hours(20));
  CHECK(w.facts(run) == before);
  CHECK(w.asked - asked == 2 * 20 * 12);  // every five minutes
}

TEST_CASE("engine/ready: an answer that says nothing does not make a way back, nor end one") {
  watched w;
  w.says["web"] = answer::unknown("who knows");
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::minutes(5));
  CHECK(w.rollback(run).at("level") == "unknown");
  w.says["web"] = answer::failed(make_error(errc::unavailable, "busy"));
  w.pass(std::chrono::minutes(10));
  CHECK(w.rollback(run).at("level") == "unknown");
  CHECK(w.r.look(run).steps[w.r.look(run).index.at("api")].way_back.level == readiness_level::ready);
}

TEST_CASE("engine/ready: a question that is never answered does not hold the run, nor a place for calls") {
  watched w;
  std::vector<reply> kept;
  w.r.toy->intercept = [&](const request& q, reply& answer_to) {
    if (q.what != verb::ready) return false;
    kept.push_back(std::move(answer_to));
    return true;
  };
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::hours(1));
  CHECK(w.r.engine->calls() <= 2);
  CHECK(kept.size() > 4);
  CHECK(w.r.finish(run));
  CHECK(w.r.phase(run) == "released");
  CHECK(w.r.engine->calls() == 0);
}

TEST_CASE("engine/ready: what was said survives a crash, and a lapsed way back stops no rollback") {
  watched w;
  const auto run = w.r.start(w.b);
  w.says["api"] = no("no backup");
  w.pass(std::chrono::minutes(10));
  w.r.crash();
  w.listen();
  CHECK(w.rollback(run).at("level") == "lapsed");
  (void)w.r.engine->resume();
  REQUIRE(w.r.say(run, "rollback", "user:dana"));
  CHECK(w.r.finish(run));
  CHECK(w.r.phase(run) == "rolled_back");
  CHECK(w.r.world->values == std::map<std::string, std::string>{{"api", "1"}, {"web", "1"}});
  CHECK(w.rollback(run).empty());
}

TEST_CASE("engine/ready: steps that cannot tell are not asked and leave it open") {
  watched w;
  w.b.get().steps[0].tells_ready = false;
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::minutes(1));
  CHECK(w.rollback(run).at("level") == "unknown");
  CHECK(w.rollback(run).at("why") == "api: it does not tell");
}

TEST_CASE(
    "engine/ready: during a bake it is asked too, and a step that took long forward counts as long back") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2", {}, true).tells_ready = true;
  b.wait("bake", std::chrono::minutes(10), {"api"});
  r.world->values = {{"api", "1"}};
  const auto run = r.start(b);
  r.time.run_until([] { return false; }, std::chrono::minutes(1));
  const auto back = look_back(r.look(run));
  CHECK(back.level == readiness_level::ready);
  CHECK(back.takes >= duration{500});
  CHECK(back.takes < duration{5'000});
  REQUIRE(back.units.size() == 1);
}

TEST_CASE("run/ready: an answer that comes after the run turned back gives no facts") {
  watched w;
  const auto run = w.r.start(w.b);
  w.pass(std::chrono::minutes(1));
  auto state = w.r.look(run);
  const ready_event late{state.index.at("api"), no("too late")};
  CHECK(decide(state, late, w.r.time.now()).size() == 1);
  state.phase = phase::compensating;
  CHECK(decide(state, late, w.r.time.now()).empty());
}

TEST_CASE("run/ready: a fact about a step that the plan does not have is refused") {
  watched w;
  auto state = w.r.look(w.r.start(w.b));
  fact f;
  f.rev = state.rev + 1;
  f.kind = fact_kind::state;
  f.step = "nowhere";
  f.body = {{"ready", {{"level", "ready"}}}};
  CHECK(apply(state, f).error().code == errc::corrupt);
}
