// The provider over HTTP, against the double; and botocore against the double.
#include "aws_double/clients.hpp"
#include "over_http.hpp"

using namespace tests;

namespace {

// The time of models is not that of this machine, so ages are looked at in world_test.cpp.
constexpr int speed = 120;

std::size_t manual(aws_double& d) {
  std::size_t n = 0;
  d.with<cloud::rds>([&](auto& model, auto) {
    for (const auto& s : model.snapshots()) n += s.automated ? 0 : 1;
  });
  return n;
}

cloud::db_snapshot theirs(const std::string& id, time_point created) {
  cloud::db_snapshot s;
  s.id = id;
  s.source = "shop-production";
  s.created = created;
  return s;
}

}  // namespace

TEST_CASE("provider/rds over HTTP: a snapshot of an instance and of a cluster, checked, and nothing twice") {
  aws_double d({}, speed);
  put_up_databases(d);
  over_http s(d);
  for (const auto& bound : {an_instance(), a_cluster()}) {
    s.target = bound;
    const auto made = s.carry("snapshot", {}).ended;
    REQUIRE_MESSAGE(made.kind == answer_kind::done, kind_and_problem(made));
    CHECK(at(made.value, "/encrypted") == true);
    CHECK(s.carry("snapshot", {}).ended.value == made.value);
    const auto checked = s.carry("verify", {}).ended;
    CHECK_MESSAGE(checked.value == made.value, kind_and_problem(checked));
    const auto nightly = s.carry("backup", {{"max_age", "900d"}}).ended;
    CHECK_MESSAGE(nightly.kind == answer_kind::done, kind_and_problem(nightly));
  }
  CHECK(manual(d) == 2);
  CHECK(d.count("CreateDBSnapshot") == 1);
}

TEST_CASE("provider/rds over HTTP: what goes wrong with a request makes no second snapshot") {
  for (const auto how : {mishap::throttled, mishap::fails_before, mishap::fails_after, mishap::drops_after}) {
    CAPTURE(static_cast<int>(how));
    aws_double d({}, speed);
    put_up_databases(d);
    over_http s(once(d));
    d.on_call([how](const std::string& operation, int number) {
      return operation == "CreateDBSnapshot" && number == 1 ? how : mishap::none;
    });
    const auto end = s.insist("snapshot", {}, json::object{});
    CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
    CHECK(manual(d) == 1);
  }
}

TEST_CASE(
    "provider/rds over HTTP: a snapshot that fails, one of others, a full quota and a stopped source are "
    "named") {
  aws_double d({}, speed);
  put_up_databases(d);
  over_http s(d);
  d.with<cloud::rds>([](auto& model, auto) { model.next_snapshots(cloud::fate::fails); });
  const auto failed = s.carry("snapshot", {}, "fails").ended;
  CHECK(failed.kind == answer_kind::failed);
  CHECK(failed.problem.message.find("is failed") != std::string::npos);
  d.with<cloud::rds>([](auto& model, auto now) {
    model.next_snapshots(cloud::fate::good);
    model.install(theirs("shipflow-shop-production-run-1-" + sha256_hex("taken").substr(0, 10), now));
  });
  CHECK(s.carry("snapshot", {}, "taken").ended.kind == answer_kind::conflict);
  d.with<cloud::rds>([](auto& model, auto now) {
    for (int i = 0; i < 100; ++i) model.install(theirs("other-" + std::to_string(i), now));
  });
  const auto full = s.carry("snapshot", {}, "full").ended;
  CHECK(full.kind == answer_kind::failed);
  CHECK(full.problem.message.find("prune") != std::string::npos);
  d.with<cloud::rds>([](auto& model, auto) { model.find("shop-production", false)->status = "stopped"; });
  const auto stopped = s.carry("snapshot", {}, "stopped").ended;
  CHECK(stopped.kind == answer_kind::failed);
  CHECK(stopped.problem.message.find("is stopped") != std::string::npos);
  s.target = json::object{{"instance", "nowhere"}};
  CHECK(s.look("snapshot").problem.code == errc::not_found);
}

