#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

namespace shipflow::conformance {
namespace {

using held = std::vector<std::pair<std::string, std::string>>;

run_row owned_run(store& s, const std::string& id, const std::vector<std::string>& locks) {
  REQUIRE(s.create_run(a_run(id), first_facts(id), locks));
  return *s.claim_run("engine-1", id, 1500);
}

void creating_takes_all_locks_or_none(store& s) {
  owned_run(s, "r1", {"b", "a"});
  CHECK(*s.locks() == held{{"a", "r1"}, {"b", "r1"}});
  const auto refused = s.create_run(a_run("r2"), first_facts("r2"), {"c", "b"});
  CHECK(refused.error().code == errc::conflict);
  CHECK(refused.error().message == "lock \"b\" is held by run \"r1\"");
  CHECK(s.get_run("r2").error().code == errc::not_found);
  CHECK(*s.locks() == held{{"a", "r1"}, {"b", "r1"}});
}

void a_commit_takes_all_locks_or_nothing_happens(store& s) {
  owned_run(s, "r1", {"b"});
  auto row = owned_run(s, "r2", {});
  auto change = next_commit(row);
  change.acquire = {"c", "b", "a"};
  const auto refused = commit_now(s, change);
  CHECK(refused.status == commit_status::locked);
  CHECK(refused.holder == "r1");
  CHECK(s.get_run("r2")->rev == 1);
  CHECK(s.read_facts("r2")->size() == 1);
  CHECK(*s.locks() == held{{"b", "r1"}});
  change.acquire = {"c", "a", "c"};
  CHECK(commit_now(s, change).status == commit_status::committed);
  CHECK(*s.locks() == held{{"a", "r2"}, {"b", "r1"}, {"c", "r2"}});
}

void a_stale_writer_takes_no_lock(store& s) {
  owned_run(s, "r1", {"a"});
  auto row = owned_run(s, "r2", {});
  row.fence = 0;
  auto change = next_commit(row);
  change.acquire = {"b"};
  CHECK(commit_now(s, change).status == commit_status::fenced);
  change.acquire = {"a"};
  CHECK(commit_now(s, change).status == commit_status::fenced);  // not "locked": the run is not ours
  CHECK(*s.locks() == held{{"a", "r1"}});
}

void holding_a_lock_again_is_no_conflict(store& s) {
  const auto row = owned_run(s, "r1", {"a"});
  auto change = next_commit(row);
  change.acquire = {"a", "b"};
  CHECK(commit_now(s, change).status == commit_status::committed);
  CHECK(*s.locks() == held{{"a", "r1"}, {"b", "r1"}});
}

void only_own_locks_are_given_up(store& s) {
  owned_run(s, "r1", {"a"});
  const auto row = owned_run(s, "r2", {"b", "c"});
  auto change = next_commit(row);
  change.release_locks = {"a", "b", "nobody"};
  CHECK(commit_now(s, change).status == commit_status::committed);
  CHECK(*s.locks() == held{{"a", "r1"}, {"c", "r2"}});
}

void taking_comes_before_giving(store& s) {
  const auto row = owned_run(s, "r1", {});
  auto change = next_commit(row);
  change.acquire = {"a"};
  change.release_locks = {"a"};
  CHECK(commit_now(s, change).status == commit_status::committed);
  CHECK(s.locks()->empty());
}

void the_end_gives_up_every_lock(store& s) {
  owned_run(s, "r1", {"a"});
  const auto row = owned_run(s, "r2", {"b", "c"});
  auto change = next_commit(row);
  change.status = run_status::failed;
  CHECK(commit_now(s, change).status == commit_status::committed);
  CHECK(*s.locks() == held{{"a", "r1"}});
}

}  // namespace

std::vector<check> lock_checks() {
  return {{"creating a run takes all its locks or none", creating_takes_all_locks_or_none},
          {"a commit takes all its locks or nothing happens", a_commit_takes_all_locks_or_nothing_happens},
          {"a stale writer takes no lock", a_stale_writer_takes_no_lock},
          {"holding a lock again is no conflict", holding_a_lock_again_is_no_conflict},
          {"only own locks are given up", only_own_locks_are_given_up},
          {"locks are taken before others are given up", taking_comes_before_giving},
          {"the end of a run gives up every lock", the_end_gives_up_every_lock}};
}

}  // namespace shipflow::conformance
