// The way back while calls of an engine that lost the run may still arrive.
#include "machine.hpp"

#include <array>

using namespace shipflow;
using shipflow_test::begin;
using shipflow_test::machine;
using shipflow_test::plan_builder;

namespace {

const signal_event cancel{"s", "cancel", "user:dana", {}, "", {}};

answer refused() { return answer::failed(make_error(errc::denied, "refused")); }

time_point late_until(const machine& m) { return m.now + m.state.what->steps[0].call_timeout; }

// Two steps set the same thing, and another engine took over while the second was being carried out.
void second_touch_taken_over(machine& m) {
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::done()});
  m.settle();
  m.tell(observed_event{1, answer::done("2")});
  m.tell(claimed_event{});
  m.tell(answered_event{1, verb::resolve, answer::done()});
  m.settle();
}

}  // namespace

TEST_CASE(
    "run/late: what several steps set is not put back while a late call of any of them may set it again") {
  plan_builder b;
  b.set("first", "shared", "2");
  b.set("second", "shared", "3", {"first"});
  b.wait("bake", std::chrono::minutes(5), {"second"});
  machine m(b);
  second_touch_taken_over(m);
  const auto quiet = late_until(m);
  m.tell(cancel);
  m.settle();
  CHECK_FALSE(m.wants(effect_kind::undo));
  CHECK(next(m.state, m.now).wake == quiet);
  m.now = quiet;
  m.settle();
  CHECK(m.wants(effect_kind::undo));
}

TEST_CASE("run/late: an undo does not wait for a late call that sets something else") {
  plan_builder b;
  b.set("first", "one", "2");
  b.set("second", "other", "3", {"first"}).undo = reversibility::forward_only;
  b.wait("bake", std::chrono::minutes(5), {"second"});
  machine m(b);
  second_touch_taken_over(m);
  m.tell(cancel);
  m.settle();
  CHECK(m.wants(effect_kind::undo));
}

TEST_CASE(
    "run/late: an undo waits for a late call that nothing recognises, for its repetition did not get "
    "through") {
  for (const auto repeat : {effect_class::token, effect_class::compare_and_set}) {
    plan_builder b;
    b.set("api", "api", "2").repeat = repeat;
    machine m(b);
    m.settle();
    m.tell(observed_event{0, answer::done("1")});
    m.tell(claimed_event{});
    const auto quiet = late_until(m);
    m.tell(answered_event{0, verb::resolve, answer::not_applied()});
    m.settle();
    m.tell(observed_event{0, answer::done("1")});
    m.tell(answered_event{0, verb::apply, refused()});
    m.settle();
    REQUIRE(m.state.phase == phase::compensating);
    CHECK_FALSE(m.wants(effect_kind::undo));
    CHECK(next(m.state, m.now).wake == quiet);
    m.now = quiet;
    m.settle();
    CHECK(m.wants(effect_kind::undo));
  }
}

TEST_CASE("run/late: with nothing to put back, the locks are kept until a lost engine's call cannot arrive") {
  plan_builder b;
  b.set("notice", "notice", "2").undo = reversibility::forward_only;
  b.wait("bake", std::chrono::minutes(5), {"notice"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(claimed_event{});
  const auto quiet = late_until(m);
  m.tell(answered_event{0, verb::resolve, answer::done()});
  m.settle();
  m.tell(cancel);
  m.settle();
  CHECK_FALSE(is_terminal(m.state.phase));
  CHECK(next(m.state, m.now).wake == quiet);
  m.now = quiet;
  m.settle();
  CHECK(m.state.phase == phase::cancelled);
}

TEST_CASE("run/late: the locks are kept while a lost engine may still put something back") {
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::minutes(5), {"api"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::done()});
  m.settle();
  m.tell(cancel);
  m.settle();
  REQUIRE(m.wants(effect_kind::undo));
  m.now += duration{500};
  m.tell(claimed_event{});
  const auto quiet = late_until(m);
  REQUIRE(m.wants(effect_kind::undo));
  m.tell(undo_answered_event{0, verb::undo, answer::done()});
  m.settle();
  m.tell(verified_event{0, answer::done("1")});
  m.settle();
  CHECK_FALSE(is_terminal(m.state.phase));
  CHECK(next(m.state, m.now).wake == quiet);
  SUBCASE("a wall clock that is set moves that time") {
    m.now += std::chrono::hours(1);
    m.tell(note_event{"", {{"clock_jump_ms", 3'600'000}}});
    m.settle();
    CHECK_FALSE(is_terminal(m.state.phase));
    m.now += m.state.what->steps[0].call_timeout;
  }
  SUBCASE("until then") { m.now = quiet; }
  m.settle();
  CHECK(m.state.phase == phase::rolled_back);
}

TEST_CASE("run/late: an undo whose turn came too late was not called, which is no attempt that failed") {
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::minutes(5), {"api"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::done()});
  m.settle();
  m.tell(cancel);
  m.settle();
  for (int n = 0; n < 8; ++n) {
    REQUIRE(m.wants(effect_kind::undo));
    m.tell(undo_answered_event{0, verb::undo, answer::not_applied()});
    REQUIRE(m.state.undo[0].status == undo_status::retrying);
    m.now = m.state.undo[0].due;
    m.settle();
  }
  CHECK(m.state.parked.empty());
}

TEST_CASE("run/late: what was unclear before a takeover is unclear by the clock of the engine that goes on") {
  for (const auto apart : {std::chrono::hours(1), std::chrono::hours(-1)}) {
    plan_builder b;
    b.make("tag");
    machine m(b);
    m.settle();
    m.tell(answered_event{0, verb::apply, answer::unknown("cut")});
    m.now += apart;
    m.tell(claimed_event{});
    REQUIRE(m.wants(effect_kind::resolve));
    const auto quiet = late_until(m);
    const auto facts = m.tell(answered_event{0, verb::resolve, answer::not_applied()});
    CHECK(facts.at(0).body.at("status") == "unknown");
    CHECK(next(m.state, m.now).wake == quiet);
  }
}

TEST_CASE("run/late: what nobody can tell and is set again keeps what was there before the first call") {
  plan_builder b;
  b.set("api", "api", "2");
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::unknown("cut")});
  for (int n = 0; n < 2; ++n) {
    m.now = std::max(m.now, m.state.steps[0].due);
    m.tell(answered_event{0, verb::resolve, answer::unknown("cut as well")});
  }
  m.settle();
  REQUIRE(m.wants(effect_kind::observe));
  m.tell(observed_event{0, answer::done("2")});
  CHECK(m.state.steps[0].baseline == json::value("1"));
}

TEST_CASE("run/late: a value that was set again is put back when the first call cannot arrive any more") {
  plan_builder b;
  b.set("api", "api", "2");
  b.wait("bake", std::chrono::minutes(5), {"api"});
  machine m(b);
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  const auto quiet = late_until(m);
  m.tell(answered_event{0, verb::apply, answer::unknown("cut")});
  m.tell(answered_event{0, verb::resolve, answer::not_applied()});
  m.settle();
  m.tell(observed_event{0, answer::done("1")});
  m.tell(answered_event{0, verb::apply, answer::done()});
  m.settle();
  m.tell(cancel);
  m.settle();
  CHECK_FALSE(m.wants(effect_kind::undo));
  CHECK(next(m.state, m.now).wake == quiet);
  m.now = quiet;
  m.settle();
  CHECK(m.wants(effect_kind::undo));
}
