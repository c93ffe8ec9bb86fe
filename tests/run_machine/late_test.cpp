// Calls that may still arrive: found by rehearsals in which an engine was stopped, lost its run and acted on.
#include "machine.hpp"

#include <algorithm>

using namespace shipflow;
using shipflow_test::begin;
using shipflow_test::machine;
using shipflow_test::plan_builder;

namespace {

std::string status(const std::vector<fact>& facts) {
  return facts.empty() ? "" : std::string(facts.front().body.at("status").as_string());
}

answered_event not_there() { return {0, verb::resolve, answer::not_applied()}; }

}  // namespace

TEST_CASE("run/late: what creates is made again only when the first call cannot arrive any more") {
  plan_builder b;
  b.make("tag");
  machine m(b);
  m.settle();
  REQUIRE(m.wants(effect_kind::apply));
  m.tell(claimed_event{});
  REQUIRE(m.wants(effect_kind::resolve));
  CHECK(status(m.tell(not_there())) == "unknown");
  CHECK_FALSE(m.wants(effect_kind::resolve));
  CHECK(next(m.state, m.now).wake == begin + m.state.what->steps[0].call_timeout);
  m.now = begin + m.state.what->steps[0].call_timeout;
  REQUIRE(m.wants(effect_kind::resolve));
  CHECK(status(m.tell(not_there())) == "not_applied");
}

TEST_CASE("run/late: what is recognised or set again is repeated at once on the way forward") {
  for (const auto repeat : {effect_class::token, effect_class::set_value, effect_class::compare_and_set}) {
    plan_builder b;
    b.set("api", "api", "2").repeat = repeat;
    machine m(b);
    m.settle();
    m.tell(observed_event{0, answer::done("1")});
    m.tell(claimed_event{});
    CHECK(status(m.tell(not_there())) == "not_applied");
  }
}

TEST_CASE("run/late: on the way back, not there is believed when the call's time is over") {
  plan_builder b;
  b.set("api", "api", "2");
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(claimed_event{});
  m.tell(signal_event{"s", "cancel", "user:dana", {}, "", {}});
  REQUIRE(m.state.phase == phase::draining);
  CHECK(status(m.tell(not_there())) == "unknown");
  m.now += m.state.what->steps[0].call_timeout;
  CHECK(status(m.tell(not_there())) == "not_applied");
  m.settle();
  CHECK(m.wants(effect_kind::undo));
}

TEST_CASE("run/late: a wall clock that is set moves the time until which a call may arrive") {
  for (const auto by : {std::chrono::hours(1), std::chrono::hours(-1)}) {
    plan_builder b;
    b.set("api", "api", "2");
    machine m(b);
    m.settle();
    m.tell(observed_event{0, answer::done("1")});
    m.tell(answered_event{0, verb::apply, answer::unknown("cut")});
    m.tell(signal_event{"s", "cancel", "user:dana", {}, "", {}});
    REQUIRE(m.state.phase == phase::draining);
    m.now += by;
    m.tell(note_event{"", {{"clock_jump_ms", duration(by).count()}}});
    CHECK(status(m.tell(not_there())) == "unknown");
    CHECK(next(m.state, m.now).wake == begin + by + m.state.what->steps[0].call_timeout);
    m.now += m.state.what->steps[0].call_timeout;
    CHECK(status(m.tell(not_there())) == "not_applied");
  }
}

TEST_CASE("run/late: clocks of two engines need not agree on when a call may arrive") {
  for (const auto apart : {std::chrono::hours(1), std::chrono::hours(-1)}) {
    plan_builder b;
    b.make("tag");
    machine m(b);
    m.settle();
    m.now += apart;
    m.tell(claimed_event{});
    CHECK(status(m.tell(not_there())) == "unknown");
    CHECK(next(m.state, m.now).wake == m.now + m.state.what->steps[0].call_timeout);
  }
}

TEST_CASE("run/late: the locks are kept while a lost engine's call may still set a value") {
  plan_builder b;
  b.set("api", "api", "2");
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(claimed_event{});
  m.tell(answered_event{0, verb::resolve, answer::done()});
  m.settle();
  CHECK(m.state.phase == phase::forward);
  REQUIRE(next(m.state, m.now).wake == begin + m.state.what->steps[0].call_timeout);
  m.now = begin + m.state.what->steps[0].call_timeout;
  m.settle();
  CHECK(m.state.phase == phase::released);
}

