// The provider's own code over the model of RDS.
#include "databases.hpp"

using namespace tests;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("provider/rds: a snapshot is waited for with its percentage and checked before it is done") {
  for (const auto& bound : {an_instance(), a_cluster()}) {
    databases s(bound);
    auto q = s.make(verb::apply, "snapshot", {});
    const auto begun = s.ask(q);
    REQUIRE(begun.kind == answer_kind::started);
    s.wait(seconds(60));
    q.what = verb::settle;
    q.handle = begun.value;
    const auto half = s.ask(q);
    REQUIRE_MESSAGE(half.kind == answer_kind::progress, kind_and_problem(half));
    CHECK(half.percent > 30);
    CHECK(half.percent < 70);
    const auto end = s.finish(q, begun);
    REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
    CHECK(at(end.value, "/encrypted") == true);
    CHECK(at(end.value, "/size_gb") == 20);
    CHECK(at(end.value, "/snapshot").as_string().starts_with("shipflow-shop-"));
    CHECK(s.where->effects().at("key of snapshot").times == 1);
  }
}

TEST_CASE(
    "provider/rds: after a crash between any two calls the same snapshot is found again and not made twice") {
  databases s(an_instance());
  auto q = s.make(verb::apply, "snapshot", {});
  auto r = q;
  r.what = verb::resolve;
  CHECK(s.ask(r).kind == answer_kind::not_applied);
  const auto first = s.ask(q);
  const auto again = s.ask(q);
  REQUIRE(first.kind == answer_kind::started);
  REQUIRE(again.kind == answer_kind::started);
  CHECK(at(again.value, "/snapshot") == at(first.value, "/snapshot"));
  const auto found = s.ask(r);
  CHECK(at(found.value, "/snapshot") == at(first.value, "/snapshot"));
  CHECK(s.finish(q, found).kind == answer_kind::done);
  CHECK(s.where->effects().at("key of snapshot").times == 1);
}

TEST_CASE("provider/rds: a source that is busy is waited for, and the snapshot begun afterwards") {
  databases s(an_instance());
  const auto first = s.ask(s.make(verb::apply, "snapshot", {}, "theirs"));
  REQUIRE(first.kind == answer_kind::started);
  auto q = s.make(verb::apply, "snapshot", {}, "mine");
  const auto begun = s.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  CHECK(at(begun.value, "/asked") == false);
  q.what = verb::settle;
  q.handle = begun.value;
  const auto waits = s.ask(q);
  CHECK(waits.text.find("backing-up") != std::string::npos);
  const auto end = s.finish(q, begun);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(s.where->effects().at("mine").times == 1);
}

TEST_CASE(
    "provider/rds: a snapshot that fails is failed, and one that never ends goes on until it is ended") {
  databases s(an_instance());
  auto q = s.make(verb::apply, "snapshot", {});
  auto begun = s.ask(q);
  REQUIRE(s.cloud->disturb(disturbance::fail_half_way, q));
  const auto failed = s.finish(q, begun);
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem.message.find("is failed") != std::string::npos);

  auto other = s.make(verb::apply, "snapshot", {}, "another");
  begun = s.ask(other);
  REQUIRE(begun.kind == answer_kind::started);
  REQUIRE(s.cloud->disturb(disturbance::stall, other));
  s.wait(minutes(300));
  other.what = verb::settle;
  other.handle = begun.value;
  CHECK(s.ask(other).kind == answer_kind::progress);
  std::stop_source stop;
  stop.request_stop();
  other.stop = stop.get_token();
  const auto ended = s.ask(other);
  CHECK(ended.kind == answer_kind::failed);
  CHECK(ended.problem.code == errc::cancelled);
}

