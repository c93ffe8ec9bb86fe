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
