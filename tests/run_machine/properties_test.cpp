// The run machine under events at random: what must hold for every state that can be reached.
#include "support/plans.hpp"

#include <shipflow/run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>

using namespace shipflow;
using shipflow_test::plan_builder;

namespace {

plan_builder random_plan(std::mt19937_64& random) {
  plan_builder b;
  const auto count = 2 + random() % 7;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> needs;
    for (std::size_t k = 0; k < i; ++k)
      if (random() % 3 == 0) needs.push_back("s" + std::to_string(k));
    const auto id = "s" + std::to_string(i);
    switch (random() % 7) {
      case 0: b.make(id, needs); break;
      case 1: b.approval(id, {"qa"}, needs); break;
      case 2: b.wait(id, std::chrono::minutes(5), needs); break;
      default: {
        auto& s = b.set(id, "r" + std::to_string(random() % 4), "x" + std::to_string(i), needs);
        s.retry.attempts = 1 + static_cast<int>(random() % 3);
        s.repeat = static_cast<effect_class>(random() % 4);
        s.undo = random() % 9 == 0 ? reversibility::irreversible : reversibility::reversible;
        s.after = static_cast<after_traffic>(random() % 3);
        s.first_traffic = random() % 5 == 0;
      }
    }
  }
  if (random() % 2 == 0) b.watch("w", std::chrono::hours(1), {"s" + std::to_string(count - 1)});
  if (random() % 2 == 0) b.probe("health", "s0", random() % 2 == 0 ? "SEV1" : "SEV3");
  b.get().rollback.unavailable_then = random() % 2 == 0 ? "hold" : "rollback";
  return b;
}

answer random_answer(std::mt19937_64& random) {
  switch (random() % 8) {
    case 0: return answer::started(json::object{{"h", 1}});
    case 1: return answer::failed(make_error(errc::failed, "no"));
    case 2: return answer::failed(make_error(errc::unavailable, "later"));
    case 3: return answer::unknown("cut");
    case 4: return answer::not_applied();
    case 5: return answer::conflict("changed");
    default: return answer::done(json::object{{"value", "v"}});
  }
}

signal_event random_signal(std::mt19937_64& random, const plan& what) {
  constexpr std::array<const char*, 9> names{"approve",  "reject", "pause", "resume",  "cancel",
                                             "rollback", "retry",  "skip",  "nonsense"};
  constexpr std::array<const char*, 3> people{"user:quinn", "user:dana", "user:stranger"};
  signal_event e;
  e.id = "id" + std::to_string(random());
  e.name = names.at(random() % names.size());
  e.principal = people.at(random() % people.size());
  e.body = {{"step", what.steps[random() % what.steps.size()].id}};
  return e;
}

// Mostly what the state waits for, now and then something late, odd or from a person.
run_event random_event(std::mt19937_64& random, const run_state& s, const next_step& then) {
  const auto any = static_cast<step_index>(random() % s.steps.size());
  if (!then.effects.empty() && random() % 5 != 0) {
    const auto& e = then.effects[random() % then.effects.size()];
    auto a = random_answer(random);
    switch (e.kind) {
      case effect_kind::acquire: return acquired_event{};
      case effect_kind::observe: return observed_event{e.step, std::move(a)};
      case effect_kind::apply: return answered_event{e.step, verb::apply, std::move(a)};
      case effect_kind::settle: return answered_event{e.step, verb::settle, std::move(a)};
      case effect_kind::resolve: return answered_event{e.step, verb::resolve, std::move(a)};
      case effect_kind::undo: return undo_answered_event{e.step, verb::undo, std::move(a)};
      case effect_kind::undo_settle: return undo_answered_event{e.step, verb::settle, std::move(a)};
      case effect_kind::verify: return verified_event{e.step, answer::done(s.steps[e.step].baseline)};
    }
  }
  switch (random() % 10) {
    case 0: return random_signal(random, *s.what);
    case 1: return claimed_event{};
    case 2: return answered_event{any, static_cast<verb>(random() % 6), random_answer(random)};
    case 3: return undo_answered_event{any, verb::undo, random_answer(random)};
    case 4:
      if (!s.guards.empty()) return guard_event{0, static_cast<guard_level>(random() % 6), "random", {}, {}};
      return due_event{};
    default: return due_event{};
  }
}

run_state fold(const std::string& run, const std::shared_ptr<const plan>& what,
               const std::vector<fact>& facts) {
  auto s = make_state(run, what);
  for (const auto& f : facts) {
    // As the journal does: text and back.
    const auto read = fact_from_json(parse_json(canonical(to_json(f)), 128).value()).value();
    REQUIRE(apply(s, read).has_value());
  }
  return s;
}

