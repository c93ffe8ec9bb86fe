// Assets go up with the keys of the role that their manifest names.
#include "aws/place.hpp"
#include "aws/service_double.hpp"
#include "provider/cloudformation/depot.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace tests;
using namespace shipflow;
using cloudformation::asset;
using cloudformation::brought;

namespace {

/// STS and a bucket that only the role may look at.
struct account {
  std::atomic<int> assumed{0}, asked_as_role{0}, asked_otherwise{0};
  service_double server{[this](int n) { return answer(server.request(static_cast<std::size_t>(n - 1))); }};

  std::string answer(const std::string& asked) {
    if (asked.starts_with("POST / ")) {
      ++assumed;
      return response("200 OK",
                      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIAROLE</AccessKeyId>"
                      "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                      "<Expiration>2130-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
                      "</AssumeRoleResponse>");
    }
    if (asked.find("Credential=AKIAROLE/") == std::string::npos) {
      ++asked_otherwise;
      return response("403 Forbidden", "");
    }
    ++asked_as_role;
    return response("200 OK", "", "ETag: \"e\"\r\n");
  }
};

asset in_a_role(const std::string& key) {
  asset a;
  a.name = a.key = key;
  a.bucket = "assets";
  a.region = "eu-central-1";
  a.role = "arn:aws:iam::123456789012:role/publish";
  return a;
}

brought bring(cloudformation::depot& to, const asset& a) {
  for (;;) {
    auto now = to.bring(a, {});
    if (now.is != brought::state::under_way) return now;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE(
    "provider/cloudformation/role: its keys are used for its assets, also where credentials are shared") {
  for (const bool shared : {false, true}) {
    CAPTURE(shared);
    account cloud;
    auto options = place::with_keys(cloud.server.server.url("")).options();
    if (shared) options.keyring = make_aws_keyring();
    const auto depot = cloudformation::make_depot(options);
    for (const auto* key : {"one.zip", "two.zip"}) {
      const auto end = bring(*depot, in_a_role(key));
      CHECK_MESSAGE(end.is == brought::state::there, end.problem.message);
    }
    CHECK(cloud.assumed == 1);
    CHECK(cloud.asked_as_role == 2);
    CHECK(cloud.asked_otherwise == 0);
  }
}