TEST_CASE("run/late: what a step saw that did not touch after all is passed on to the next that did") {
  plan_builder b;
  b.set("first", "shared", "2");
  b.set("second", "shared", "3");
  b.wait("bake", std::chrono::minutes(5), {"first", "second"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.now += duration{1'000};
  m.tell(observed_event{1, answer::done("1")});
  m.tell(answered_event{1, verb::apply, answer::done()});
  m.tell(answered_event{0, verb::apply, answer::unknown("no answer by the deadline")});
  m.now += m.state.what->steps[0].call_timeout;
  CHECK(status(m.tell(not_there())) == "not_applied");
  m.settle();
  m.tell(observed_event{0, answer::done("3")});
  CHECK(m.state.steps[1].first);
  CHECK(m.state.steps[1].baseline == json::value("1"));
  CHECK_FALSE(m.state.steps[0].first);
}

TEST_CASE("run/late: an undo waits for a lost engine's call only where that could set the value again") {
  for (const auto repeat : {effect_class::token, effect_class::creates}) {
    plan_builder b;
    b.set("api", "api", "2").repeat = repeat;
    b.wait("bake", std::chrono::minutes(5), {"api"});
    machine m(b);
    m.settle();
    m.tell(observed_event{0, answer::done("1")});
    m.tell(claimed_event{});
    m.tell(answered_event{0, verb::resolve, answer::done()});
    m.settle();
    m.tell(signal_event{"s", "cancel", "user:dana", {}, "", {}});
    m.settle();
    CHECK(m.wants(effect_kind::undo));
  }
}

// Put back, the value is again what a late call compares with.
TEST_CASE(
    "run/late: a value is not put back while a lost engine's call may still set it, or find it as it was") {
  for (const auto repeat : {effect_class::set_value, effect_class::compare_and_set}) {
    plan_builder b;
    b.set("api", "api", "2").repeat = repeat;
    b.wait("bake", std::chrono::minutes(5), {"api"});
    machine m(b);
    m.settle();
    m.tell(observed_event{0, answer::done("1")});
    m.tell(claimed_event{});
    m.tell(answered_event{0, verb::resolve, answer::done()});
    m.settle();
    REQUIRE(m.state.steps[0].status == step_status::done);
    m.tell(signal_event{"s", "cancel", "user:dana", {}, "", {}});
    m.settle();
    CHECK_FALSE(m.wants(effect_kind::undo));
    CHECK(next(m.state, m.now).wake == begin + m.state.what->steps[0].call_timeout);
    m.now = begin + m.state.what->steps[0].call_timeout;
    m.settle();
    CHECK(m.wants(effect_kind::undo));
  }
}

TEST_CASE("run/late: calls that leave nothing behind again and again fail the step") {
  plan_builder b;
  b.set("api", "api", "2");
  machine m(b);
  m.settle();
  int calls = 0;
  while (m.state.steps[0].status != step_status::failed && calls < 20) {
    m.tell(observed_event{0, answer::done("1")});
    ++calls;
    m.tell(answered_event{0, verb::apply, answer::unknown("cut")});
    m.tell(not_there());
    m.settle();
  }
  CHECK(calls == 5);
  CHECK(m.state.steps[0].why == "called 5 times, and nothing came of it");
}

TEST_CASE("run: a run cannot be resumed past a failed step, which it would wait for for ever") {
  plan_builder b;
  b.set("api", "api", "2");
  b.set("web", "web", "2", {"api"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::conflict("changed by somebody else")});
  REQUIRE_FALSE(m.state.parked.empty());
  const auto facts = m.tell(signal_event{"s", "resume", "user:dana", {}, "", {}});
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].body.at("meaning") == "refused");
  CHECK(facts[0].body.at("why") == "step api failed: try it again, skip it or roll back");
  CHECK_FALSE(m.state.parked.empty());
  m.tell(signal_event{"t", "retry", "user:dana", {}, "", {{"step", "api"}}});
  m.settle();
  CHECK(m.state.parked.empty());
  CHECK(m.wants(effect_kind::observe));
}

TEST_CASE("run: of two steps that failed beside each other, the second to be tried again is named") {
  plan_builder b;
  b.set("api", "api", "2");
  b.set("web", "web", "2");
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(observed_event{1, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::conflict("changed by somebody else")});
  m.tell(answered_event{1, verb::apply, answer::conflict("changed as well")});
  REQUIRE(m.state.parked.find("step web stopped") == 0);
  m.tell(signal_event{"s", "retry", "user:dana", {}, "", {{"step", "web"}}});
  m.settle();
  CHECK(m.state.parked == "step api failed: changed by somebody else");
  CHECK(m.state.parked_command == "shipflow retry run api, or shipflow rollback run");
  m.tell(signal_event{"t", "retry", "user:dana", {}, "", {{"step", "api"}}});
  m.settle();
  CHECK(m.state.parked.empty());
  CHECK(m.wants(effect_kind::observe));
}

TEST_CASE("run: a run with a failed step is not merely watched, and keeps its locks") {
  plan_builder b;
  b.set("api", "api", "2");
  b.set("web", "web", "2");
  b.watch("watch", std::chrono::hours(2), {"web"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(observed_event{1, answer::done("1")});
  m.tell(answered_event{1, verb::apply, answer::done()});
  m.settle();
  m.tell(answered_event{0, verb::apply, answer::conflict("changed by somebody else")});
  m.settle();
  CHECK(m.state.phase == phase::forward);
  m.tell(signal_event{"s", "retry", "user:dana", {}, "", {{"step", "api"}}});
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::done()});
  m.settle();
  CHECK(m.state.phase == phase::watching);
}

TEST_CASE("run: of two steps that do not end, one parks the run, and that is the end of it") {
  plan_builder b;
  b.set("api", "api", "2");
  b.set("web", "web", "2");
  machine m(b);
  m.settle();
  for (step_index i = 0; i < 2; ++i) {
    m.tell(observed_event{i, answer::done("1")});
    m.tell(answered_event{i, verb::apply, answer::started("handle")});
  }
  m.tell(signal_event{"s", "cancel", "user:dana", {}, "", {}});
  m.now += std::chrono::hours(1);
  int facts = 0;
  while (facts < 10 && !m.tell(due_event{}).empty()) ++facts;
  CHECK(facts == 1);
  CHECK(m.state.parked.find(" does not end although it was asked to") != std::string::npos);
}
