// Sites on Ceph's gateway: released, taken back, restored; ended at any write; large files.
#include "gateway.hpp"
#include "provider/site/real_checks.hpp"

using namespace tests;

TEST_CASE("ceph: a site is published, verified, taken back, restored and pruned") {
  const auto* c = ceph_gateway::get();
  if (c == nullptr) return;
  published_and_taken_back(c->new_bucket());
}

TEST_CASE(
    "ceph: a versioned bucket, where the gateway keeps no conditions, is refused before anything is "
    "touched") {
  const auto* c = ceph_gateway::get();
  if (c == nullptr) return;
  const auto versioned = c->new_bucket();
  versioned.keep_versions();
  const release_folder folder;
  folder.become(shop("1"));
  talk t{versioned, folder};
  const auto refused = t.act("publish", {{"version", "1"}}, "a");
  CHECK(refused.problem.code == errc::unsupported);
  CHECK(refused.problem.message.find("refuses writes on condition (If-Match)") != std::string::npos);
  CHECK(served(versioned).empty());
}

TEST_CASE("ceph: a site whose program is killed at any write goes on or is taken back") {
  if (const auto* c = ceph_gateway::get()) killed_at_any_write(c->new_bucket(), 4);
}

TEST_CASE("ceph: large files are cut off and gone on with") {
  if (const auto* c = ceph_gateway::get()) large_files_go_on(c->new_bucket());
}

TEST_CASE("ceph: what is too large for one copy is copied in parts") {
  if (const auto* c = ceph_gateway::get()) large_objects_are_copied_in_parts(c->new_bucket());
}
