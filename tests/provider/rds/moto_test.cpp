// The provider against moto: the wire formats as others understand them. There a snapshot is available at once.
#include "aws/moto.hpp"

#include "over_http.hpp"

using namespace tests;

TEST_CASE("provider/rds: moto understands what is asked, and is understood") {
  if (moto_program().empty()) return;
  moto server;
  const auto options = server.keys.options();
  aws::client admin(options);
  const aws::service rds{"RDS", "rds", "rds", aws::protocol::query, "2014-10-31"};
  static_cast<void>(moto::call(admin, rds, "CreateDBInstance",
                               {{"DBInstanceIdentifier", "shop-production"},
                                {"DBInstanceClass", "db.t3.micro"},
                                {"Engine", "postgres"},
                                {"AllocatedStorage", 20},
                                {"MasterUsername", "root"},
                                {"MasterUserPassword", "not-a-secret"},
                                {"StorageEncrypted", true}}));
  over_http s(options);
  const auto seen = s.look("snapshot");
  REQUIRE_MESSAGE(seen.kind == answer_kind::done, kind_and_problem(seen));
  CHECK(at(seen.value, "/engine") == "postgres");
  // moto signs a form of its own making, in which a blank is written in another way: no key has one.
  const auto made = s.carry("snapshot", {}, "first").ended;
  REQUIRE_MESSAGE(made.kind == answer_kind::done, kind_and_problem(made));
  CHECK(at(made.value, "/size_gb") == 20);
  // Its tags are ours, so the same step finds it again, and another does not take it for its own.
  CHECK(s.carry("snapshot", {}, "first").ended.value == made.value);
  const auto checked = s.carry("verify", {{"max_age", "1h"}}).ended;
  CHECK_MESSAGE(checked.value == made.value, kind_and_problem(checked));
  s.run = "another";
  const auto second = s.carry("snapshot", {}, "second").ended;
  REQUIRE_MESSAGE(second.kind == answer_kind::done, kind_and_problem(second));
  s.run = "run-3";
  const auto pruned = s.carry("prune", {{"keep", 1}}, "third").ended;
  REQUIRE_MESSAGE(pruned.kind == answer_kind::done, kind_and_problem(pruned));
  CHECK(at(pruned.value, "/kept") == 1);
  CHECK(at(pruned.value, "/deleted").as_array().size() == 1);
}

TEST_CASE("provider/rds: moto restores a cluster from a snapshot, with a writer, and it is discarded again") {
  if (moto_program().empty()) return;
  moto server;
  const auto options = server.keys.options();
  aws::client admin(options);
  const aws::service rds{"RDS", "rds", "rds", aws::protocol::query, "2014-10-31"};
  static_cast<void>(moto::call(admin, rds, "CreateDBCluster",
                               {{"DBClusterIdentifier", "shop-aurora"},
                                {"Engine", "aurora-postgresql"},
                                {"MasterUsername", "root"},
                                {"MasterUserPassword", "not-a-secret"},
                                {"StorageEncrypted", true}}));
  static_cast<void>(moto::call(admin, rds, "CreateDBInstance",
                               {{"DBInstanceIdentifier", "shop-aurora-1"},
                                {"DBClusterIdentifier", "shop-aurora"},
                                {"DBInstanceClass", "db.r6g.large"},
                                {"Engine", "aurora-postgresql"}}));
  over_http s(options);
  s.target = a_cluster();
  const auto taken = s.carry("snapshot", {}, "first").ended;
  REQUIRE_MESSAGE(taken.kind == answer_kind::done, kind_and_problem(taken));
  const auto made = s.carry("restore", {{"as", "shop-copy"}, {"snapshot", "latest"}}, "restored").ended;
  REQUIRE_MESSAGE(made.kind == answer_kind::done, kind_and_problem(made));
  CHECK(at(made.value, "/instance") == "shop-copy-writer");
  const auto writer =
      moto::call(admin, rds, "DescribeDBInstances", {{"DBInstanceIdentifier", "shop-copy-writer"}});
  CHECK(json::serialize(writer).find("db.r6g.large") != std::string::npos);
  CHECK(s.carry("restore", {{"as", "shop-copy"}, {"snapshot", "latest"}}, "restored").ended.kind ==
        answer_kind::done);
  const auto gone = s.carry("discard", {{"cluster", "shop-copy"}}, "gone").ended;
  CHECK_MESSAGE(gone.kind == answer_kind::done, kind_and_problem(gone));
  CHECK(moto::try_call(admin, rds, "DescribeDBClusters", {{"DBClusterIdentifier", "shop-copy"}}).has_error());
}
