#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

namespace shipflow::conformance {
namespace {

// Through a claim and a commit that changes nothing else.
void keep_samples(store& s, const std::string& id, std::vector<sample_chunk> chunks) {
  const auto before = s.get_run(id);
  REQUIRE(before);
  auto owned = s.claim_run("engine-1", id, 1500);
  REQUIRE(owned);
  auto change = next_commit(*owned, 0);
  change.status = before->status;
  change.due_ms = before->due_ms;
  change.release = true;
  change.samples = std::move(chunks);
  REQUIRE(commit_now(s, change).status == commit_status::committed);
}

void create(store& s, const std::string& id, run_status status, std::int64_t finished_ms) {
  auto row = a_run(id, status);
  row.finished_ms = finished_ms;
  REQUIRE(s.create_run(row, first_facts(id, 3), {}));
  REQUIRE(s.put_signal({"s-" + id, id, "note", "user:bob", 1, "{}"}));
  keep_samples(s, id, {{"errors", 7, "chunk"}});
}

void samples_are_kept_by_minute_and_series(store& s) {
  REQUIRE(s.create_run(a_run("r1"), {}, {}));
  REQUIRE(s.create_run(a_run("r2"), {}, {}));
  const std::string binary("\0\x01\xff", 3);
  keep_samples(s, "r1", {{"b", 2, "x"}, {"a", 2, binary}, {"z", 1, "y"}});
  keep_samples(s, "r2", {{"a", 2, "other"}});
  keep_samples(s, "r1", {{"b", 2, "newer"}});
  keep_samples(s, "r1", {});
  const auto found = s.read_samples("r1");
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].series == "z");
  CHECK((*found)[0].minute == 1);
  CHECK((*found)[1].series == "a");
  CHECK((*found)[1].body == binary);
  CHECK((*found)[2].body == "newer");
  auto stale = next_commit(*s.get_run("r2"));
  stale.fence -= 1;
  stale.samples = {{"a", 3, "of an engine that lost the run"}};
  CHECK(commit_now(s, stale).status == commit_status::fenced);
  CHECK(s.read_samples("r2")->size() == 1);
  CHECK(s.read_samples("nobody").error().code == errc::not_found);
}

void purging_keeps_rows_and_active_runs(store& s) {
  create(s, "active", run_status::waiting, 0);
  create(s, "old", run_status::released, 100);
  create(s, "young", run_status::failed, 500);
  create(s, "held", run_status::released, 100);
  REQUIRE(s.claim_run("engine-1", "held", 10));
  CHECK(*s.purge(500, {}) == 1);
  CHECK(*s.purge(500, {}) == 0);
  CHECK(s.read_facts("old")->empty());
  CHECK(s.read_samples("old")->empty());
  CHECK(s.unused_signals("old")->empty());
  CHECK(s.get_run("old")->rev == 3);
  for (const auto* id : {"active", "young", "held"}) {
    CHECK(s.read_facts(id)->size() == 3);
    CHECK(s.read_samples(id)->size() == 1);
    CHECK(s.unused_signals(id)->size() == 1);
  }
}

void purging_rows_frees_their_ids(store& s) {
  auto row = a_run("r0", run_status::released);
  row.external_id = "build-7";
  row.finished_ms = 50;
  REQUIRE(s.create_run(row, first_facts("r0"), {}));
  create(s, "r1", run_status::released, 100);
  create(s, "r2", run_status::released, 200);
  create(s, "r3", run_status::released, 300);
  CHECK(*s.purge(101, {}) == 2);
  REQUIRE(s.put_signal({"late", "r1", "note", "user:bob", 400, "{}"}));
  CHECK(*s.purge(101, 201) == 3);
  CHECK(s.get_run("r1").error().code == errc::not_found);
  CHECK(s.get_run("r2").error().code == errc::not_found);
  CHECK(s.find_external("build-7").error().code == errc::not_found);
  CHECK(s.read_facts("r3")->size() == 3);
  CHECK(*s.purge(0, {}) == 0);
  REQUIRE(s.create_run(row, first_facts("r0"), {}));
  CHECK(s.read_facts("r0")->size() == 1);
  REQUIRE(s.put_signal({"late", "r0", "note", "user:bob", 500, "{}"}));
  CHECK(s.unused_signals("r0")->size() == 1);
}

void many_runs_are_purged_in_one_call(store& s) {
  for (int i = 0; i < 300; ++i) {
    auto row = a_run("r" + std::to_string(i), run_status::cancelled);
    row.finished_ms = i;
    REQUIRE(s.create_run(row, first_facts(row.id, 2), {}));
  }
  CHECK(*s.purge(200, 100) == 200);
  CHECK(s.list_runs({"", "", {}, 1000})->size() == 200);
  CHECK(s.read_facts("r199")->empty());
  CHECK(s.read_facts("r200")->size() == 2);
}

}  // namespace

std::vector<check> retention_checks() {
  return {{"samples are kept by minute and series", samples_are_kept_by_minute_and_series},
          {"purging keeps rows, young, owned and active runs", purging_keeps_rows_and_active_runs},
          {"purging rows frees their ids", purging_rows_frees_their_ids},
          {"many runs are purged in one call", many_runs_are_purged_in_one_call}};
}

}  // namespace shipflow::conformance
