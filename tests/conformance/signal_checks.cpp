#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

namespace shipflow::conformance {
namespace {

stored_signal a_signal(const std::string& id, const std::string& run) {
  return {id, run, "approve", "user:bob", 1700, "{\"note\":\"fine\"}"};
}

std::string unused(store& s, const std::string& run) {
  const auto found = s.unused_signals(run);
  REQUIRE(found);
  std::string ids;
  for (const auto& x : *found) ids += x.id + " ";
  return ids;
}

void a_signal_is_kept_once(store& s) {
  REQUIRE(s.create_run(a_run("r1", run_status::waiting), {}, {}));
  REQUIRE(s.create_run(a_run("r2", run_status::waiting), {}, {}));
  CHECK(s.put_signal(a_signal("s2", "r1")));
  CHECK(s.put_signal(a_signal("s1", "r1")));
  auto again = a_signal("s2", "r1");
  again.name = "reject";
  CHECK(s.put_signal(again));
  CHECK(s.put_signal(a_signal("s2", "r2")));
  CHECK(unused(s, "r1") == "s2 s1 ");  // in the order of arrival
  CHECK(unused(s, "r2").empty());
  const auto first = s.unused_signals("r1")->front();
  CHECK(first.run == "r1");
  CHECK(first.name == "approve");
  CHECK(first.principal == "user:bob");
  CHECK(first.at_ms == 1700);
  CHECK(first.body == "{\"note\":\"fine\"}");
  CHECK(s.put_signal(a_signal("s3", "nobody")).error().code == errc::not_found);
  CHECK(s.put_signal(a_signal("", "r1")).error().code == errc::invalid_argument);
  CHECK(s.unused_signals("nobody").error().code == errc::not_found);
}

void a_signal_makes_its_run_due(store& s) {
  REQUIRE(s.create_run(a_run("r1", run_status::waiting), {}, {}));
  REQUIRE(s.create_run(a_run("r2", run_status::parked), {}, {}));
  REQUIRE(s.create_run(a_run("r3", run_status::released), {}, {}));
  CHECK(s.claim("engine-1", 1800, 9)->empty());
  for (const auto* run : {"r1", "r2", "r3"}) REQUIRE(s.put_signal(a_signal(std::string("s-") + run, run)));
  CHECK(*s.next_due() == 0);
  CHECK(s.claim("engine-1", 1, 9)->size() == 2);  // whatever the clock says; a finished run stays finished
  CHECK(*s.next_due() == std::nullopt);
}

void a_commit_uses_signals_up(store& s) {
  REQUIRE(s.create_run(a_run("r1"), first_facts("r1"), {}));
  REQUIRE(s.create_run(a_run("r2"), {}, {}));
  auto row = *s.claim_run("engine-1", "r1", 10);
  for (const auto* id : {"s1", "s2"}) REQUIRE(s.put_signal(a_signal(id, "r1")));
  REQUIRE(s.put_signal(a_signal("s3", "r2")));
  auto change = next_commit(row);
  change.used_signals = {"s1", "s3", "unknown"};
  auto done = commit_now(s, change);
  CHECK(done.status == commit_status::committed);
  CHECK(done.signals_waiting);
  CHECK(unused(s, "r1") == "s2 ");
  CHECK(unused(s, "r2") == "s3 ");  // of another run: not touched
  row.rev = 2;
  change = next_commit(row);
  change.used_signals = {"s1", "s2", "s2"};
  done = commit_now(s, change);
  CHECK(done.status == commit_status::committed);
  CHECK_FALSE(done.signals_waiting);
  REQUIRE(s.put_signal(a_signal("s1", "r1")));
  CHECK(unused(s, "r1").empty());  // used once is used for good
}

void a_stale_writer_uses_no_signal(store& s) {
  REQUIRE(s.create_run(a_run("r1"), first_facts("r1"), {}));
  const auto old = *s.claim_run("engine-1", "r1", 10);
  REQUIRE(s.claim_run("engine-2", "r1", 10));
  REQUIRE(s.put_signal(a_signal("s1", "r1")));
  auto change = next_commit(old);
  change.used_signals = {"s1"};
  CHECK(commit_now(s, change).status == commit_status::fenced);
  CHECK(unused(s, "r1") == "s1 ");
}

void a_signal_during_the_last_commit_is_not_lost(store& s) {
  REQUIRE(s.create_run(a_run("r1"), first_facts("r1"), {}));
  const auto row = *s.claim_run("engine-1", "r1", 10);
  REQUIRE(s.put_signal(a_signal("s1", "r1")));
  auto change = next_commit(row);
  change.status = run_status::waiting;
  change.release = true;
  CHECK(commit_now(s, change).signals_waiting);
  CHECK(s.claim("engine-1", 10, 9)->size() == 1);
}

}  // namespace

std::vector<check> signal_checks() {
  return {{"a signal is kept once, whoever sends its id again", a_signal_is_kept_once},
          {"a signal makes its run due", a_signal_makes_its_run_due},
          {"a commit uses signals up together with its facts", a_commit_uses_signals_up},
          {"a stale writer uses no signal", a_stale_writer_uses_no_signal},
          {"a signal that arrives before the run is given up is not lost",
           a_signal_during_the_last_commit_is_not_lost}};
}

}  // namespace shipflow::conformance
