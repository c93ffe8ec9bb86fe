// The double against clients that nobody here wrote: botocore with its paginators and waiters, and the AWS CLI.
#include "aws_double/clients.hpp"

#include "aws_double/shops.hpp"

#include <doctest/doctest.h>

using namespace tests;

namespace {

std::string file(const std::string& script) { return std::string(SHIPFLOW_TEST_DATA) + "/" + script; }

void agrees(const std::string& script, const std::string& shop) {
  aws_double d(with_versions(), 60);
  REQUIRE(put_up(d, shop));
  const auto said = botocore_complains(d, file(script), "aws_double, " + script);
  CHECK_MESSAGE(said.empty(), said);
}

}  // namespace

TEST_CASE("the AWS double: botocore's clients, paginators and waiters agree with it") {
  agrees("botocore_clients.py", "shop");
}

TEST_CASE("the AWS double: botocore's client deploys a canary through its pauses, and one back") {
  agrees("botocore_native.py", "native-shop");
}

TEST_CASE("the AWS double: botocore's client of CloudWatch reads numbers and alarms from it, page by page") {
  agrees("botocore_cloudwatch.py", "");
}

TEST_CASE("the AWS double: the AWS CLI releases through it, waits and routes") {
  const auto aws = client_program("awscli/bin/aws", "aws_double, awscli.sh");
  if (aws.empty()) return;
  aws_double d(with_versions(), 60);
  put_up_shop(d);
  int status = 0;
  const auto said = said_by("sh " + file("awscli.sh") + " " + aws + " " + d.url(), status);
  CHECK_MESSAGE(status == 0, said);
}
