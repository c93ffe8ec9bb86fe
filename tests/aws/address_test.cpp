#include "aws/address.hpp"

#include "place.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using tests::place;

namespace {

struct from_here {
  place p;
  from_here() { p.variables = {{"HOME", "/h"}}; }
  [[nodiscard]] result<aws::address> at(const aws::service& s, const std::string& region,
                                        const aws::wire_request& q = {},
                                        const std::string& given = "") const {
    return aws::address_of(p.options(), s, q, given, region);
  }
  [[nodiscard]] std::string endpoint(const std::string& region) const {
    return at(aws::cloudwatch, region).value().endpoint;
  }
  [[nodiscard]] std::string url(const std::string& bucket, const std::string& path,
                                const std::string& given = "") const {
    aws::wire_request q;
    q.bucket = bucket;
    q.path = path;
    return at(aws::s3, "eu-west-1", q, given).value().url;
  }
};

}  // namespace

TEST_CASE("aws/address: endpoints by variable, profile, region and partition") {
  from_here here;
  CHECK(here.endpoint("eu-central-1") == "https://monitoring.eu-central-1.amazonaws.com");
  CHECK(here.endpoint("cn-north-1") == "https://monitoring.cn-north-1.amazonaws.com.cn");
  CHECK(here.endpoint("us-gov-west-1") == "https://monitoring.us-gov-west-1.amazonaws.com");
  CHECK(here.endpoint("us-iso-east-1") == "https://monitoring.us-iso-east-1.c2s.ic.gov");
  CHECK(here.endpoint("us-isob-east-1") == "https://monitoring.us-isob-east-1.sc2s.sgov.gov");
  CHECK(here.endpoint("eusc-de-east-1") == "https://monitoring.eusc-de-east-1.amazonaws.eu");
  here.p.files["/h/.aws/config"] = "[default]\nendpoint_url = http://profile:1/\n";
  CHECK(here.endpoint("eu-central-1") == "http://profile:1");
  here.p.files["/h/.aws/config"] +=
      "services = dev\n[services dev]\ncloudwatch =\n  endpoint_url = http://nested:5\n";
  CHECK(here.endpoint("eu-central-1") == "http://nested:5");
  CHECK(here.at(aws::ecs, "eu-central-1").value().endpoint == "http://profile:1");
  here.p.variables["AWS_ENDPOINT_URL"] = "http://all:2/";
  CHECK(here.endpoint("eu-central-1") == "http://all:2");
  here.p.variables["AWS_ENDPOINT_URL_CLOUDWATCH"] = "http://mine:3";
  CHECK(here.endpoint("eu-central-1") == "http://mine:3");
  CHECK(here.at(aws::cloudwatch, "x-1", {}, "http://call:4/").value().url == "http://call:4/");
  here.p.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  CHECK(here.endpoint("eu-central-1") == "https://monitoring.eu-central-1.amazonaws.com");
}

TEST_CASE(
    "aws/address: a bucket is in the host at AWS, unless its name cannot be, and in the path elsewhere") {
  const from_here here;
  CHECK(here.url("site", "/a%20b") == "https://site.s3.eu-west-1.amazonaws.com/a%20b");
  CHECK(here.url("site", "/") == "https://site.s3.eu-west-1.amazonaws.com/");
  CHECK(here.url("", "/") == "https://s3.eu-west-1.amazonaws.com/");
  for (const auto* name : {"www.site.example", "Site", "si", "-site", "a_b"})
    CHECK(here.url(name, "/x") == "https://s3.eu-west-1.amazonaws.com/" + std::string(name) + "/x");
  CHECK(here.url("site", "//x", "http://127.0.0.1:7070/") == "http://127.0.0.1:7070/site//x");
  CHECK(here.url("site", "/", "http://127.0.0.1:7070") == "http://127.0.0.1:7070/site");
  CHECK(here.url("a/../b", "/x", "http://h") == "http://h/a%2F..%2Fb/x");
}

TEST_CASE("aws/address: a global service stands in one region of its partition") {
  const from_here here;
  const auto there = here.at(aws::cloudfront, "eu-west-1").value();
  CHECK(there.url == "https://cloudfront.amazonaws.com/");
  CHECK(there.region == "us-east-1");
  const auto china = here.at(aws::cloudfront, "cn-north-1").value();
  CHECK(china.url == "https://cloudfront.cn-northwest-1.amazonaws.com.cn/");
  CHECK(china.region == "cn-northwest-1");
  CHECK(here.at(aws::cloudfront, "us-iso-east-1").error().message ==
        "cloudfront is not there for region us-iso-east-1");
}

TEST_CASE("aws/request: keys, labels and parameters are encoded once") {
  CHECK(aws::key_path("a b/ü//x.html") == "/a%20b/%C3%BC//x.html");
  CHECK(aws::key_path("./%") == "/./%25");
  CHECK(aws::key_path("") == "/");
  CHECK(aws::filled("/d/{Id}/i/{Other}", {{"Id", "a/b"}}) == "/d/a%2Fb/i/{Other}");
  CHECK(aws::filled("/d/{Id", {{"Id", "x"}}) == "/d/{Id");
  CHECK(aws::query_text({{"list-type", "2"}, {"uploads", ""}, {"prefix", "a b+/"}}) ==
        "?list-type=2&uploads&prefix=a%20b%2B%2F");
  CHECK(aws::query_text({}).empty());
}