bool waits_for_people(const run_state& s) {
  return !s.parked.empty() || s.paused || !s.questions.empty() ||
         std::any_of(s.active.begin(), s.active.end(),
                     [&](step_index i) { return s.steps[i].status == step_status::asking; });
}

struct walk {
  explicit walk(std::uint64_t seed) : random(seed) {
    auto b = random_plan(random);
    what = b.shared();
    state = make_state("run-" + std::to_string(seed), what);
    take({created_fact(*what, "user:dana", "", "", now)});
    fact begun;
    begun.kind = fact_kind::state;
    begun.at = now;
    begun.body = {{"phase", "forward"}};
    take({begun});
  }
  void take(std::vector<fact> facts) {
    for (auto& f : facts) {
      f.rev = state.rev + 1;
      REQUIRE(apply(state, f).has_value());
      journal.push_back(std::move(f));
    }
  }
  // All that is due, as the engine does after every event.
  void settle() {
    for (int i = 0; i < 200; ++i) {
      auto facts = decide(state, due_event{}, now);
      if (facts.empty()) return;
      take(std::move(facts));
    }
    FAIL("time alone gives facts without an end");
  }

  std::mt19937_64 random;
  std::shared_ptr<const plan> what;
  run_state state;
  time_point now = from_ms(1'772'532'000'000);
  std::vector<fact> journal;
};

void check_late_answers(walk& w) {
  for (step_index i = 0; i < w.state.steps.size(); ++i) {
    const auto status = w.state.steps[i].status;
    const bool open = status == step_status::intent || status == step_status::started ||
                      status == step_status::unclear || status == step_status::stopping;
    if (open) continue;
    for (const auto asked : {verb::apply, verb::settle, verb::resolve})
      CHECK(decide(w.state, answered_event{i, asked, answer::done()}, w.now).empty());
  }
}

void check_state(walk& w) {
  const auto then = next(w.state, w.now);
  if (is_terminal(w.state.phase)) {
    CHECK(then.effects.empty());
    CHECK_FALSE(then.wake.has_value());
    CHECK(decide(w.state, due_event{}, w.now).empty());
    return;
  }
  const bool goes_on = !then.effects.empty() || then.wake || !then.armed.empty() || waits_for_people(w.state);
  INFO(json::serialize(summary(w.state)));
  REQUIRE(goes_on);
  if (w.state.phase >= phase::draining)
    for (const auto& e : then.effects) CHECK(e.kind != effect_kind::observe);
}

std::size_t seeds() {
  const char* more = std::getenv("SHIPFLOW_TEST_SEEDS");
  return more == nullptr ? 400 : std::strtoul(more, nullptr, 10);
}

}  // namespace

TEST_CASE("run: whatever happens, decisions are pure, folds repeat, and something always goes on") {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    CAPTURE(seed);
    walk w(seed);
    w.settle();
    bool turned = false;
    for (int n = 0; n < 60 && !is_terminal(w.state.phase); ++n) {
      const auto then = next(w.state, w.now);
      if (then.effects.empty() && then.wake && w.random() % 2 == 0) w.now = std::max(w.now, *then.wake);
      if (w.random() % 4 == 0) w.now += duration{static_cast<std::int64_t>(w.random() % 60'000)};
      const auto event = random_event(w.random, w.state, then);
      auto facts = decide(w.state, event, w.now);
      CHECK(decide(w.state, event, w.now) == facts);
      turned = turned || w.state.phase >= phase::draining;
      if (turned)
        for (const auto& f : facts) CHECK(f.kind != fact_kind::intent);
      w.take(std::move(facts));
      w.settle();
      check_state(w);
    }
    check_late_answers(w);
    const auto again = fold(w.state.id, w.what, w.journal);
    CHECK(summary(again) == summary(w.state));
    const auto a = next(again, w.now);
    const auto b = next(w.state, w.now);
    CHECK(a.effects.size() == b.effects.size());
    CHECK(a.wake == b.wake);
    CHECK(a.armed == b.armed);
  }
}

TEST_CASE("run: a fact of a step that the plan does not have changes nothing") {
  walk w(3);
  const auto before = summary(w.state);
  for (auto kind = fact_kind::intent; kind <= fact_kind::undo_started;
       kind = static_cast<fact_kind>(static_cast<int>(kind) + 1)) {
    fact f;
    f.rev = w.state.rev + 1;
    f.kind = kind;
    f.step = "nowhere";
    auto copy = w.state;
    const auto applied = apply(copy, f);
    if (!applied) {
      CHECK(applied.error().code == errc::corrupt);
      CHECK(summary(copy) == before);
    }
  }
}
