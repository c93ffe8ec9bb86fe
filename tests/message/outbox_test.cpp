#include "message/telling.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace shipflow_test;
using shipflow::duration;
using shipflow::message_status;

namespace {

plan_builder told_of_all() {
  plan_builder b;
  b.set("a", "api", "2");
  for (const auto* m : {"started", "step_done", "released"}) tell(b, m, {"version"});
  return b;
}

std::vector<std::string> states(telling_rig& r, const std::string& run) {
  std::vector<std::string> out;
  for (const auto& m : r.store->read_messages(run).value())
    out.push_back(m.moment + " " + std::string(name_of(m.status)));
  return out;
}

void pass(telling_rig& r, duration d) {
  r.time.run_until([] { return false; }, d);
}

}  // namespace

TEST_CASE("message/outbox: secrets of a channel reach the notifier and nobody else") {
  telling_rig r;
  auto b = told_of_all();
  r.people->judge = [](const delivery& d) {
    return delivery_answer::refused("refused by " + std::string(d.spec.at("url").as_string()));
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  r.settle();
  REQUIRE(r.people->seen.size() == 3);
  CHECK(r.people->seen[0].spec.at("url").as_string() == "https://x/s3cr3t-value");
  for (const auto& m : r.store->read_messages(run).value()) {
    CHECK(m.why == "refused by https://x/***");
    CHECK(m.body.find("s3cr3t") == std::string::npos);
  }
  std::string all;
  for (const auto& e : r.events) all += json::serialize(to_json(e));
  CHECK(all.find("s3cr3t") == std::string::npos);
  CHECK(all.find("given_up") != std::string::npos);
}

TEST_CASE(
    "message/outbox: a channel that is down for hours never holds up the run, and is told all in order") {
  telling_rig r;
  auto b = told_of_all();
  const auto began = r.time.now();
  const auto up = began + std::chrono::hours(7);
  r.people->judge = [&](const delivery& d) {
    return d.now < up ? delivery_answer::again("connection refused") : delivery_answer::delivered();
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.time.now() - began < std::chrono::minutes(1));
  pass(r, std::chrono::hours(8));
  CHECK(states(r, run) ==
        std::vector<std::string>{"started delivered", "step_done delivered", "released delivered"});
  const auto& seen = r.people->seen;
  CHECK(seen.size() < 110);  // pauses of up to ten minutes
  CHECK(seen.size() > 40);
  std::set<std::string> ids;
  for (const auto& d : seen) ids.insert(d.what.id);
  CHECK(ids.size() == 3);
  CHECK(seen.back().what.moment == "released");
}

TEST_CASE(
    "message/outbox: what cannot be delivered within its time is given up, in events and in the store") {
  telling_rig r;
  auto b = told_of_all();
  b.get().channels[0].give_up = std::chrono::hours(2);
  r.people->judge = [](const delivery&) { return delivery_answer::again("answered 503"); };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  pass(r, std::chrono::hours(3));
  CHECK(states(r, run) ==
        std::vector<std::string>{"started given_up", "step_done given_up", "released given_up"});
  CHECK(r.store->read_messages(run)->at(0).why == "answered 503");
  const auto given_up = std::count_if(r.events.begin(), r.events.end(), [](const auto& e) {
    return e.what_kind == shipflow::engine_event::kind::message && e.body.at("status") == "given_up";
  });
  CHECK(given_up == 3);
  CHECK(!*r.store->next_message());
}

TEST_CASE("message/outbox: a wish to wait is kept to") {
  telling_rig r;
  auto b = told_of_all();
  r.people->judge = [&](const delivery& d) {
    return d.attempt == 1 ? delivery_answer::again("answered 429", std::chrono::minutes(20))
                          : delivery_answer::delivered();
  };
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  pass(r, std::chrono::minutes(3));
  CHECK(r.people->seen.size() == 1);
  pass(r, std::chrono::hours(2));
  REQUIRE(r.people->seen.size() == 6);
  CHECK(r.people->seen[1].now - r.people->seen[0].now >= std::chrono::minutes(20));
}

TEST_CASE("message/outbox: a restart goes on where it was, with the same id") {
  telling_rig r;
  auto b = told_of_all();
  r.people->silent = true;
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  REQUIRE(r.people->seen.size() == 1);
  CHECK(r.engine->unsent() == 1);
  const auto before = r.people->seen[0].what.id;
  r.people->seen.clear();
  r.people->silent = false;
  r.come_back();
  REQUIRE(r.engine->resume());
  pass(r, std::chrono::minutes(5));
  REQUIRE(r.people->seen.size() == 3);
  CHECK(r.people->seen[0].what.id == before);
  CHECK(r.people->seen[0].attempt == 2);
  CHECK(r.engine->unsent() == 0);
  pass(r, std::chrono::hours(1));
  CHECK(r.people->seen.size() == 3);
}

TEST_CASE(
    "message/outbox: a notifier that never answers is asked again, and a late answer counts for nothing") {
  telling_rig r;
  auto b = told_of_all();
  r.people->silent = true;
  const auto run = r.start(b);
  pass(r, std::chrono::minutes(1));
  CHECK(r.people->seen.size() >= 2);
  CHECK(r.people->seen[0].stop.stop_requested());
  CHECK(r.store->read_messages(run)->at(0).why == "no answer within 10s");
  r.people->silent = false;
  pass(r, std::chrono::hours(1));
  CHECK(states(r, run) ==
        std::vector<std::string>{"started delivered", "step_done delivered", "released delivered"});
}

TEST_CASE("message/outbox: a channel nobody serves and a secret that is missing wait for better times") {
  telling_rig r;
  auto b = told_of_all();
  tell(b, "released", {}, "other");
  b.get().channels[1].kind = "pigeon";
  tell(b, "released", {}, "third");
  b.get().channels[2].spec = {{"key", "${secret:LOST}"}};
  b.get().secrets["LOST"] = "test:LOST";
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  r.settle();
  const auto all = r.store->read_messages(run).value();
  REQUIRE(all.size() == 5);
  CHECK(all[3].why == "nothing here sends messages of kind pigeon");
  CHECK(all[3].status == message_status::waiting);
  CHECK(all[4].why.find("LOST") != std::string::npos);
  CHECK(r.people->seen.size() == 3);
}

TEST_CASE("message/outbox: values are put in once and on one line; references in them stay as they are") {
  telling_rig r;
  plan_builder b;
  b.approval("go", {"qa"});
  tell(b, "rejected", {"why"});
  const auto run = r.start(b);
  r.settle();
  CHECK(r.say(run, "reject", "user:quinn",
              {{"step", "go"}, {"reason", "${moment.run} <!channel>\n*bold*\x1b[2J \xE2\x80\xAE ok"}}));
  REQUIRE(r.finish(run));
  r.settle();
  REQUIRE(r.people->seen.size() == 1);
  const auto& text = r.people->seen[0].what.text;
  REQUIRE(text.size() == 2);
  CHECK(text[1].what == text_piece::kind::value);
  CHECK(text[1].text == "rejected by user:quinn: ${moment.run} <!channel> *bold* [2J  ok");
}

TEST_CASE("message/outbox: a run that nobody is told of writes no messages") {
  telling_rig r;
  plan_builder b;
  b.set("a", "api", "2");
  const auto run = r.start(b);
  REQUIRE(r.finish(run));
  CHECK(r.store->read_messages(run)->empty());
}
