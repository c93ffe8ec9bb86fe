#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

#include <mutex>

namespace shipflow::conformance {
namespace {

run_row owned_run(store& s, const std::string& id) {
  REQUIRE(s.create_run(a_run(id), first_facts(id), {}));
  const auto row = s.claim_run("engine-1", id, 1500);
  REQUIRE(row);
  return *row;
}

void a_commit_changes_row_and_facts(store& s) {
  const auto row = owned_run(s, "r1");
  auto change = next_commit(row, 2, first_facts("r1").back().hash);
  change.status = run_status::waiting;
  change.due_ms = 9000;
  change.reason = "waits";
  const auto done = commit_now(s, change);
  CHECK(done.status == commit_status::committed);
  CHECK(done.rev == 3);
  CHECK_FALSE(done.signals_waiting);
  const auto after = s.get_run("r1");
  CHECK(after->rev == 3);
  CHECK(after->status == run_status::waiting);
  CHECK(after->due_ms == 9000);
  CHECK(after->reason == "waits");
  CHECK(after->updated_ms == 2000);
  CHECK(after->owner == "engine-1");
  CHECK(chain_is_whole("r1", *s.read_facts("r1")));
}

void a_stale_writer_changes_nothing(store& s) {
  const auto old = owned_run(s, "r1");
  const auto now = *s.claim_run("engine-1", "r1", 1600);  // the same engine again
  CHECK(commit_now(s, next_commit(old)).status == commit_status::fenced);
  CHECK(s.get_run("r1")->rev == 1);
  CHECK(s.read_facts("r1")->size() == 1);
  CHECK(commit_now(s, next_commit(now)).status == commit_status::committed);
  CHECK(commit_now(s, next_commit(now)).status == commit_status::fenced);  // revision 1 is gone
  auto ahead = now;
  ahead.rev = 7;
  CHECK(commit_now(s, next_commit(ahead)).status == commit_status::fenced);
  CHECK(s.read_facts("r1")->size() == 2);
  auto nobody = now;
  nobody.id = "nobody";
  CHECK(commit_now(s, next_commit(nobody)).status == commit_status::fenced);
}

void a_gap_is_refused(store& s) {
  const auto row = owned_run(s, "r1");
  auto change = next_commit(row, 3);
  change.facts.erase(change.facts.begin() + 1);
  const auto done = commit_now(s, change);
  CHECK(done.status == commit_status::failed);
  CHECK(done.problem.code == errc::invalid_argument);
  CHECK(s.get_run("r1")->rev == 1);
}

void a_commit_without_facts_keeps_the_revision(store& s) {
  const auto row = owned_run(s, "r1");
  auto change = next_commit(row, 0);
  change.status = run_status::parked;
  change.release = true;
  const auto done = commit_now(s, change);
  CHECK(done.status == commit_status::committed);
  CHECK(done.rev == 1);
  CHECK(s.get_run("r1")->owner.empty());
  CHECK(s.get_run("r1")->status == run_status::parked);
}

void a_released_run_can_be_claimed_when_due(store& s) {
  const auto row = owned_run(s, "r1");
  auto change = next_commit(row);
  change.status = run_status::waiting;
  change.due_ms = 3000;
  change.release = true;
  REQUIRE(commit_now(s, change).status == commit_status::committed);
  CHECK(*s.next_due() == 3000);
  CHECK(s.claim("engine-2", 2999, 9)->empty());
  CHECK(s.claim("engine-2", 3000, 9)->size() == 1);
}

void the_end_is_dated_once(store& s) {
  auto row = owned_run(s, "r1");
  auto change = next_commit(row);
  change.status = run_status::released;
  change.now_ms = 4000;
  REQUIRE(commit_now(s, change).status == commit_status::committed);
  CHECK(s.get_run("r1")->finished_ms == 4000);
  row.rev = 2;
  change = next_commit(row);
  change.status = run_status::released;
  change.now_ms = 5000;
  change.release = true;
  REQUIRE(commit_now(s, change).status == commit_status::committed);
  CHECK(s.get_run("r1")->finished_ms == 4000);
  CHECK(s.get_run("r1")->owner.empty());
  CHECK(*s.next_due() == std::nullopt);
}

void completions_come_in_order(store& s) {
  auto row = owned_run(s, "r1");
  std::mutex guard;
  std::vector<std::int64_t> revs;
  std::promise<void> last;
  for (int i = 0; i < 200; ++i) {
    s.commit(next_commit(row), [&, i](const commit_result& r) {
      const std::scoped_lock hold(guard);
      revs.push_back(r.status == commit_status::committed ? r.rev : -1);
      if (i == 199) last.set_value();
    });
    ++row.rev;
  }
  last.get_future().wait();
  REQUIRE(revs.size() == 200);
  for (std::size_t i = 0; i < 200; ++i) CHECK(revs[i] == static_cast<std::int64_t>(i) + 2);
}

void a_completion_may_use_the_store(store& s) {
  auto row = owned_run(s, "r1");
  std::promise<commit_result> last;
  s.commit(next_commit(row), [&](const commit_result& first) {
    CHECK(s.get_run("r1")->rev == first.rev);  // durable before the completion
    CHECK(s.create_run(a_run("r2"), first_facts("r2"), {}));
    row.rev = first.rev;
    s.commit(next_commit(row), [&](commit_result r) { last.set_value(std::move(r)); });
  });
  CHECK(last.get_future().get().rev == 3);
  CHECK(s.get_run("r2"));
}

}  // namespace

std::vector<check> commit_checks() {
  return {{"a commit changes row and facts together", a_commit_changes_row_and_facts},
          {"a stale fence or revision changes nothing", a_stale_writer_changes_nothing},
          {"facts with a gap are refused", a_gap_is_refused},
          {"a commit without facts keeps the revision", a_commit_without_facts_keeps_the_revision},
          {"a released run can be claimed when it is due", a_released_run_can_be_claimed_when_due},
          {"the end of a run is dated once", the_end_is_dated_once},
          {"completions come in the order of the commits", completions_come_in_order},
          {"a completion may read, change and commit", a_completion_may_use_the_store}};
}

}  // namespace shipflow::conformance
