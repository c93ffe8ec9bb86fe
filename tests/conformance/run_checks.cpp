#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

namespace shipflow::conformance {
namespace {

void plans(store& s) {
  CHECK(s.get_plan("sha256:aa").error().code == errc::not_found);
  CHECK(s.put_plan("sha256:aa", "first"));
  CHECK(s.put_plan("sha256:aa", "first"));
  CHECK(*s.get_plan("sha256:aa") == "first");
  CHECK(s.put_plan("", "x").error().code == errc::invalid_argument);
  CHECK(s.put_plan("sha256:bb", ""));
  CHECK(s.get_plan("sha256:bb")->empty());
}

void a_row_comes_back_as_it_was_given(store& s) {
  auto row = a_run("r1", run_status::waiting);
  row.external_id = "build-7";
  row.due_ms = 5000;
  row.reason = "a \"reason\" with \n a line and \xC3\xA4";
  REQUIRE(s.create_run(row, first_facts("r1", 2), {"env:local"}));
  for (const auto& got : {s.get_run("r1"), s.find_external("build-7")}) {
    REQUIRE(got);
    CHECK(got->external_id == "build-7");
    CHECK(got->plan_digest == row.plan_digest);
    CHECK(got->plan == row.plan);
    CHECK(got->environment == row.environment);
    CHECK(got->version == row.version);
    CHECK(got->principal == row.principal);
    CHECK(got->status == run_status::waiting);
    CHECK(got->due_ms == 5000);
    CHECK(got->owner.empty());
    CHECK(got->fence == 0);
    CHECK(got->rev == 2);
    CHECK(got->created_ms == 1000);
    CHECK(got->finished_ms == 0);
    CHECK(got->reason == row.reason);
  }
  CHECK(s.get_run("r2").error().code == errc::not_found);
  CHECK(s.find_external("build-8").error().code == errc::not_found);
  CHECK(s.find_external("").error().code == errc::not_found);
}

void a_second_run_with_the_same_ids_is_refused(store& s) {
  auto row = a_run("r1");
  row.external_id = "build-7";
  REQUIRE(s.create_run(row, first_facts("r1"), {}));
  CHECK(s.create_run(a_run("r1"), first_facts("r1"), {}).error().code == errc::already_exists);
  row.id = "r2";
  CHECK(s.create_run(row, first_facts("r2"), {}).error().code == errc::already_exists);
  CHECK(s.get_run("r2").error().code == errc::not_found);
  CHECK(s.create_run(a_run("r3"), {}, {}));  // an empty external id is not an id
  CHECK(s.create_run(a_run("r4"), {}, {}));
}

void first_facts_start_at_one(store& s) {
  CHECK(s.create_run(a_run("r1"), facts_after("r1", 1, "p", 1), {}).error().code == errc::invalid_argument);
  CHECK(s.create_run(a_run(""), {}, {}).error().code == errc::invalid_argument);
  CHECK(s.list_runs({})->empty());
}

void facts_are_read_in_order(store& s) {
  const auto facts = first_facts("r1", 5);
  REQUIRE(s.create_run(a_run("r1"), facts, {}));
  const auto all = s.read_facts("r1");
  REQUIRE(all);
  REQUIRE(all->size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK((*all)[i].rev == facts[i].rev);
    CHECK((*all)[i].kind == facts[i].kind);
    CHECK((*all)[i].at_ms == facts[i].at_ms);
    CHECK((*all)[i].format == facts[i].format);
    CHECK((*all)[i].body == facts[i].body);
    CHECK((*all)[i].hash == facts[i].hash);
  }
  CHECK(chain_is_whole("r1", *all));
  CHECK(s.read_facts("r1", 3)->size() == 2);
  CHECK(s.read_facts("r1", 3)->front().rev == 4);
  CHECK(s.read_facts("r1", 5)->empty());
  CHECK(s.read_facts("r2").error().code == errc::not_found);
}

void any_bytes_survive(store& s) {
  auto facts = first_facts("r1");
  facts[0].body = std::string("a\0b\xff\xfe", 5);
  REQUIRE(s.create_run(a_run("r1"), facts, {}));
  CHECK(s.read_facts("r1")->front().body == facts[0].body);
  REQUIRE(s.put_plan("sha256:aa", facts[0].body));
  CHECK(*s.get_plan("sha256:aa") == facts[0].body);
}

std::string ids_of(const result<std::vector<run_row>>& rows) {
  std::string ids;
  for (const auto& r : *rows) ids += r.id + " ";
  return ids;
}

void lists_are_newest_first(store& s) {
  for (const auto* id : {"r1", "r2", "r3", "r4"}) {
    auto row = a_run(id, std::string(id) == "r2" ? run_status::failed : run_status::ready);
    row.environment = std::string(id) < "r3" ? "staging" : "production";
    row.plan = std::string(id) == "r4" ? "search" : "shop";
    REQUIRE(s.create_run(row, first_facts(id), {}));
  }
  CHECK(ids_of(s.list_runs({})) == "r4 r3 r2 r1 ");
  CHECK(ids_of(s.list_runs({"staging", "", {}, 100})) == "r2 r1 ");
  CHECK(ids_of(s.list_runs({"", "shop", {}, 100})) == "r3 r2 r1 ");
  CHECK(ids_of(s.list_runs({"production", "shop", {}, 100})) == "r3 ");
  CHECK(ids_of(s.list_runs({"", "", true, 100})) == "r2 ");
  CHECK(ids_of(s.list_runs({"", "", false, 100})) == "r4 r3 r1 ");
  CHECK(ids_of(s.list_runs({"staging", "shop", true, 100})) == "r2 ");
  CHECK(ids_of(s.list_runs({"staging", "", false, 100})) == "r1 ");
  CHECK(ids_of(s.list_runs({"", "search", true, 100})).empty());
  CHECK(ids_of(s.list_runs({"", "", {}, 2})) == "r4 r3 ");
  CHECK(ids_of(s.list_runs({"", "", {}, 0})).empty());
}

}  // namespace

std::vector<check> run_checks() {
  return {
      {"plans are kept under their digest", plans},
      {"a row comes back as it was given", a_row_comes_back_as_it_was_given},
      {"a second run with the same id or external id is refused", a_second_run_with_the_same_ids_is_refused},
      {"the first facts start at revision 1", first_facts_start_at_one},
      {"facts are read in order", facts_are_read_in_order},
      {"any bytes survive", any_bytes_survive},
      {"lists are newest first and filtered", lists_are_newest_first}};
}

}  // namespace shipflow::conformance
