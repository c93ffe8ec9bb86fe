#include "aws/settings.hpp"

#include "aws/dates.hpp"
#include "place.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using tests::place;

TEST_CASE("aws/settings: profiles are read from both files, keys first from the credentials file") {
  place p;
  p.variables = {{"HOME", "/home/me"}, {"AWS_PROFILE", "prod"}};
  p.files["/home/me/.aws/credentials"] =
      "# mine\n[prod]\naws_access_key_id = A\naws_secret_access_key=S\n; end\n";
  p.files["/home/me/.aws/config"] =
      "[default]\nregion = us-east-1\r\n[profile prod]\nregion=eu-west-1\ns3 =\n  max = 1\naws_access_key_id "
      "= B\n";
  const auto all = aws::read_profiles(p.options());
  REQUIRE(all.has_value());
  const auto* prod = all->find("prod");
  REQUIRE(prod != nullptr);
  CHECK(aws::value_of(*prod, "aws_access_key_id") == "A");
  CHECK(aws::value_of(*prod, "region") == "eu-west-1");
  CHECK(aws::value_of(*prod, "max").empty());
  CHECK(aws::region_of(p.options(), "").value() == "eu-west-1");
  CHECK(all->find("other") == nullptr);
}

TEST_CASE("aws/settings: a profile file that cannot be understood is an error with its line") {
  CHECK(aws::parse_profiles("[a]\nx = 1\nnonsense\n", "/c").error().place == "/c:3");
  CHECK(aws::parse_profiles("x = 1\n", "/c").error().place == "/c:1");
  CHECK(aws::parse_profiles("[a\n", "/c").error().text() == "/c:1: a section without `]`");
}

TEST_CASE("aws/settings: the region of the call, the options, the variables, the profile") {
  place p;
  p.variables = {{"HOME", "/h"}, {"AWS_REGION", "b-2"}, {"AWS_DEFAULT_REGION", "c-3"}};
  p.files["/h/.aws/config"] = "[default]\nregion = d-4\n";
  auto o = p.options();
  CHECK(aws::region_of(o, "a-1").value() == "a-1");
  CHECK(aws::region_of(o, "").value() == "b-2");
  o.region = "o-1";
  CHECK(aws::region_of(o, "").value() == "o-1");
  p.variables.erase("AWS_REGION");
  CHECK(aws::region_of(p.options(), "").value() == "c-3");
  p.variables.erase("AWS_DEFAULT_REGION");
  CHECK(aws::region_of(p.options(), "").value() == "d-4");
  p.files.clear();
  CHECK(aws::region_of(p.options(), "").error().message == "no AWS region: give `region` or set AWS_REGION");
  CHECK(aws::region_of(p.options(), "x.evil.example/").error().message ==
        "\"x.evil.example/\" is not the name of an AWS region");
}

TEST_CASE(
    "aws/settings: how an instance is asked, by variables, then by the profile, and never without an end") {
  place p;
  p.variables = {{"HOME", "/h"}};
  CHECK(aws::instance_settings_of(p.options())->attempts == 4);
  CHECK(aws::instance_settings_of(p.options())->wait == duration{1'000});
  p.files["/h/.aws/config"] = "[default]\nmetadata_service_num_attempts = 2\nmetadata_service_timeout=3\n";
  CHECK(aws::instance_settings_of(p.options())->attempts == 2);
  CHECK(aws::instance_settings_of(p.options())->wait == duration{3'000});
  p.variables["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "1";
  CHECK(aws::instance_settings_of(p.options())->attempts == 1);
  for (const auto* wrong : {"0", "21", "-1", "two", "1.5", "1 "}) {
    CAPTURE(wrong);
    p.variables["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = wrong;
    CHECK(
        aws::instance_settings_of(p.options())
            .error()
            .message.starts_with(
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS or metadata_service_num_attempts must be 1 to 20, not "));
  }
}

TEST_CASE("aws/dates: the Date header, and nothing that looks a little like it") {
  CHECK(format_time(aws::parse_http_date("Thu, 26 Nov 2026 01:48:22 GMT").value()) ==
        "2026-11-26T01:48:22.000Z");
  CHECK(format_time(aws::parse_http_date("Sat, 03 Jan 2026 00:00:00 GMT").value()) ==
        "2026-01-03T00:00:00.000Z");
  for (const auto* bad :
       {"", "Thu, 26 Nov 2026 01:48:22 CET", "Thu, 26 anN 2026 01:48:22 GMT", "Thu, 99 Nov 2026 01:48:22 GMT",
        "Thu, 26 Nov 2026 01:48:2x GMT", "26 Nov 2026 01:48:22 GMT"}) {
    CAPTURE(bad);
    CHECK(!aws::parse_http_date(bad));
  }
}
