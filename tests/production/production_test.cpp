// Production of both processes, from their documents as they are, against the AWS double: a good version, one that never
// comes up, and one that fails once customers have it.
#include "voyage.hpp"

#include <doctest/doctest.h>

using namespace tests;
using shipflow::json::object;
namespace json = shipflow::json;

namespace {

std::string text(const object& o, const char* name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

/// Ends released, and every customer got an answer.
void succeeds(const process& what, const char* live_before, const char* live_after) {
  voyage v(what);
  const auto end = v.sail("1.2.3");
  INFO(json::serialize(end.said));
  REQUIRE(end.code == 0);
  CHECK(text(end.said, "phase") == "released");
  CHECK(end.said.contains("status 200"));
  for (const auto& m : end.said)
    if (m.key().starts_with("status ")) CHECK(m.key() == "status 200");
  const auto now = v.picture();
  CAPTURE(json::serialize(now));
  CHECK(text(now.at(live_after).as_object(), "image").ends_with(":1.2.3"));
  CHECK(text(now.at(live_before).as_object(), "image").ends_with(":1.2.2"));
}

/// Ends taken back, and the cloud is what it was.
void is_taken_back(const process& what, const char* version, const char* why) {
  voyage v(what);
  const auto before = v.picture();
  const auto end = v.sail(version);
  INFO(json::serialize(end.said));
  REQUIRE(end.code == 0);
  CHECK(text(end.said, "phase") == "rolled_back");
  CHECK(text(end.said, "reason").find(why) != std::string::npos);
  CHECK(json::serialize(v.picture()) == json::serialize(before));
}

}  // namespace

TEST_CASE("production of shopflow: a good version goes live, and no customer notices") {
  succeeds(shopflow_process(), "shopflow-production/shopflow-api-blue",
           "shopflow-production/shopflow-api-green");
}
TEST_CASE("production of shopflow: a version that never comes up is taken back before customers meet it") {
  is_taken_back(shopflow_process(), "ill", "launch");
}
TEST_CASE("production of shopflow: a version that answers 500 is taken back by its error rate") {
  is_taken_back(shopflow_process(), "bad", "errors");
}
TEST_CASE("production of sample-ecommerce: a good version goes live in the other cluster") {
  succeeds(sample_process(), "production-blue/frontend", "production-green/frontend");
}
TEST_CASE("production of sample-ecommerce: a version that never comes up leaves green at zero") {
  is_taken_back(sample_process(), "ill", "launch");
}
TEST_CASE("production of sample-ecommerce: a version that answers 500 is taken back, green scaled to zero") {
  is_taken_back(sample_process(), "bad", "errors");
}