TEST_CASE("provider/rds over HTTP: prune deletes own old snapshots beyond the kept ones, and never others") {
  aws_double d({}, speed);
  put_up_databases(d);
  over_http s(d);
  d.with<cloud::rds>([](auto& model, auto now) {
    for (int i = 0; i < 25; ++i) {
      auto own =
          theirs("shipflow-shop-production-old-" + std::to_string(i), now - std::chrono::hours(24 * (i + 1)));
      own.tags = {{"shipflow:effect", "e" + std::to_string(i)}, {"shipflow:run", i == 24 ? "run-1" : "old"}};
      model.install(own);
      model.install(theirs("by-hand-" + std::to_string(i), now - std::chrono::hours(24 * (i + 1))));
    }
  });
  const auto some = s.carry("prune", {{"keep", 3}}, "some").ended;
  REQUIRE_MESSAGE(some.kind == answer_kind::done, kind_and_problem(some));
  CHECK(at(some.value, "/kept") == 4);  // the 3 newest, and the one of this run
  CHECK(at(some.value, "/deleted").as_array().size() == 21);
  const auto again = s.carry("prune", {{"keep", 3}}, "again").ended;
  CHECK(at(again.value, "/deleted").as_array().empty());
  d.with<cloud::rds>([](auto& model, auto now) {
    model.advance(now + std::chrono::hours(1));
    int by_hand = 0;
    for (const auto& one : model.snapshots()) by_hand += one.id.starts_with("by-hand-") ? 1 : 0;
    CHECK(by_hand == 25);
  });
  CHECK(s.carry("prune", {{"keep", 0}}, "none").ended.problem.code == errc::invalid_argument);
}

TEST_CASE(
    "provider/rds over HTTP: hundreds of snapshots are read in pages, and pruned without touching others") {
  aws_double d({}, speed);
  put_up_databases(d);
  over_http s(d);
  d.with<cloud::rds>([](auto& model, auto now) {
    for (int i = 0; i < 230; ++i) {
      auto own = theirs("shipflow-shop-production-old-" + std::to_string(i), now - std::chrono::hours(i + 1));
      own.tags = {{"shipflow:effect", "e" + std::to_string(i)}, {"shipflow:run", "old"}};
      model.install(i % 2 == 0 ? own
                               : theirs("by-hand-" + std::to_string(i), now - std::chrono::hours(i + 1)));
    }
  });
  const auto pruned = s.carry("prune", {{"keep", 5}}).ended;
  REQUIRE_MESSAGE(pruned.kind == answer_kind::done, kind_and_problem(pruned));
  CHECK(at(pruned.value, "/kept") == 5);
  CHECK(at(pruned.value, "/deleted").as_array().size() == 110);
  CHECK(d.count("DescribeDBSnapshots") >= 3);
  d.with<cloud::rds>([](auto& model, auto now) {
    model.advance(now + std::chrono::hours(1));
    CHECK(model.snapshots().size() == 115 + 5 + 2);  // and those of the last night
  });
}

TEST_CASE("provider/rds over HTTP: a new instance from a snapshot, and the wrong account changes nothing") {
  aws_double d({}, 600);
  put_up_databases(d);
  over_http s(d);
  REQUIRE(s.carry("snapshot", {}).ended.kind == answer_kind::done);
  const auto copy = s.carry("restore", {{"as", "shop-copy"}, {"snapshot", "latest"}}).ended;
  REQUIRE_MESSAGE(copy.kind == answer_kind::done, kind_and_problem(copy));
  CHECK(at(copy.value, "/port") == 5432);
  CHECK(s.carry("discard", {{"instance", "shop-copy"}}).ended.kind == answer_kind::done);
  s.target["account"] = "999999999999";
  CHECK(s.carry("snapshot", {}, "elsewhere").ended.problem.code == errc::denied);
  CHECK(d.count("CreateDBSnapshot") == 1);
}

TEST_CASE("the AWS double: botocore's client of RDS agrees with it") {
  aws_double d({}, speed);
  put_up_databases(d);
  const auto said =
      botocore_complains(d, std::string(SHIPFLOW_TEST_DATA) + "/botocore_rds.py", "provider_rds, botocore");
  CHECK_MESSAGE(said.empty(), said);
}
