#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

namespace shipflow::conformance {
namespace {

void create(store& s, const std::string& id, run_status status, std::optional<std::int64_t> due = {}) {
  auto row = a_run(id, status);
  row.due_ms = due;
  REQUIRE(s.create_run(row, first_facts(id), {}));
}

std::string claimed(store& s, std::int64_t now_ms, std::size_t limit = 100) {
  const auto rows = s.claim("engine-1", now_ms, limit);
  REQUIRE(rows);
  std::string ids;
  for (const auto& r : *rows) ids += r.id + " ";
  return ids;
}

void only_what_wants_attention_is_claimed(store& s) {
  create(s, "ready", run_status::ready);
  create(s, "due", run_status::waiting, 500);
  create(s, "later", run_status::waiting, 5000);
  create(s, "signal-only", run_status::waiting);
  create(s, "watched", run_status::watching, 900);
  create(s, "parked", run_status::parked);
  create(s, "done", run_status::released, 1);
  CHECK(claimed(s, 1000) == "ready due watched ");
  CHECK(claimed(s, 1000).empty());
  CHECK(claimed(s, 4999).empty());
  CHECK(claimed(s, 5000) == "later ");
}

void claims_are_ordered_and_limited(store& s) {
  create(s, "c", run_status::waiting, 30);
  create(s, "a", run_status::waiting, 30);
  create(s, "b", run_status::waiting, 20);
  create(s, "e", run_status::ready);
  create(s, "d", run_status::ready, 9000);
  CHECK(claimed(s, 100, 0).empty());
  CHECK(claimed(s, 100, 3) == "d e b ");
  CHECK(claimed(s, 100, 3) == "a c ");
}

void a_claim_sets_owner_and_fence(store& s) {
  create(s, "r1", run_status::waiting, 10);
  auto rows = s.claim("engine-1", 77, 1);
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().owner == "engine-1");
  CHECK(rows->front().fence == 1);
  CHECK(rows->front().rev == 1);
  CHECK(rows->front().status == run_status::owned);
  CHECK(rows->front().updated_ms == 77);
  CHECK(s.get_run("r1")->fence == 1);
  CHECK(s.claim("", 77, 1).error().code == errc::invalid_argument);
}

void the_fence_rises_also_for_the_same_owner(store& s) {
  create(s, "r1", run_status::ready);
  CHECK(s.claim_run("engine-1", "r1", 10)->fence == 1);
  CHECK(s.claim_run("engine-1", "r1", 10)->fence == 2);
  const auto other = s.claim_run("engine-2", "r1", 10);
  CHECK(other->fence == 3);
  CHECK(other->owner == "engine-2");
  CHECK(s.claim_run("engine-1", "nobody", 10).error().code == errc::not_found);
  CHECK(s.claim_run("", "r1", 10).error().code == errc::invalid_argument);
}

void watching_and_parked_runs_keep_their_status(store& s) {
  create(s, "r1", run_status::watching, 10);
  CHECK(s.claim("engine-1", 10, 1)->front().status == run_status::watching);
  create(s, "r2", run_status::parked);
  CHECK(s.claim_run("engine-1", "r2", 10)->status == run_status::parked);
}

void adoption_frees_what_others_owned(store& s) {
  create(s, "mine", run_status::ready);
  create(s, "lost", run_status::ready);
  create(s, "watched", run_status::watching, 90'000);
  create(s, "over", run_status::released);
  create(s, "free", run_status::waiting, 90'000);
  REQUIRE(s.claim_run("engine-2", "mine", 10));
  for (const auto* id : {"lost", "watched", "over"}) REQUIRE(s.claim_run("engine-1", id, 10));
  CHECK(*s.adopt("engine-2", 50) == 3);
  CHECK(*s.adopt("engine-2", 50) == 0);
  CHECK(s.get_run("mine")->owner == "engine-2");
  CHECK(s.get_run("lost")->owner.empty());
  CHECK(s.get_run("lost")->status == run_status::ready);
  CHECK(s.get_run("watched")->status == run_status::watching);
  CHECK(s.get_run("over")->owner.empty());
  CHECK(claimed(s, 50) == "lost watched ");
  CHECK(s.adopt("", 50).error().code == errc::invalid_argument);
}

void next_due_sees_unowned_runs_only(store& s) {
  CHECK(*s.next_due() == std::nullopt);
  create(s, "signal-only", run_status::waiting);
  create(s, "done", run_status::failed, 5);
  CHECK(*s.next_due() == std::nullopt);
  create(s, "later", run_status::waiting, 5000);
  create(s, "sooner", run_status::waiting, 700);
  CHECK(*s.next_due() == 700);
  REQUIRE(s.claim_run("engine-1", "sooner", 10));
  CHECK(*s.next_due() == 5000);
  create(s, "ready", run_status::ready);
  CHECK(*s.next_due() == 0);
}

}  // namespace

std::vector<check> claim_checks() {
  return {{"only what wants attention is claimed", only_what_wants_attention_is_claimed},
          {"claims are ordered by due time, then id, and limited", claims_are_ordered_and_limited},
          {"a claim sets owner and fence", a_claim_sets_owner_and_fence},
          {"the fence rises also for the same owner", the_fence_rises_also_for_the_same_owner},
          {"watching and parked runs keep their status", watching_and_parked_runs_keep_their_status},
          {"adoption frees what others owned and makes it due", adoption_frees_what_others_owned},
          {"next_due sees unowned, unfinished runs only", next_due_sees_unowned_runs_only}};
}

}  // namespace shipflow::conformance
