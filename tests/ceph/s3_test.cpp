// The bucket over Ceph's gateway, which is stricter than others here and there.
#include "gateway.hpp"
#include "s3/checks.hpp"

using tests::ceph_gateway;

TEST_CASE("ceph: keys that need every kind of escaping come back as they were") {
  if (const auto* c = ceph_gateway::get()) tests::keys_come_back(c->new_bucket());
}

TEST_CASE("ceph: keys that no folder can hold are listed and read as they are") {
  if (const auto* c = ceph_gateway::get()) tests::odd_keys_come_back(c->new_bucket());
}

TEST_CASE("ceph: conditions are kept, attributes travel, ranges and empty objects are read") {
  if (const auto* c = ceph_gateway::get()) tests::conditions_are_kept(c->new_bucket());
}

TEST_CASE("ceph: parts are begun, listed, gone on with, put together and given up") {
  if (const auto* c = ceph_gateway::get()) tests::parts_are_put_together(c->new_bucket());
}

TEST_CASE("ceph: wrong keys, a bucket that is not there, a body that is not its hash") {
  if (const auto* c = ceph_gateway::get()) tests::refusals_are_told(c->new_bucket());
}