TEST_CASE(
    "provider/rds: backups are checked by source, encryption and age, and nothing is changed for that") {
  databases s(an_instance());
  CHECK(s.carry("verify", {}).ended.problem.code == errc::not_found);
  const auto made = s.carry("snapshot", {}).ended;
  REQUIRE(made.kind == answer_kind::done);
  const auto good = s.carry("verify", {{"max_age", "1h"}, {"encrypted", true}}).ended;
  REQUIRE_MESSAGE(good.kind == answer_kind::done, kind_and_problem(good));
  CHECK(at(good.value, "/snapshot") == at(made.value, "/snapshot"));
  s.wait(minutes(90));
  const auto old = s.carry("verify", {{"max_age", "1h"}}).ended;
  CHECK(old.kind == answer_kind::failed);
  CHECK(old.problem.message.find("old, more than 1h") != std::string::npos);
  CHECK(s.carry("verify", {{"max_age", "soon"}}).ended.problem.code == errc::invalid_argument);
  CHECK(s.carry("verify", {{"snapshot", "none"}}).ended.problem.code == errc::not_found);

  const auto nightly = s.carry("backup", {}).ended;
  REQUIRE_MESSAGE(nightly.kind == answer_kind::done, kind_and_problem(nightly));
  CHECK(at(nightly.value, "/snapshot") == "rds:shop-production-nightly");
  CHECK(s.carry("backup", {{"max_age", "1m"}}).ended.problem.message.find("5m ago") != std::string::npos);
}

TEST_CASE(
    "provider/rds: a restore makes a new instance once, never in place, and discard ends only such ones") {
  databases s(an_instance());
  REQUIRE(s.carry("snapshot", {}).ended.kind == answer_kind::done);
  const json::object inputs{{"as", "shop-copy"}, {"snapshot", "latest"}};
  auto q = s.make(verb::apply, "restore", inputs);
  const auto begun = s.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  CHECK(s.ask(q).kind == answer_kind::started);
  const auto end = s.finish(q, begun);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/address").as_string().starts_with("shop-copy."));
  CHECK(s.where->effects().at("key of restore").times == 1);
  CHECK(s.carry("restore", inputs, "another").ended.kind == answer_kind::conflict);
  CHECK(s.carry("restore", {{"as", "shop-2"}, {"at", "latest"}}, "by time").ended.kind == answer_kind::done);
  for (const auto& wrong : {json::object{{"as", "shop-production"}, {"at", "latest"}},
                            json::object{{"as", "x"}}, json::object{{"snapshot", "latest"}, {"at", "latest"}},
                            json::object{{"as", "x"}, {"at", "yesterday"}}})
    CHECK(s.carry("restore", wrong, "wrong").ended.problem.code == errc::invalid_argument);

  CHECK(s.carry("discard", {{"instance", "shop-production"}}).ended.problem.code == errc::denied);
  CHECK(s.carry("discard", {{"instance", "shop-copy"}}, "end").ended.kind == answer_kind::done);
  CHECK(s.carry("discard", {{"instance", "shop-copy"}}, "end").ended.kind == answer_kind::done);
  CHECK(s.where->effects().at("end").times == 1);
}

TEST_CASE("provider/rds: bindings that name nothing, two things or what is not known are refused") {
  for (const auto& wrong :
       {json::object{}, json::object{{"instance", "a"}, {"cluster", "b"}},
        json::object{{"instance", "a"}, {"x", 1}}, json::object{{"instance", "arn:aws:rds:eu:1:db:a"}},
        json::object{{"instance", "a"}, {"account", "12"}},
        json::object{{"instance", "a"}, {"encrypted", "yes"}}}) {
    databases s(an_instance());
    CHECK(s.cloud->actions_of(wrong).error().code == errc::invalid_argument);
    CHECK(s.cloud->install("production", "b", wrong).error().code == errc::invalid_argument);
  }
  databases s(a_cluster());
  CHECK(s.cloud->actions_of(a_cluster())->size() == 6);
  CHECK(s.cloud->actions_of(a_cluster())->back().inputs.front().name == "cluster");
  CHECK(s.cloud->actions_of(an_instance())->back().inputs.front().name == "instance");
}
