// Whether there is a way back, asked of real processes behind a real load balancer.
#include "theatre.hpp"

#include <doctest/doctest.h>

#include <csignal>

using shipflow::answer_kind;
using shipflow::verb;

namespace {

void good(const theatre::step& s) {
  REQUIRE_MESSAGE(s.last.kind == answer_kind::done, s.last.problem.message);
}

// 1.5.0 has all the traffic, 1.4.0 stands by.
struct switched {
  switched() {
    good(t.run("launch", {{"version", "1.4.0"}}));
    good(t.run("shift", {{"weight", 100}}));
    t.run_id = "run-2";
    launched = t.run("launch", {{"version", "1.5.0"}});
    good(launched);
    shifted = t.run("shift", {{"weight", 100}});
    good(shifted);
  }
  shipflow::answer ready(const theatre::step& s) { return t.call(verb::ready, s); }
  void signal_old(int number) {
    for (const auto& [id, pid] : t.instances())
      if (id.starts_with("blue")) ::kill(pid, number);
  }

  theatre::theatre t{2};
  theatre::step launched;
  theatre::step shifted;
};

}  // namespace

TEST_CASE(
    "provider/local: a way back lapses when the old fleet does not answer, and is there again when it does") {
  switched s;
  CHECK(s.ready(s.launched).kind == answer_kind::done);
  CHECK(s.ready(s.shifted).kind == answer_kind::done);
  s.signal_old(SIGSTOP);
  CHECK(theatre::eventually([&] { return s.ready(s.shifted).kind == answer_kind::failed; }));
  const auto lapsed = s.ready(s.shifted);
  CHECK(lapsed.problem.message.find("version 1.4.0 (blue) has ") != std::string::npos);
  CHECK_FALSE(lapsed.problem.retryable());
  s.signal_old(SIGCONT);
  CHECK(theatre::eventually([&] { return s.ready(s.shifted).kind == answer_kind::done; }));
  CHECK(s.t.look().at("live") == "green");  // asking moved nothing
  CHECK(s.t.undo(s.shifted).kind == answer_kind::done);
}

TEST_CASE("provider/local: a fleet that the run retired counts as long as it can be launched again") {
  switched s;
  const auto retired = s.t.run("retire", {});
  good(retired);
  CHECK(s.ready(s.shifted).kind == answer_kind::done);
  CHECK(s.ready(retired).kind == answer_kind::done);
  const auto recipes = s.t.root / "test" / "api" / "recipes";
  std::filesystem::rename(recipes, s.t.root / "hidden");
  CHECK(s.ready(retired).kind == answer_kind::failed);
  CHECK_FALSE(s.ready(retired).problem.retryable());
  CHECK(s.ready(s.shifted).kind == answer_kind::failed);
  std::filesystem::rename(s.t.root / "hidden", recipes);
  CHECK(s.ready(retired).kind == answer_kind::done);
}

TEST_CASE("provider/local: a stranger's hand on the weights is no way back") {
  switched s;
  for (const auto& [id, pid] : s.t.instances()) (void)s.t.haproxy("set server fleet/" + id + " weight 128");
  CHECK(theatre::eventually([&] { return s.ready(s.shifted).kind == answer_kind::conflict; }));
}
